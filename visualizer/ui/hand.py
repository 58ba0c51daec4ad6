"""Setting single weights and biases by hand: a whole drag is one act for undo, and the engine records at once."""

from __future__ import annotations

import itertools

from visualizer.core.experiment import Edit
from visualizer.core.frames import Status
from visualizer.core.messages import Pause, Play
from visualizer.core.numbers import rounded
from visualizer.ui.context import Context

_gestures = itertools.count(1)


class Hand:
    """Holds one number of a parameter from the moment it is taken until it is let go; training pauses meanwhile."""

    def __init__(self, context: Context, parameter: str, number: tuple[int, ...]) -> None:
        self._context = context
        self.parameter, self.number = parameter, number
        self._gesture = next(_gestures)
        self._edits: tuple[Edit, ...] | None = None  # those made before this one
        self.start = value_of(context, parameter, number)
        status = context.link.latest(Status)
        self._was_training = status is not None and status.training
        if not self._rests:
            context.link.send(Pause())

    def let_go(self) -> None:
        """Let training go on, once, if the number was taken while it ran."""
        if self._was_training:
            self._was_training = False
            self._context.link.send(Play())

    @property
    def _rests(self) -> bool:
        status = self._context.link.latest(Status)
        return status is not None and not status.training

    @property
    def unit(self) -> float:
        """How much a hundred pixels, or ten key presses, change: the size of the largest number of the parameter."""
        recording = self._context.player.recording
        view = recording.parameters.get(self.parameter) if recording is not None else None
        return max(abs(view.minimum), abs(view.maximum), 0.5) if view is not None else 1.0

    def set(self, value: float) -> None:
        """Set the number at the step where training rests; until it does, nothing happens."""
        status = self._context.link.latest(Status)
        if status is None or not self._rests:
            return
        store = self._context.store
        if self._edits is None:
            self._edits = store.experiment.edits
        edit = Edit(self.parameter, self.number, value, status.step)
        words = f"Set {name_of(self.parameter, self.number)} to {rounded(value)}"
        store.patch(words, gesture=self._gesture, edits=(*self._edits, edit))


def value_of(context: Context, parameter: str, number: tuple[int, ...]) -> float:
    """Return what a number is now: as it was set last at this step, else as it was recorded."""
    status, recording = context.link.latest(Status), context.player.recording
    for edit in reversed(context.store.experiment.edits):
        if (edit.parameter, edit.index) == (parameter, number) and status is not None and edit.step == status.step:
            return edit.value
    view = recording.parameters.get(parameter) if recording is not None else None
    return float(view.values[number]) if view is not None else 0.0


def name_of(parameter: str, number: tuple[int, ...]) -> str:
    """Return how one number of a parameter is called: hidden1.weight[3, 1]."""
    return f"{parameter}[{', '.join(map(str, number))}]"
