"""Fashion-MNIST: pictures of clothes. Xiao, Rasul and Vollgraf 2017."""

from __future__ import annotations

from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.datasets.shipped import load_shipped


def load() -> Dataset:
    """Return 4,000 training pictures and 2,000 that no shipped weights have learned from."""
    return load_shipped("fashion-mnist")
