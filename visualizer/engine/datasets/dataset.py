"""What every data set gives."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.core.errors import UserError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs float32 (count, *input_shape) and targets int64 (count,); validation samples are never trained on.

    Pictures run from 0 to 1: the pixels that are seen are the pixels that the network sees.
    """

    training_inputs: Tensor
    training_targets: Tensor
    validation_inputs: Tensor
    validation_targets: Tensor
    classes: tuple[str, ...]


def check_finite(name: str, data: Dataset) -> None:
    """Raise UserError where an input is NaN or infinite, naming the data set and the index of the sample."""
    for part, inputs in (("training", data.training_inputs), ("validation", data.validation_inputs)):
        bad = torch.nonzero(~torch.isfinite(inputs.flatten(1)).all(dim=1))
        if len(bad):
            raise UserError(f"{name}: {part} sample {int(bad[0])} is NaN or infinite, it has to be finite.")
