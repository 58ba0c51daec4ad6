"""A choice with its label inside: `Network ResNet-20 ⌄`; with free text where values are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import CONTROL, CONTROL_RADIUS, font
from visualizer.ui.widgets.button import ROOM
from visualizer.ui.widgets.focus import FocusRing

_PADDING = 12
_CHEVRON = 14
_GAP = 8
_TEXT_INSET = 2  # of a QLineEdit, on both sides


class Option(NamedTuple):
    """One thing to choose: its value, how it is called, and a sentence about it."""

    value: str
    title: str
    tooltip: str = ""


class Combo(FocusRing, QComboBox):
    """Offers options; `picked` carries the value that a person chose or typed."""

    picked = Signal(str)

    def __init__(self, context: Context, label: str, open_values: bool = False) -> None:
        super().__init__()
        self._context = context
        self._label = label
        self._compact = False
        self._options: tuple[Option, ...] = ()
        self._value = ""
        self.name_it(label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(20)
        self.activated.connect(lambda index: self._pick(self._options[index].value))
        if open_values:
            self._open()

    def offer(self, options: Sequence[Option], value: str) -> None:
        """Show these options with `value` chosen; a value that is not among them is shown as it is."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self.clear()
            for row, option in enumerate(options):
                self.addItem(option.title)
                self.setItemData(row, option.tooltip, Qt.ItemDataRole.ToolTipRole)
        self._value = value
        values = [option.value for option in options]
        self.setCurrentIndex(values.index(value) if value in values else -1)
        if self.isEditable():
            self.setEditText(value)
        self.updateGeometry()
        self.update()

    def name_it(self, name: str) -> None:
        """Tell screen readers another name than the label, which may be an abbreviation."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(name)  # on Linux, Qt gives what is chosen as the name
        if self.isEditable():
            self.lineEdit().setAccessibleName(name)

    def set_compact(self, compact: bool) -> None:
        """Leave the label out, where room is short; the accessible name stays."""
        self._compact = compact
        self.updateGeometry()
        self._place_editor()
        self.update()

    @property
    def shown(self) -> str:
        """What is to be read in it."""
        if self.isEditable():
            return self.currentText()
        return next((option.title for option in self._options if option.value == self._value), self._value)

    def sizeHint(self) -> QSize:
        words = min(paint.width_of(self.shown, font(13, 500)), 132.0)  # as wide as what it shows: room is short
        width = self._label_width() + words + _GAP + _CHEVRON + 2 * _PADDING
        return QSize(round(width) + 2 * ROOM, CONTROL + 2 * ROOM)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # a passing wheel must not change a network

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_editor()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        area = QRectF(self.rect()).adjusted(ROOM, ROOM, -ROOM, -ROOM)
        hovered = self.underMouse() and self.isEnabled()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self.isEnabled() else 0.4)
            fill, line = theme.color("hover" if hovered else "raised"), theme.color("line2" if hovered else "line")
            paint.rounded(painter, area, CONTROL_RADIUS, fill, line)
            inner = area.adjusted(_PADDING, 0, -_PADDING - _CHEVRON - 4, 0)
            if not self._compact:
                paint.text(painter, inner, self._label, font(11), theme.color("text3"))
            if not self.isEditable():
                inner.setLeft(inner.left() + self._label_width())
                paint.text(painter, inner, self.shown, font(13, 500), theme.color("text"))
            chevron = paint.icon_pixmap("chevron-down", theme.hex("text3"), _CHEVRON, self.devicePixelRatio())
            painter.drawPixmap(
                QPointF(area.right() - _PADDING - _CHEVRON + 2, area.center().y() - _CHEVRON / 2), chevron
            )
            if self._ring or (self.isEditable() and self.hasFocus()):
                ring = QRectF(self.rect())
                paint.rounded(painter, ring, CONTROL_RADIUS + ROOM - 1, None, theme.color("accent"), 2)

    def _label_width(self) -> float:
        return 0.0 if self._compact else paint.width_of(self._label, font(11)) + _GAP

    def _open(self) -> None:
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]
        editor = QLineEdit(objectName="bare")
        self.setLineEdit(editor)
        editor.setFont(font(13, 500, tabular=True))
        editor.setAccessibleName(self._label)
        editor.returnPressed.connect(self._typed)
        editor.editingFinished.connect(self._typed)

    def _place_editor(self) -> None:
        if self.isEditable():  # where the editor lies is Qt's matter, where its text begins is ours
            editor = self.lineEdit()
            left = ROOM + _PADDING + round(self._label_width()) - editor.x() - _TEXT_INSET
            right = editor.geometry().right() - (self.width() - ROOM - _PADDING - _CHEVRON)
            editor.setTextMargins(left, 0, max(right, 0), 0)

    def _typed(self) -> None:
        if self.currentText() != self._value:
            self._pick(self.currentText())

    def _pick(self, value: str) -> None:
        chosen, self._value = value, self._value
        if chosen != self._value:
            self.picked.emit(chosen)
            self.update()
