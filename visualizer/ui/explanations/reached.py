"""Lets the keyboard go through the numbers of a widget that has no keys of its own."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import Numbers
from visualizer.ui.explanations.questions import Number, title_of

_APART = 6  # pixels between two places that are looked at
_KEYS = Qt.Key
_STEPS = {_KEYS.Key_Left: -1, _KEYS.Key_Up: -1, _KEYS.Key_Right: 1, _KEYS.Key_Down: 1}
_ASKS = (_KEYS.Key_Return, _KEYS.Key_Enter, _KEYS.Key_Space)


class Reached(QWidget):
    """The focus ring around one of the numbers. Arrows go to the next, Enter asks where it comes from."""

    def __init__(self, context: Context, numbers: Numbers) -> None:
        self._widget = cast(QWidget, numbers.parent())
        super().__init__(self._widget)
        self._context, self._numbers, self._at = context, numbers, 0
        numbers.here = self.here
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._widget.installEventFilter(self)

    def places(self) -> list[tuple[Number, QRect]]:
        """Return the numbers from left to right and from top to bottom, with the places that they answer at."""
        found: dict[object, tuple[Number, QRect]] = {}
        for y in range(2, self._widget.height(), _APART):
            for x in range(2, self._widget.width(), _APART):
                number = self._numbers.at(QPointF(x, y))
                if number is not None:
                    spot = QRect(x - 3, y - 3, _APART, _APART)
                    found[number.question] = (number, found.get(number.question, (number, spot))[1] | spot)
        return list(found.values())

    def here(self) -> Number | None:
        """Return the number that the keyboard is at."""
        places = self.places()
        return places[min(self._at, len(places) - 1)][0] if places else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn:
            self._lie()
        elif kind == QEvent.Type.FocusOut:
            self.hide()
        elif kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return self._key(cast(QKeyEvent, event))
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if not plain or key not in (*_STEPS, *_ASKS):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif key in _STEPS:
            self._go(_STEPS[key])
        else:
            self._numbers.ask(self.here())
        return True

    def _go(self, steps: int) -> None:
        self._at = min(max(self._at + steps, 0), max(len(self.places()) - 1, 0))
        self._lie()
        number = self.here()
        announce(self._widget, (number.hover or title_of(number.question)) if number is not None else "")

    def _lie(self) -> None:
        """Lie around the number, or around the whole widget where there is none."""
        places = self.places()
        around = places[min(self._at, len(places) - 1)][1] if places else self._widget.rect()
        self.setGeometry(around.adjusted(-3, -3, 3, 3) & self._widget.rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), 4, None, self._context.theme.color("accent"), 2)
