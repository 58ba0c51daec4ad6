"""The game that is looked at: how the pair stands, and at which stage of its next step the eye is."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Problem, Status
from visualizer.core.messages import AskStages, Pause, Step
from visualizer.core.topics.adversarial import Adversary, Player, Stage, StageName, Stages
from visualizer.ui.context import Context
from visualizer.ui.frame_clock import FrameClock
from visualizer.ui.link import Link
from visualizer.ui.store import Store, View

NOW = -1
"""The place before the first stage: the pair as it stands."""

_FRAME_MILLISECONDS = 33
_SECONDS = 1.6  # that one stage takes
_FORWARD: tuple[StageName, ...] = ("noise", "generate", "judge", "loss")
_TURNS: dict[Player, tuple[StageName, ...]] = {
    "discriminator": (*_FORWARD, "gradients", "update"),
    "generator": (*_FORWARD, "samples", "gradients", "update"),
}


def plan(experiment: Experiment) -> list[tuple[Player, StageName]]:
    """Return who does what in a step, in order."""
    rounds = {"discriminator": experiment.discriminator_steps, "generator": experiment.generator_steps}
    return [(player, name) for player, names in _TURNS.items() for _ in range(rounds[player]) for name in names]


class Game(QObject):
    """`changed` tells of another frame, stage or refusal, `moved` of progress within a stage.

    `progress` (0 to 1) is how much of the stage has happened; it rests at 1.
    """

    changed = Signal()
    moved = Signal()

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__(link)
        self._store, self._link = store, link
        self.adversary: Adversary | None = None
        self.stages: Stages | None = None
        self.place, self.progress = NOW, 1.0
        self.refusal = ""
        self._wanted: int | None = None
        self._play_wanted = False
        self._clock = FrameClock(self)
        self._clock.passed.connect(self._advance)
        link.arrived.connect(self._receive)
        store.view_changed.connect(self._look)

    @property
    def plan(self) -> list[tuple[Player, StageName]]:
        return plan(self._store.experiment)

    @property
    def stage(self) -> Stage | None:
        """The stage that is looked at, None for the pair as it stands."""
        return self.stages.stages[self.place] if self.stages is not None and self.place != NOW else None

    @property
    def shown(self) -> Adversary | Stage | None:
        """What is looked at: a stage, or the pair as it stands."""
        return self.stage or self.adversary

    @property
    def steps_done(self) -> int:
        """After how many updates what is looked at stands, or begins."""
        known = self.stages if self.stage is not None else self.adversary
        return known.step if known is not None else 0

    @property
    def playing(self) -> bool:
        return self._clock.isActive()

    @property
    def at_end(self) -> bool:
        return self.place == len(self.plan) - 1

    def seek(self, place: int) -> None:
        """Look at a stage, or at NOW; the stages are asked for where they are not there yet."""
        self.pause()
        self._go(min(max(place, NOW), len(self.plan) - 1))

    def step(self, direction: Literal[-1, 1]) -> None:
        """Go one stage on or back; from the last one on the step is really made."""
        if direction > 0 and self.at_end:
            self.pause()
            self._leave()
            self._link.send(Step())
        else:
            self.seek(self.place + direction)

    def start(self) -> None:
        self.seek(NOW)

    def end(self) -> None:
        self.seek(len(self.plan) - 1)

    def toggle(self) -> None:
        """Play the stages from here, from the first again at the end, or stop."""
        if self.playing:
            self.pause()
        else:
            self._play_wanted = True
            self._go(0 if self.place == NOW or self.at_end else self.place)

    def pause(self) -> None:
        self._play_wanted = False
        if self.playing:
            self._clock.stop()
            self.progress = 1.0
            self.changed.emit()

    def _go(self, place: int) -> None:
        if place == NOW:
            self._leave()
        elif self.stages is not None:
            self._arrive(place)
        else:
            status = self._link.latest(Status)
            if status is not None and status.training:
                self._link.send(Pause())
            self._wanted = place
            self._link.send(AskStages())

    def _arrive(self, place: int) -> None:
        self.place, self._wanted, self.progress = place, None, 1.0
        if self._play_wanted:
            self._play_wanted = False
            self.progress = 1.0 if self._store.view.reduced_motion else 0.0
            self._clock.go()
        self.changed.emit()

    def _leave(self) -> None:
        self.place, self._wanted, self.progress = NOW, None, 1.0
        self.changed.emit()

    def _advance(self, elapsed: float) -> None:
        self.progress += elapsed * self._store.view.speed / _SECONDS
        if self.progress < 1.0 or (self._store.view.reduced_motion and self.progress < 2.0):
            self.moved.emit()
        elif self.at_end:
            self.pause()
        else:
            self.place, self.progress = self.place + 1, 1.0 if self._store.view.reduced_motion else 0.0
            self.changed.emit()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Adversary):
            self.adversary = frame
            if self.stages is not None and self.stages.step != frame.step:
                self._forget()
        elif isinstance(frame, Stages):
            self.stages, self.refusal = frame, ""
            if self._wanted is not None:
                self._arrive(min(self._wanted, len(frame.stages) - 1))
                return
        elif isinstance(frame, Configured):
            self._forget()
            if frame.rebuilt:
                self.adversary = None
            self.refusal = ""
        elif isinstance(frame, Problem) and frame.command == AskStages.__name__:
            self._forget()
            self.refusal = frame.sentence
        else:
            return
        self.changed.emit()

    def _forget(self) -> None:
        self.pause()
        self.stages, self.place, self._wanted, self.progress = None, NOW, None, 1.0

    def _look(self, old: View, new: View) -> None:
        if old.page != new.page:
            self.pause()


def is_pair(frame: Configured) -> bool:
    """Return whether a generator and a discriminator are trained."""
    return frame.task == "generation"


def game(context: Context) -> Game:
    """Return the game of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Game, "", children) or Game(context.store, context.link)
