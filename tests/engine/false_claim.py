"""A claim that is false, and one that is never decided, for worker processes to find out."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import NoReturn

from visualizer.engine.claims.claim import Claim, Outcome


def never(seed: int) -> Outcome:
    """An experiment without an effect."""
    return Outcome(effect=0.0, held=False, figures={"seed": float(seed)})


def endless(seed: int) -> NoReturn:
    """An experiment without an end."""
    while True:
        threading.Event().wait()


FALSE = Claim("seeds-are-odd", "Every seed is odd.", "nobody", "the seed", "an odd seed", never)
UNDECIDED = replace(FALSE, id="all-seeds-are-odd", run=endless)
