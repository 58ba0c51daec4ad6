"""The subsets of picture collections that ship in `resources/data`, as the bytes of their pixels."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.safetensors_file import read

PARTS = ("training_images", "training_targets", "validation_images", "validation_targets")


def shipped_path(name: str) -> Path:
    """Return where the subset of a collection lies."""
    return resources.folder() / "data" / f"{name}.safetensors"


def load_shipped(name: str) -> Dataset:
    """Return a shipped subset, grey pictures (count, 1, 28, 28); raise UserError where its file is damaged."""
    path = shipped_path(name)
    tensors = read(path)
    missing = [part for part in PARTS if part not in tensors]
    if missing:
        raise UserError(f"{path} lacks '{missing[0]}': install again.")
    return Dataset(
        training_inputs=_inputs(tensors["training_images"]),
        training_targets=tensors["training_targets"].long(),
        validation_inputs=_inputs(tensors["validation_images"]),
        validation_targets=tensors["validation_targets"].long(),
        classes=catalogue.dataset(name).classes,
    )


def _inputs(images: Tensor) -> Tensor:
    return images.unsqueeze(1).float() / 255
