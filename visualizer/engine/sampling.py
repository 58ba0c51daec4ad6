"""Which steps are measured while training goes on: as many of them as a screen can show, at little cost."""

from __future__ import annotations

import time

EVERY = 0.02  # seconds; a slower step is always measured
FIRST = 64  # steps of a run, in which most happens
LAST = 32  # steps before the end, where one is set: who goes step by step sees each


class Sampling:
    """Picks the steps by the clock; what the network learns does not depend on which they are."""

    def __init__(self) -> None:
        self._next = 0.0

    def is_due(self, done: int, left: float) -> bool:
        """Return whether to measure the next step, after `done` steps of the run and with `left` to go."""
        now = time.perf_counter()
        if done >= FIRST and left > LAST and now < self._next:
            return False
        self._next = now + EVERY
        return True
