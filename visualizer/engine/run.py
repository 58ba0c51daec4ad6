"""One network from its step 0 on, with all that is needed to return to any of its steps."""

from __future__ import annotations

import time
from dataclasses import dataclass

from msgspec.structs import replace

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine.edits import first_difference
from visualizer.engine.history import History, Snapshot
from visualizer.engine.state import State
from visualizer.engine.training import DivergenceError, StepResult, Training
from visualizer.engine.trajectory import Trajectory

LONGEST_REPLAY = 1.0  # seconds that the way to an earlier step may take


@dataclass(frozen=True)
class Change:
    """An experiment that came into force, live, after `step` updates."""

    step: int
    experiment: Experiment


class Run:
    """Training with a memory: snapshots of its states, and the live changes between them, made again on a replay.

    Edits need no such memory: they know their step, so those of the present experiment are made on the way.
    `start` is the state of a checkpoint to go on from.
    """

    def __init__(self, training: Training, start: State | None = None) -> None:
        self.training = training
        self.trajectory = Trajectory()
        self._origin = self._newest = training.experiment
        self._changes: list[Change] = []
        self._revision = 0  # how many of the changes are in force
        self._history = History()
        if start is not None:
            training.restore(start, self._origin)
        self._history.keep(self._snapshot())

    @property
    def steps_done(self) -> int:
        """Where the run stands."""
        return self.training.steps_done

    @property
    def earliest(self) -> int:
        """The first step that can be reached."""
        return self._history.earliest

    def step(self, *, measure: bool = True) -> StepResult:
        """Train one step; where that fails, the state is the last good one."""
        self._apply_due_changes()
        self._history.offer(self._snapshot)
        self.trajectory.offer(self.steps_done, self.training.network)
        try:
            return self.training.step(measure=measure)
        except DivergenceError as divergence:
            self._go_back(divergence.last_good)
            raise
        except BaseException:
            self._go_back(self.steps_done)
            raise

    def rewind(self, step: int) -> None:
        """Go to the last snapshot that is not after `step`; what is later is forgotten, except for live changes."""
        snapshot = self._history.nearest(step)
        self._revision = snapshot.revision
        self.training.restore(snapshot.state, self._experiment_of(self._revision))
        self._history.cut(snapshot.state.step)
        self.trajectory.cut(snapshot.state.step)

    def at(self, step: int) -> Training:
        """Return a copy of the training as it stood after `step` updates, its way there made again.

        Raises UserError for a step that was not reached or is no longer kept, and where the way takes too long.
        """
        if not self.earliest <= step <= self.steps_done:
            raise UserError(
                f"Step {step} is out of reach: this run is known from step {self.earliest} to {self.steps_done}."
            )
        twin = self.training.twin()
        if step == self.steps_done:
            return twin
        snapshot = self._history.nearest(step)
        revision, late = snapshot.revision, time.perf_counter() + LONGEST_REPLAY
        twin.restore(snapshot.state, self._experiment_of(revision))
        while True:
            while revision < len(self._changes) and self._changes[revision].step <= twin.steps_done:
                revision += 1
                twin.apply(self._experiment_of(revision))
            if twin.steps_done == step:
                return twin
            if time.perf_counter() > late:
                raise UserError(
                    f"Making step {step} again takes long: go back to it, then its numbers can be explained."
                )
            twin.step(measure=False)

    def settle(self, experiment: Experiment) -> None:
        """Let the run go on from here with this experiment; raise UserError, nothing changed, where it cannot.

        Where edits of the past differ, "here" is the step of the first of them: what came after it is another past.
        """
        self._apply_due_changes()
        self.training.check(experiment)
        self._rewrite(experiment)
        del self._changes[self._revision :]
        changed = experiment != self._edited(self.training.experiment)
        self.training.apply(experiment)
        if changed:
            self._changes.append(Change(self.steps_done, experiment))
            self._revision += 1

    def can_settle(self, experiment: Experiment) -> bool:
        """Return whether the steps whose edits differ can still be reached."""
        first = first_difference(self._newest.edits, experiment.edits)
        return first is None or first >= self.earliest

    def _go_back(self, step: int) -> None:
        wanted = self.training.experiment
        self.rewind(max(step, self.earliest))
        while self.steps_done < step:
            self.step(measure=False)
        self.settle(wanted)

    def _apply_due_changes(self) -> None:
        while self._revision < len(self._changes) and self._changes[self._revision].step <= self.steps_done:
            self.training.apply(self._edited(self._changes[self._revision].experiment))
            self._revision += 1

    def _rewrite(self, experiment: Experiment) -> None:
        """Go back to the first edit that differs, if that lies in the past."""
        first = first_difference(self._newest.edits, experiment.edits)
        self._newest = experiment
        if first is None:
            return
        if first < self.steps_done:
            self.rewind(first)
            while self.steps_done < first:
                self.step(measure=False)
        self.trajectory.cut(first - 1)

    def _experiment_of(self, revision: int) -> Experiment:
        """Return what was in force after so many live changes."""
        return self._edited(self._changes[revision - 1].experiment if revision else self._origin)

    def _edited(self, experiment: Experiment) -> Experiment:
        return replace(experiment, edits=self._newest.edits)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.training.capture(), self._revision)
