"""Putting claims to the test, each with several seeds, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed

from visualizer.engine.claims.claim import Claim, Demonstration, Outcome


def demonstrate(
    claims: Sequence[Claim], seeds: int, executor: Executor, ended: Callable[[int, Claim, int], None]
) -> list[Demonstration]:
    """Run the experiment of each claim with the seeds 0 to `seeds` - 1.

    `ended` is told of each run that has ended: how many have, its claim and its seed.
    """
    runs: dict[Future[Outcome], tuple[Claim, int]] = {
        executor.submit(claim.run, seed): (claim, seed) for claim in claims for seed in range(seeds)
    }
    for done, run in enumerate(as_completed(runs), 1):
        run.result()  # one that failed ends all
        ended(done, *runs[run])
    return [
        Demonstration(claim, tuple(run.result() for run, (of, _) in runs.items() if of is claim)) for claim in claims
    ]
