"""The first of many symbols has to be told at the end. After Hochreiter and Schmidhuber 1997, section 5."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from visualizer.core import catalogue
from visualizer.engine.datasets.dataset import Dataset

TRAINING = 2000
VALIDATION = 500


def load() -> Dataset:
    """Return sequences (count, 50, 9) of random symbols, one-hot in 8 features; the ninth is 1 at the first step.

    The class of a sequence is its first symbol; all that follow are drawn alike and say nothing.
    """
    entry = catalogue.dataset("recall")
    inputs, symbols = _draw(entry.input_shape[0], len(entry.classes))
    return Dataset(
        training_inputs=inputs[:TRAINING],
        training_targets=symbols[:TRAINING, 0].clone(),
        validation_inputs=inputs[TRAINING:],
        validation_targets=symbols[TRAINING:, 0].clone(),
        classes=entry.classes,
        step_names=tuple(tuple(entry.classes[symbol] for symbol in row) for row in symbols[TRAINING:].tolist()),
    )


def _draw(steps: int, classes: int) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(0)
    symbols = torch.randint(classes, (TRAINING + VALIDATION, steps), generator=random)
    inputs = torch.zeros(*symbols.shape, classes + 1)
    inputs[..., :classes] = functional.one_hot(symbols, classes)
    inputs[:, 0, classes] = 1.0
    return inputs, symbols
