"""A sample that the window has fed in, beside those of the data set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.numbers import shape_text


@dataclass(frozen=True)
class OwnSample:
    """An input, float32 (1, *input_shape), and its class, -1 where the network's own prediction stands for it."""

    inputs: Tensor
    target: int

    def target_for(self, network: nn.Module) -> Tensor:
        """Return the class, int64 (1,); the network has to be in eval mode."""
        if self.target >= 0:
            return torch.tensor([self.target])
        with torch.no_grad():
            logits: Tensor = network(self.inputs.clone())
        return logits.argmax(1)


def own_sample(
    values: npt.NDArray[np.float32], target: int, shape: tuple[int, ...], classes: tuple[str, ...]
) -> OwnSample:
    """Return values as a sample of a network's input shape; raise UserError where they do not fit it."""
    if not classes:
        raise UserError("An own input can be recorded where the targets are classes; this data set has none.")
    if values.shape != shape:
        raise UserError(
            f"The input given has the shape {shape_text(values.shape)}, but this network takes {shape_text(shape)}."
        )
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        where = ", ".join(map(str, bad[0].tolist()))
        raise UserError(f"The input given is not finite at ({where}): all its values have to be finite numbers.")
    if not -1 <= target < len(classes):
        raise UserError(f"There is no class {target}: they are numbered from 0 to {len(classes) - 1}.")
    return OwnSample(torch.tensor(values, dtype=torch.float32).unsqueeze(0), target)
