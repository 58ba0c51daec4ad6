"""Four round clouds of points in the plane, one class each."""

from __future__ import annotations

import torch

from visualizer.core import catalogue
from visualizer.engine.datasets.dataset import Dataset

TRAINING = 400
VALIDATION = 200
CENTERS = ((-1.2, -1.0), (1.1, -1.2), (1.3, 1.1), (-1.0, 1.2))
SPREAD = 0.55


def load() -> Dataset:
    """Return 400 training and 200 validation points (count, 2), the same each time."""
    from sklearn.datasets import make_blobs  # here, because importing it takes a second

    points, labels = make_blobs(TRAINING + VALIDATION, centers=CENTERS, cluster_std=SPREAD, random_state=0)
    inputs, targets = torch.from_numpy(points).float(), torch.from_numpy(labels).long()
    return Dataset(
        training_inputs=inputs[:TRAINING],
        training_targets=targets[:TRAINING],
        validation_inputs=inputs[TRAINING:],
        validation_targets=targets[TRAINING:],
        classes=catalogue.dataset("blobs").classes,
    )
