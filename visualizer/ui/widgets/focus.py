"""Where the keyboard is. The focus ring belongs to it alone: a click focuses without one."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from visualizer.ui import paint
from visualizer.ui.theme import Theme

_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


def first_stop(*roots: QWidget) -> QWidget | None:
    """Return the first of these widgets, or of those inside of them, that the Tab key reaches."""
    found = (widget for root in roots for widget in (root, *_inside(root)))
    stops = (widget for widget in found if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled())
    return next((stop for stop in stops if stop.isVisibleTo(stop.window())), None)


def _inside(root: QWidget) -> Iterator[QWidget]:
    """Go through the widgets inside of another in the order of the Tab key."""
    here = root.nextInFocusChain()
    while here is not root:
        if root.isAncestorOf(here):
            yield here
        here = here.nextInFocusChain()


def give_back(before: QWidget | None, otherwise: QWidget) -> None:
    """Give the keyboard to the widget that had it before, or into another where that one is gone."""
    there = before is not None and isValid(before) and before.isVisible() and before.isEnabled()
    stop = before if there else first_stop(otherwise)
    if stop is not None:
        stop.setFocus()


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
