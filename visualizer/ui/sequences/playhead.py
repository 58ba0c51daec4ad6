"""Where a walk through time stands: all steps forward, then the loss, then all steps back."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

from visualizer.ui.frame_clock import FrameClock

_SECONDS = 0.7  # that one time step takes
_LONGEST = 20.0  # and all of them in one direction at most
_REST = 1e-6

Phase = Literal["forward", "loss", "backward"]


class Moment(NamedTuple):
    """What is to be seen at one instant: `place` of the sequence is at work, `fill` (0 to 1) of it has happened."""

    phase: Phase
    place: int
    fill: float


def moment_at(instant: float, steps: int, reverse: bool = False, last: int = -1) -> Moment:
    """Return the moment at `instant`, from 0, the first step read, over `steps`, the loss, to 2 × `steps`.

    A whole number is the rest at which its step is complete. `reverse` reads the sequence from its end. At the loss
    the place is `last`, by default the last one read.
    """
    instant = min(max(instant, 0.0), 2.0 * steps)
    number = math.ceil(instant - _REST)
    fill = 1.0 - (number - instant)
    if number == steps:
        read_last = 0 if reverse else steps - 1
        return Moment("loss", last if last >= 0 else read_last, fill)
    rank = number if number < steps else 2 * steps - number
    return Moment("forward" if number < steps else "backward", steps - 1 - rank if reverse else rank, fill)


def instant_of(phase: Phase, place: int, steps: int, reverse: bool = False) -> float:
    """Return the instant at which a place of the sequence is complete; the loss has only one."""
    rank = steps - 1 - place if reverse else place
    return {"forward": float(rank), "loss": float(steps), "backward": float(2 * steps - rank)}[phase]


class Playhead(QObject):
    """Moves through the time steps; `moved` tells of a new instant, `playing_changed` whether it moves by itself.

    It rests at the loss at first: all values are there, no gradient has come back yet.
    """

    moved = Signal()
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.steps = 0
        self.reverse = False
        self.last = -1
        self.speed = 1.0
        self.smooth = True
        self.time = 0.0
        self._clock = FrameClock(self)
        self._clock.passed.connect(self._advance)

    @property
    def ready(self) -> bool:
        """Whether there is a sequence to walk through."""
        return self.steps > 0

    @property
    def playing(self) -> bool:
        return self._clock.isActive()

    @property
    def moment(self) -> Moment:
        """The moment now; only whole steps where motion is reduced."""
        instant = self.time if self.smooth else math.floor(self.time + _REST)
        return moment_at(instant, self.steps, self.reverse, self.last)

    def walk(self, steps: int, reverse: bool = False, last: int = -1) -> None:
        """Take a sequence and its last place that counts; the instant is kept where it has as many steps as before."""
        self.last = last
        if (steps, reverse) != (self.steps, self.reverse):
            self.pause()
            self.steps, self.reverse, self.time = steps, reverse, float(steps)
            self.moved.emit()

    def seek(self, instant: float) -> None:
        """Go to an instant."""
        self.time = min(max(instant, 0.0), 2.0 * self.steps)
        self.moved.emit()

    def show(self, place: int) -> None:
        """Go to a place of the sequence, in the direction in which the walk is."""
        if self.ready:
            phase = "backward" if self.moment.phase == "backward" else "forward"
            self.seek(instant_of(phase, min(max(place, 0), self.steps - 1), self.steps, self.reverse))

    def move(self, direction: Literal[-1, 1]) -> None:
        """Go to the place at the left or right; from the right end over the loss into the way back."""
        forward = self.moment.phase != "backward"
        self.step(direction if forward != self.reverse else -direction)  # type: ignore[arg-type]

    def step(self, direction: Literal[-1, 1]) -> None:
        """Go to where the next or the previous step is complete."""
        self.pause()
        if direction > 0:
            self.seek(math.floor(self.time + _REST) + 1)
        else:
            self.seek(math.ceil(self.time - _REST) - 1)

    def start(self) -> None:
        self.pause()
        self.seek(0.0)

    def end(self) -> None:
        self.pause()
        self.seek(2.0 * self.steps)

    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Move on with the clock; from the first step again where the end has been reached."""
        if self.ready and not self.playing:
            if self.time >= 2 * self.steps - _REST:
                self.time = 0.0
            self._clock.go()
            self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.playing:
            self._clock.stop()
            self.playing_changed.emit(False)

    def _advance(self, elapsed: float) -> None:
        self.seek(self.time + elapsed * self.speed / min(_SECONDS, _LONGEST / self.steps))
        if self.time >= 2 * self.steps:
            self.pause()
