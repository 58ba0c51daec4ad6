"""What the window hears all the time, no more often than an eye can follow."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from visualizer.core.errors import UserError
from visualizer.core.frames import Frame, Problem, Status
from visualizer.engine.session import TrainingSession

SCALARS_EVERY = 0.05  # seconds
FREEZING_EVERY = 2.0
CHECKPOINT_EVERY = 2.0
CHECKPOINT_STEPS = 50
CHECKPOINT_SHARE = 0.02  # of the time of training


class Reporter:
    """Sends metrics and status, and the state of freezing."""

    def __init__(self, session: TrainingSession, send: Callable[[Frame], None]) -> None:
        self._session, self._send = session, send
        self._pace = Pace()
        self._next_scalars = self._next_freezing = 0.0

    def while_training(self) -> None:
        """Send what is due."""
        now = time.perf_counter()
        self._pace.note(now, self._session.steps_done)
        if now >= self._next_scalars:
            self._next_scalars = now + SCALARS_EVERY
            self._scalars(training=True)
        if now >= self._next_freezing:
            if self._next_freezing:
                self._send(self._session.freezing())
            self._next_freezing = now + FREEZING_EVERY

    def at_rest(self) -> None:
        """Send where the session has come to rest."""
        self._pace = Pace()
        self._next_freezing = 0.0
        self._scalars(training=False)

    def _scalars(self, *, training: bool) -> None:
        session = self._session
        metrics = session.metrics()
        if metrics is not None:
            self._send(metrics)
        self._send(
            Status(
                training=training,
                step=session.steps_done,
                epoch=session.steps_done // session.steps_per_epoch,
                steps_per_second=self._pace.steps_per_second,
                earliest=session.earliest,
            )
        )


class Pace:
    """Steps per second over about the last second."""

    def __init__(self) -> None:
        self._notes: deque[tuple[float, int]] = deque()

    def note(self, now: float, step: int) -> None:
        """Note where training stands."""
        self._notes.append((now, step))
        while len(self._notes) > 2 and now - self._notes[1][0] > 1.0:
            self._notes.popleft()

    @property
    def steps_per_second(self) -> float:
        """The pace, 0 before there are two notes."""
        if len(self._notes) < 2:
            return 0.0
        (began, first), (ended, last) = self._notes[0], self._notes[-1]
        return max(0.0, (last - first) / (ended - began))


class Checkpoints:
    """Writes the session into a file now and then: after 50 steps, and 2 seconds, and at little cost."""

    def __init__(self, session: TrainingSession, send: Callable[[Frame], None], folder: Path | None) -> None:
        self._session, self._send = session, send
        self._path = folder / "checkpoint.safetensors" if folder else None
        self._next, self._written = 0.0, 0

    def restart(self) -> None:
        """Count anew from the present step."""
        self._written = self._session.steps_done
        self._next = time.perf_counter() + CHECKPOINT_EVERY

    def while_training(self) -> None:
        """Write one after enough steps and enough time."""
        if self._session.steps_done >= self._written + CHECKPOINT_STEPS:
            self.at_rest()

    def at_rest(self) -> None:
        """Write one after enough time, if anything has changed; where that fails, say so and write no more."""
        started = time.perf_counter()
        if self._path is None or self._session.steps_done == self._written or started < self._next:
            return
        try:
            self._send(self._session.checkpoint(self._path))
        except UserError as error:
            self._path = None
            self._send(Problem("input", f"{error} No further checkpoints are written."))
        self._written = self._session.steps_done
        ended = time.perf_counter()
        self._next = ended + max(CHECKPOINT_EVERY, (ended - started) / CHECKPOINT_SHARE)
