"""What every data set gives."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.core.errors import UserError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs float32 (count, *input_shape) and their targets; validation samples are never trained on.

    Targets are int64 (count,) for classification, int64 (count, steps) for labelling, with losses.IGNORED where a step
    has no class, and float32 (count, numbers) for regression. `labels` may name the validation samples,
    `step_names` the time steps of each of them.

    Pictures run from 0 to 1: the pixels that are seen are the pixels that the network sees.
    """

    training_inputs: Tensor
    training_targets: Tensor
    validation_inputs: Tensor
    validation_targets: Tensor
    classes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    step_names: tuple[tuple[str, ...], ...] = ()

    def label(self, sample: int) -> str:
        """Return in a few words what a validation sample is."""
        if self.labels:
            return self.labels[sample]
        target = self.validation_targets[sample]
        if target.dim() == 0 and not target.is_floating_point():
            return self.classes[int(target)]
        return ", ".join(f"{value:.4g}" for value in target.flatten().tolist())


def check_finite(name: str, data: Dataset) -> None:
    """Raise UserError where an input is NaN or infinite, naming the data set and the index of the sample."""
    for part, inputs in (("training", data.training_inputs), ("validation", data.validation_inputs)):
        bad = torch.nonzero(~torch.isfinite(inputs.flatten(1)).all(dim=1))
        if len(bad):
            raise UserError(f"{name}: {part} sample {int(bad[0])} is NaN or infinite, it has to be finite.")
