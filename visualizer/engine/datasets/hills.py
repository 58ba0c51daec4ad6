"""Heights of a landscape with two hills and a hollow: a number to be predicted from a place in the plane."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.engine.datasets.dataset import Dataset

TRAINING = 400
VALIDATION = 200
NOISE = 0.05
BUMPS = ((-1.0, 0.8, 1.0), (1.1, -0.6, 0.8), (0.9, 1.2, -0.9))  # x, y, height


def height(places: Tensor) -> Tensor:
    """Return the height (count, 1) at places (count, 2): the sum of three Gaussian bumps."""
    bumps = (tall * torch.exp(-((places - torch.tensor([x, y])) ** 2).sum(1) / 0.6) for x, y, tall in BUMPS)
    return torch.stack(list(bumps)).sum(0).unsqueeze(1)


def load() -> Dataset:
    """Return places (count, 2), uniform in -2 to 2, and their heights with noise (count, 1), the same each time."""
    random = torch.Generator().manual_seed(0)
    count = TRAINING + VALIDATION
    inputs = (torch.rand(count, 2, generator=random) * 2 - 1) * 2
    targets = height(inputs) + NOISE * torch.randn(count, 1, generator=random)
    return Dataset(
        training_inputs=inputs[:TRAINING],
        training_targets=targets[:TRAINING],
        validation_inputs=inputs[TRAINING:],
        validation_targets=targets[TRAINING:],
    )
