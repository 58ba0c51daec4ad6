"""What the catalogue says of a network, a data set, an optimizer, a loss."""

from __future__ import annotations

from typing import Literal

import msgspec

Task = Literal["classification", "labelling", "regression", "generation"]
"""One class a sample; one class a time step; numbers; samples like those given, of which there are no targets."""


class NetworkEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A network that ships. `input_shape` is that of its own data, without the batch dimension."""

    id: str
    title: str
    summary: str
    source: str
    input_shape: tuple[int, ...]
    dataset: str
    datasets: tuple[str, ...]
    loss: str = "cross-entropy"
    pretrained_on: str = ""
    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_size: int = 32


class DatasetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A data set that ships. `input_shape` is without the batch dimension, `numbers` how many make a target."""

    id: str
    title: str
    summary: str
    source: str
    licence: str
    input_shape: tuple[int, ...]
    task: Task = "classification"
    classes: tuple[str, ...] = ()
    numbers: int = 0

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for it: one logit a class, or the numbers themselves."""
        return len(self.classes) or self.numbers


class OptimizerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that turns gradients into updates; `update` is TeX."""

    id: str
    title: str
    summary: str
    source: str
    update: str
    learning_rate: float


class LossEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A data loss; `formula` is TeX."""

    id: str
    title: str
    summary: str
    formula: str
    tasks: tuple[Task, ...]
