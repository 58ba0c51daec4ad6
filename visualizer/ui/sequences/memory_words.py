"""What one sees in the comparison of recurrent networks, in a sentence."""

from __future__ import annotations

import numpy as np

from visualizer.core.numbers import rounded
from visualizer.core.topics.sequences import MemoryCompared, MemoryCurve
from visualizer.ui.sequences.words import KINDS

_VANISHED = 1e-3
_LAST = 20  # mini-batches that the loss at the end is the mean of


def verdict(frame: MemoryCompared) -> str:
    """Return for each network how much of its gradient reaches the first step, and its loss at last."""
    return "  ".join(f"{KINDS[curve.network]}: {_kept(curve)}, {_lost(curve)}." for curve in frame.curves)


def _kept(curve: MemoryCurve) -> str:
    first, last = float(curve.norms[0]), float(np.max(curve.norms))
    if not last > 0:
        return "no gradient flows"
    if not first > 0:
        return "nothing of the gradient reaches the first step"
    kept = f"{rounded(first / last, 2)} of the largest reaches the first step"
    return f"the gradient vanishes, {kept}" if first / last < _VANISHED else f"the gradient lasts, {kept}"


def _lost(curve: MemoryCurve) -> str:
    if not len(curve.losses):
        return "not trained yet"
    loss = f"loss {rounded(float(np.mean(curve.losses[-_LAST:])))}"
    accuracy = float(np.mean(curve.accuracy[-_LAST:])) if len(curve.accuracy) else np.nan
    return loss if np.isnan(accuracy) else f"{loss}, {100 * accuracy:.0f} % right"
