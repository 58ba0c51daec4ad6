"""A sine wave with noise: numbers to be predicted from a number."""

from __future__ import annotations

import math

import torch

from visualizer.engine.datasets.dataset import Dataset

TRAINING = 200
VALIDATION = 100
NOISE = 0.1


def load() -> Dataset:
    """Return points x (count, 1), uniform in -π to π, and y = sin(2x) + noise (count, 1), the same each time."""
    random = torch.Generator().manual_seed(0)
    count = TRAINING + VALIDATION
    inputs = (torch.rand(count, 1, generator=random) * 2 - 1) * math.pi
    targets = torch.sin(2 * inputs) + NOISE * torch.randn(count, 1, generator=random)
    return Dataset(
        training_inputs=inputs[:TRAINING],
        training_targets=targets[:TRAINING],
        validation_inputs=inputs[TRAINING:],
        validation_targets=targets[TRAINING:],
    )
