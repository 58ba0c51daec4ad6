"""MNIST: handwritten digits. LeCun, Cortes and Burges 1998."""

from __future__ import annotations

from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.datasets.shipped import load_shipped


def load() -> Dataset:
    """Return 4,000 pictures of the official training part and 1,000 of the official test part."""
    return load_shipped("mnist")
