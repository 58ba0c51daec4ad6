"""The way somebody goes from number to number, back and forward as in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal

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

    def open(self, question: Question) -> None:
        """Begin a new way with a number; what was looked at before is one step back."""
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


def explain(context: Context, question: Question) -> None:
    """Open the card that says where a number comes from."""
    trail(context).open(question)
