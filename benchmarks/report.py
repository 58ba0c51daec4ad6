"""One line for each ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """Ours against a peer's; `goal` is the ratio's bound, an upper one unless `at_least`."""

    name: str
    ours: float
    peer: float
    unit: str
    goal: float
    at_least: bool = False
    note: str = ""

    @property
    def value(self) -> float:
        return self.ours / self.peer

    @property
    def met(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def line(self) -> str:
        bound = f"{'>=' if self.at_least else '<='} {self.goal:g}"
        verdict = "met" if self.met else "MISSED"
        figures = f"{self.ours:.4g} against {self.peer:.4g} {self.unit}"
        return f"{self.name:<44} {self.value:6.3f}x  (goal {bound}, {verdict})  {figures}  {self.note}".rstrip()


def alternate(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median seconds of both, run in turns so that noise meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for measured, run in zip(times, (ours, peer), strict=True):
            start = time.perf_counter()
            run()
            measured.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])
