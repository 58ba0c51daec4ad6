"""A progress bar on stderr, where that is a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType

WIDTH = 30
INTERVAL = 0.1  # seconds between two pictures


class Progress:
    """Context in which `show` draws how far a piece of work is; the line is ended at its end."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._visible = sys.stderr.isatty() and steps > 0
        self._started = time.monotonic()
        self._next = 0.0

    def show(self, done: int, note: str) -> None:
        """Draw the bar with a note, at most ten times a second and at the last step."""
        now = time.monotonic()
        if not self._visible or (now < self._next and done < self._steps):
            return
        self._next = now + INTERVAL
        filled = WIDTH * done // self._steps
        bar = "━" * filled + " " * (WIDTH - filled)
        print(f"\r{bar} {done}/{self._steps}  {note} \x1b[K", end="", file=sys.stderr, flush=True)

    def pace(self, done: int) -> float:
        """Return how many steps a second have been done."""
        return done / max(time.monotonic() - self._started, 1e-9)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._visible:
            print(file=sys.stderr)
