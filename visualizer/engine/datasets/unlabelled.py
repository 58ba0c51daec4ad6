"""The pictures of a shipped collection without their classes, to make more of the kind."""

from __future__ import annotations

import torch

from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.datasets.shipped import load_shipped


def load_fashion_mnist() -> Dataset:
    """Return the shipped pictures of Fashion-MNIST."""
    return _without_classes("fashion-mnist")


def load_mnist() -> Dataset:
    """Return the shipped pictures of MNIST."""
    return _without_classes("mnist")


def _without_classes(name: str) -> Dataset:
    labelled = load_shipped(name)
    return samples(labelled.training_inputs, labelled.validation_inputs)


def samples(training: torch.Tensor, validation: torch.Tensor) -> Dataset:
    """Return data for generation: samples, each with the one target that it is real (1)."""
    return Dataset(training, torch.ones(len(training), 1), validation, torch.ones(len(validation), 1))
