"""What a claim is, what one seed says about it, and what all of them together do."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What one seed gave: the size of the effect, whether it is there, and the figures that both rest on.

    The same seed gives the same outcome; seconds are therefore none of it.
    """

    effect: float
    held: bool
    figures: dict[str, float]


@dataclass(frozen=True)
class Claim:
    """A sentence of the course, where it is from, and an experiment that could refute it.

    `measure` says what the effect is, `criterion` when a seed holds. `run(seed)` makes the experiment; it is a function
    of a module, so that a worker process finds it by its name.
    """

    id: str
    statement: str
    source: str
    measure: str
    criterion: str
    run: Callable[[int], Outcome]


@dataclass(frozen=True)
class Demonstration:
    """A claim and its outcomes, that of seed 0 first."""

    claim: Claim
    outcomes: tuple[Outcome, ...]

    @property
    def effect(self) -> float:
        """The mean effect."""
        return statistics.fmean(outcome.effect for outcome in self.outcomes)

    @property
    def spread(self) -> float:
        """The standard deviation of the effect over the seeds (n - 1 in the denominator), 0 for a single one."""
        return statistics.stdev(outcome.effect for outcome in self.outcomes) if len(self.outcomes) > 1 else 0.0

    @property
    def seeds_held(self) -> int:
        """The number of seeds in which the effect is there."""
        return sum(outcome.held for outcome in self.outcomes)

    @property
    def held(self) -> bool:
        """Whether the effect is there in at least nine of ten seeds."""
        return 10 * self.seeds_held >= 9 * len(self.outcomes)
