"""What one sees in the comparison of recurrent networks, in a sentence."""

from __future__ import annotations

import numpy as np

from visualizer.core.numbers import rounded
from visualizer.core.topics.sequences import MemoryCompared, MemoryCurve
from visualizer.ui.sequences.words import KINDS

_LAST = 20  # mini-batches that the loss at the end is the mean of


def verdict(frame: MemoryCompared) -> str:
    """Return how much of the gradient reaches the first step, and the loss of each network at last."""
    return "  ".join(f"{KINDS[curve.network]}: {_kept(curve)}, {_lost(curve)}." for curve in frame.curves)


def _kept(curve: MemoryCurve) -> str:
    first, last = float(curve.norms[0]), float(np.max(curve.norms))
    if not last > 0:
        return "no gradient flows"
    if not first > 0:
        return "nothing of the gradient reaches the first step"
    return f"{rounded(first / last, 2)} of the largest gradient reaches the first step"


def _lost(curve: MemoryCurve) -> str:
    if not len(curve.losses):
        return "not trained yet"
    loss = f"loss {rounded(float(np.mean(curve.losses[-_LAST:])))}"
    accuracy = float(np.mean(curve.accuracy[-_LAST:])) if len(curve.accuracy) else np.nan
    return loss if np.isnan(accuracy) else f"{loss}, {100 * accuracy:.0f} % right"
