"""How many answers are right, where answers are classes."""

from __future__ import annotations

import math

from torch import Tensor


def accuracy(output: Tensor, targets: Tensor) -> float:
    """Return the share of targets whose class has the largest logit; NaN where targets are numbers, not classes.

    `output` is (batch, classes) or (batch, steps, classes); negative targets, (batch,) or (batch, steps), do not count.
    """
    if targets.is_floating_point():
        return math.nan
    counted = targets >= 0
    right = (output.detach().argmax(-1) == targets) & counted
    return int(right.sum()) / max(int(counted.sum()), 1)
