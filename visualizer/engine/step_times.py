"""What freezing saves, measured: how long a step takes now and with all layers trainable."""

from __future__ import annotations

import statistics
from collections import deque

WINDOW = 50


class StepTimes:
    """Medians over the last steps of one network."""

    def __init__(self) -> None:
        self._now: deque[float] = deque(maxlen=WINDOW)
        self._all_trainable: deque[float] = deque(maxlen=WINDOW)

    def add(self, seconds: float, *, all_trainable: bool) -> None:
        """Note how long a step took."""
        self._now.append(seconds)
        if all_trainable:
            self._all_trainable.append(seconds)

    def freezing_changed(self) -> None:
        """Measure anew; what was measured with all layers trainable is kept."""
        self._now.clear()

    @property
    def milliseconds_now(self) -> float:
        """Median of the present freeze plan, 0 where not measured."""
        return _milliseconds(self._now)

    @property
    def milliseconds_all_trainable(self) -> float:
        """Median with nothing frozen, 0 where not measured."""
        return _milliseconds(self._all_trainable)


def _milliseconds(times: deque[float]) -> float:
    return 1000 * statistics.median(times) if times else 0.0
