"""Which samples a step trains on, as a function of seed and step alone."""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Return how many mini-batches hold `count` samples; the last may be smaller. `batch_size` 0 is the full batch."""
    return -(-count // batch_size) if batch_size else 1


def batch_indices(count: int, batch_size: int, seed: int, step: int) -> Tensor:
    """Return the indices of the samples of a step, int64 (batch,); each epoch holds every sample exactly once.

    The order of an epoch is drawn from (seed, epoch). The last batch of an epoch holds what is left.
    """
    epoch, position = divmod(step, steps_per_epoch(count, batch_size))
    size = batch_size or count
    return _order(count, seed, epoch)[position * size : (position + 1) * size].clone()


@functools.lru_cache(maxsize=4)
def _order(count: int, seed: int, epoch: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng([seed, epoch]).permutation(count))
