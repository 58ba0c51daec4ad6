"""A claim that is false, for a worker process to find out."""

from __future__ import annotations

from visualizer.engine.claims.claim import Claim, Outcome


def never(seed: int) -> Outcome:
    """An experiment without an effect."""
    return Outcome(effect=0.0, held=False, figures={"seed": float(seed)})


FALSE = Claim("seeds-are-odd", "Every seed is odd.", "nobody", "the seed", "an odd seed", never)
