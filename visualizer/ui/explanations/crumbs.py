"""The way from the first number to the present one, as a line of crumbs that lead back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_HEIGHT = 26
_SIGN = 16.0
_DOTS = 22.0


class Crumb(NamedTuple):
    """One stop: its place on the trail, a short name, and the whole one."""

    place: int
    short: str
    full: str


class Crumbs(FocusRing, QWidget):
    """`picked` carries the place of the crumb that was clicked. Where there is no room the middle ones are left out."""

    picked = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.crumbs: Sequence[Crumb] = ()
        self.present = -1
        self.areas: list[tuple[Crumb, QRectF]] = []
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("The way here")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_way(self, crumbs: Sequence[Crumb], present: int) -> None:
        """Show a way; `present` is the place of the stop that is looked at."""
        self.crumbs, self.present = crumbs, present
        self.setAccessibleDescription(", then ".join(crumb.full for crumb in crumbs))
        self.update()

    def _lay_out(self) -> list[Crumb]:
        """Return the crumbs that have room: the first, the present one and as many before it as fit."""
        widths = {crumb.place: paint.width_of(crumb.short, _face(False)) + 14 + _SIGN for crumb in self.crumbs}
        here = next((n for n, crumb in enumerate(self.crumbs) if crumb.place == self.present), 0)
        order = dict.fromkeys([here, 0, *range(here - 1, 0, -1), *range(here + 1, len(self.crumbs))])
        room, shown = self.width() - _DOTS, set()
        for number in order:
            room -= widths[self.crumbs[number].place]
            if room < 0 and shown:
                break
            shown.add(number)
        return [self.crumbs[number] for number in sorted(shown)]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, left = self._context.theme, 0.0
        self.areas = []
        shown = self._lay_out()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, crumb in enumerate(shown):
                if number and crumb.place != shown[number - 1].place + 1:
                    dots = QRectF(left, 0, _DOTS, _HEIGHT)
                    paint.text(painter, dots, "…", font(11), theme.color("text3"))
                    left += _DOTS
                here = crumb.place == self.present
                face = _face(here)
                width = min(paint.width_of(crumb.short, face) + 14, self.width() - left)
                area = QRectF(left, 2, width, _HEIGHT - 4)
                self.areas.append((crumb, area))
                if here:
                    paint.rounded(painter, area, 6, theme.color("raised"), theme.color("line"))
                ink = theme.color("text" if here else "text2" if crumb.place < self.present else "text3")
                paint.text(painter, area.adjusted(7, 0, -5, 0), crumb.short, face, ink)
                left = area.right()
                if crumb is not shown[-1]:
                    sign = paint.icon_pixmap("chevron-right", theme.hex("text3"), 12, self.devicePixelRatio())
                    painter.drawPixmap(int(left + 2), (_HEIGHT - 12) // 2, sign)
                left += _SIGN
            self.paint_ring(painter, theme)

    def _at(self, x: float) -> Crumb | None:
        return next((crumb for crumb, area in self.areas if area.left() <= x < area.right()), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        crumb = self._at(event.position().x())
        if crumb is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(crumb.place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        leads = self._at(event.position().x()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            crumb = self._at(event.pos().x())
            if crumb is not None:
                QToolTip.showText(event.globalPos(), crumb.full, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            place = self.present + steps[Qt.Key(event.key())]
            if any(crumb.place == place for crumb in self.crumbs):
                self.picked.emit(place)
        else:
            super().keyPressEvent(event)


def _face(here: bool) -> QFont:
    return font(11, 600 if here else 500, tabular=True)
