"""The focus ring belongs to the keyboard: a click focuses without one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter

from visualizer.ui import paint
from visualizer.ui.theme import Theme

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class FocusRing:
    """Put before a widget's base class: it then knows whether it was reached by keyboard."""

    _ring = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def paint_ring(self, painter: QPainter, theme: Theme, area: QRectF | None = None, radius: float = 4) -> None:
        """Draw the ring at the inner edge of the widget, or of `area`, where the keyboard is here."""
        if self._ring:
            whole = area if area is not None else QRectF(self.rect())
            paint.rounded(painter, whole, radius, None, theme.color("accent"), 2)
