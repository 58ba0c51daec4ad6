"""Two interleaving half circles in the plane."""

from __future__ import annotations

import torch

from visualizer.core import catalogue
from visualizer.engine.datasets.dataset import Dataset

TRAINING = 400
VALIDATION = 200
NOISE = 0.15


def load() -> Dataset:
    """Return 400 training and 200 validation points (count, 2), the same each time."""
    from sklearn.datasets import make_moons  # here, because importing it takes a second

    points, labels = make_moons(TRAINING + VALIDATION, noise=NOISE, random_state=0)
    inputs, targets = torch.from_numpy(points).float(), torch.from_numpy(labels).long()
    return Dataset(
        training_inputs=inputs[:TRAINING],
        training_targets=targets[:TRAINING],
        validation_inputs=inputs[TRAINING:],
        validation_targets=targets[TRAINING:],
        classes=catalogue.dataset("moons").classes,
    )
