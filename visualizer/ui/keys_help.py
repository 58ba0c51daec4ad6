"""All keys on one page, from the registry of actions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.actions import MENUS, Actions, keys_text
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.overlay import Overlay
from visualizer.ui.theme import font

_LINE = 25
_HEAD = 34
_GAP = 10
_COLUMNS = 3


class KeysHelp(Overlay):
    """The overlay behind F1 and ?; up and down go through its lines."""

    def __init__(self, context: Context, actions: Actions, parent: QWidget) -> None:
        super().__init__(context, "Keyboard shortcuts", parent)
        self._page = _Page(context, actions)
        self.body.addWidget(self._page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps:
            announce(self, self._page.go(steps[Qt.Key(event.key())]))
        else:
            super().keyPressEvent(event)

    def panel_area(self) -> QRect:
        width, height = min(self.width() - 64, 900), min(self.height() - 48, self._page.tall + 28)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)


class _Page(QWidget):
    def __init__(self, context: Context, actions: Actions) -> None:
        super().__init__()
        self._context = context
        self._columns = _columns(sections(actions))
        heights = [sum(_HEAD + _LINE * len(rows) + _GAP for _, rows in column) for column in self._columns]
        self.tall = max(heights)
        self._lines = [(title, *row) for column in self._columns for title, rows in column for row in rows]
        self._at = -1

    def go(self, lines: int) -> str:
        """Mark another line; return what it says."""
        self._at = min(max(self._at + lines, 0), len(self._lines) - 1)
        self.update()
        title, text, keys = self._lines[self._at]
        return f"{text}: {keys}. {title}"

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        gap = 28
        width = (self.width() - gap * (_COLUMNS - 1)) / _COLUMNS
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, column in enumerate(self._columns):
                place = QPointF(number * (width + gap), 0)
                for title, rows in column:
                    head = QRectF(place.x(), place.y(), width, _HEAD - 8)
                    paint.text(painter, head, title, font(14, 600), theme.color("text"))
                    place += QPointF(0, _HEAD)
                    for text, keys in rows:
                        area = QRectF(place.x(), place.y(), width, _LINE)
                        if self._at >= 0 and self._lines[self._at] == (title, text, keys):
                            paint.rounded(painter, area.adjusted(-6, 0, 6, 0), 6, theme.color("hover"))
                        room = paint.width_of(keys, font(11, 500)) + 12
                        words = area.adjusted(0, 0, -room, 0)
                        paint.text(painter, words, text, font(12), theme.color("text2"))
                        right = Qt.AlignmentFlag.AlignRight
                        paint.text(painter, area, keys, font(11, 500), theme.color("accent"), right)
                        place += QPointF(0, _LINE)
                    place += QPointF(0, _GAP)


Section = tuple[str, list[tuple[str, str]]]


def sections(actions: Actions) -> list[Section]:
    """Return for each menu its actions that have keys."""
    found: list[Section] = []
    for menu in MENUS:
        keyed = [actions[entry.id] for entry in actions.entries if entry.menu == menu and entry.keys]
        found.append((menu, [(action.text(), keys_text(action)) for action in keyed]))
    return found


def _columns(found: list[Section]) -> list[list[Section]]:
    """Spread the sections over the columns, always to the shortest."""
    columns: list[list[Section]] = [[] for _ in range(_COLUMNS)]
    for section in sorted(found, key=lambda section: -len(section[1])):
        min(columns, key=lambda column: sum(len(rows) + 2 for _, rows in column)).append(section)
    return columns
