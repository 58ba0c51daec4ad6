"""The command palette: every action by its name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from visualizer.ui import paint
from visualizer.ui.actions import Actions, keys_text
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.overlay import Overlay
from visualizer.ui.theme import font

_ROW = 36
_ROWS = 11


class Palette(Overlay):
    """A field and the list of actions that fit to what is typed, the best first."""

    def __init__(self, context: Context, actions: Actions, parent: QWidget) -> None:
        super().__init__(context, "Search actions", parent)
        self._actions = actions
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search actions")
        self.field.setAccessibleName("Search actions")
        self.field.setFont(font(15))
        self.field.installEventFilter(self)
        self.list = QListWidget(objectName="bare")
        self.list.setAccessibleName("Actions")
        self.list.setItemDelegate(_Row(context, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.field)
        self.body.addWidget(self.list)
        self.field.textChanged.connect(self._search)
        self.list.itemClicked.connect(self._run)
        self.list.currentItemChanged.connect(self._tell)

    def panel_area(self) -> QRect:
        width = min(self.width() - 64, 560)
        rows = min(max(self.list.count(), 1), _ROWS)
        height = min(self.height() - 128, _ROW * rows + 90)
        return QRect((self.width() - width) // 2, 64, width, height)

    def open(self) -> None:
        super().open()
        self.field.clear()
        self._search("")
        self.field.setFocus()

    @property
    def found(self) -> list[QAction]:
        """The actions that are listed, best first."""
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
        if key in moves:
            row = self.list.currentRow() + moves[key]
            self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.list.currentItem())
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def _search(self, words: str) -> None:
        ranked = [(rank(words, entry.menu, self._actions[entry.id].text()), entry) for entry in self._actions.entries]
        fitting = sorted((pair for pair in ranked if pair[0] is not None), key=lambda pair: pair[0])
        self.list.clear()
        for _, entry in fitting:
            action = self._actions[entry.id]
            item = QListWidgetItem(action.text(), self.list)
            item.setToolTip(entry.tooltip)
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setData(Qt.ItemDataRole.UserRole + 1, entry.menu)
        self.list.setCurrentRow(0)
        self.cover()

    def _tell(self, item: QListWidgetItem | None) -> None:
        """Say which action Enter would run: the keyboard stays in the field."""
        if item is not None:
            action, menu = (item.data(Qt.ItemDataRole.UserRole + more) for more in (0, 1))
            state = "" if action.isEnabled() else "not possible now"
            speak(self.field, ", ".join(filter(None, (action.text(), menu, keys_text(action), state))))

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        action = item.data(Qt.ItemDataRole.UserRole)
        if action.isEnabled():
            self.dismiss()
            action.trigger()


def rank(words: str, menu: str, text: str) -> tuple[int, int] | None:
    """Return how well an action fits to what was typed, small is good; None where it does not."""
    wanted, name = words.lower().split(), f"{text} {menu}".lower()
    if all(word in name for word in wanted):
        return (0 if not wanted or name.startswith(wanted[0]) else 1, len(text) if wanted else 0)
    letters = iter(name)
    if all(letter in letters for letter in words.lower().replace(" ", "")):
        return (2, len(name))
    return None


class _Row(QStyledItemDelegate):
    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme = self._context.theme
        action: QAction = index.data(Qt.ItemDataRole.UserRole)
        current = index.row() == self.parent().currentRow()
        area = QRectF(option.rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current:
            paint.rounded(painter, area.adjusted(0, 1, 0, -1), 8, theme.color("hover"))
        painter.setOpacity(1.0 if action.isEnabled() else 0.45)
        symbol = paint.icon_pixmap(str(action.property("symbol")), theme.hex("text2"), 18)
        painter.drawPixmap(area.left() + 10, area.center().y() - 9, symbol)
        words = area.adjusted(40, 0, -140, 0)
        paint.text(painter, words, action.text(), font(13, 500), theme.color("text"))
        used = min(paint.width_of(action.text(), font(13, 500)), words.width())
        menu = words.adjusted(used + 10, 0, 0, 0)
        paint.text(painter, menu, index.data(Qt.ItemDataRole.UserRole + 1), font(11), theme.color("text3"))
        keys = keys_text(action)
        right = area.adjusted(0, 0, -10, 0)
        paint.text(painter, right, keys, font(11), theme.color("text2"), Qt.AlignmentFlag.AlignRight)
        painter.setOpacity(1.0)
