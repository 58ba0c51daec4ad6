"""The way somebody goes from number to number, back and forward as in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from visualizer.core.frames import Explanation
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Question

_LONGEST = 500


@dataclass(eq=False)
class Stop:
    """One number on the way and its last answer; `first` where a new way begins with it."""

    question: Question
    first: bool
    explanation: Explanation | None = None


class Trail(QObject):
    """`changed` tells that another stop is looked at, or none; the way stays when it is left."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.stops: list[Stop] = []
        self.place = -1
        self.shown = False
        self.asked_at = QRect()
        self._spared: list[QWidget] = []

    def spare(self, widget: QWidget) -> None:
        """Name a widget that shows what answers are about: it is not hidden while they are read."""
        self._spared.append(widget)
        widget.destroyed.connect(lambda: self._spared.remove(widget))

    @property
    def spared(self) -> list[QRect]:
        """The places on the screen that are not to be hidden: what was asked about, and what was named."""
        seen = [QRect(one.mapToGlobal(QPoint(0, 0)), one.size()) for one in self._spared if one.isVisible()]
        return [self.asked_at, *seen]

    @property
    def present(self) -> Stop | None:
        """The stop that is looked at."""
        return self.stops[self.place] if self.shown else None

    @property
    def way(self) -> range:
        """The places of the stops from where the present way began to where it has led so far."""
        begin = next((place for place in range(self.place, -1, -1) if self.stops[place].first), 0)
        further = range(self.place + 1, len(self.stops))
        return range(begin, next((place for place in further if self.stops[place].first), len(self.stops)))

    @property
    def can_go_back(self) -> bool:
        return self.shown and self.place > 0

    @property
    def can_go_forward(self) -> bool:
        return self.shown and self.place < len(self.stops) - 1

    def open(self, question: Question, at: QRect | None = None) -> None:
        """Begin a new way with a number, that stands `at` a place on the screen; what was before is one step back."""
        self.asked_at = at or QRect()
        self._add(Stop(question, first=True))

    def follow(self, question: Question) -> None:
        """Go on to an operand of the present number."""
        self._add(Stop(question, first=not self.shown))

    def go(self, place: int) -> None:
        """Go to a stop that is on the way already."""
        if 0 <= place < len(self.stops) and place != self.place:
            self.place = place
            self.changed.emit()

    def back(self) -> None:
        self.go(self.place - 1)

    def forward(self) -> None:
        self.go(self.place + 1)

    def close(self) -> None:
        """Look at no number any more."""
        if self.shown:
            self.shown = False
            self.changed.emit()

    def _add(self, stop: Stop) -> None:
        if self.present is None or self.present.question != stop.question:
            self.stops[self.place + 1 :] = [stop]
            del self.stops[: len(self.stops) - _LONGEST]
            self.place = len(self.stops) - 1
        self.shown = True
        self.changed.emit()


def trail(context: Context) -> Trail:
    """Return the trail of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Trail, "", children) or Trail(context.link)


def explain(context: Context, question: Question, at: QRect | None = None) -> None:
    """Open the card that says where a number comes from; it hides nothing `at` this place on the screen."""
    trail(context).open(question, at)
