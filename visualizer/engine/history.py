"""The states of a run that are kept, so that any of its steps can be reached again by replaying a short gap."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from visualizer.engine.state import State

RECENT = 32  # the last snapshots are all kept
KEYFRAMES = 512  # of the older ones at most so many
BYTES = 256 << 20
COST = 0.005  # share of the time of training that copying may take


@dataclass(frozen=True)
class Snapshot:
    """A state, and how many of the run's live changes had been made by then."""

    state: State
    revision: int


class History:
    """Recent snapshots, and keyframes at a distance that doubles whenever there are too many of them.

    The first snapshot and the last one are always kept.
    """

    def __init__(self, byte_limit: int = BYTES) -> None:
        self._byte_limit = byte_limit
        self._snapshots: list[Snapshot] = []  # by step
        self._distance = 1
        self._next_at = 0.0

    @property
    def earliest(self) -> int:
        """The first step that can be reached."""
        return self._snapshots[0].state.step

    def offer(self, take: Callable[[], Snapshot]) -> None:
        """Take a snapshot unless the last one was so short ago that copying would slow training down."""
        started = time.perf_counter()
        if started >= self._next_at:
            self.keep(take())
            ended = time.perf_counter()
            self._next_at = ended + (ended - started) / COST

    def keep(self, snapshot: Snapshot) -> None:
        """Add a snapshot; one of the same step is replaced, later ones are dropped."""
        self.cut(snapshot.state.step - 1)
        self._snapshots.append(snapshot)
        self._age()
        while self._too_many() and len(self._snapshots) > 2:
            self._thin()

    def nearest(self, step: int) -> Snapshot:
        """Return the last snapshot that is not after `step`, which must not be before `earliest`."""
        return next(snapshot for snapshot in reversed(self._snapshots) if snapshot.state.step <= step)

    def cut(self, step: int) -> None:
        """Drop what lies after `step`."""
        while self._snapshots and self._snapshots[-1].state.step > step:
            self._snapshots.pop()

    def _age(self) -> None:
        """Drop the snapshot that is no longer recent, where it lies close to the keyframe before it."""
        if len(self._snapshots) > RECENT + 1:
            before, aged = self._snapshots[-RECENT - 2 : -RECENT]
            if aged.state.step - before.state.step < self._distance:
                del self._snapshots[-RECENT - 1]

    def _too_many(self) -> bool:
        count = len(self._snapshots)
        return count > RECENT + KEYFRAMES or count * self._snapshots[-1].state.byte_count > self._byte_limit

    def _thin(self) -> None:
        keyframes, recent = self._snapshots[:-RECENT], self._snapshots[-RECENT:]
        if len(keyframes) > 1:
            self._distance *= 2
            self._snapshots = _spaced(keyframes, self._distance) + recent
        else:
            del self._snapshots[1]


def _spaced(snapshots: list[Snapshot], distance: int) -> list[Snapshot]:
    kept = snapshots[:1]
    for snapshot in snapshots[1:]:
        if snapshot.state.step - kept[-1].state.step >= distance:
            kept.append(snapshot)
    return kept
