"""How long the gradient of each layer is, measured at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn


class GradientNorms:
    """The L2 norm over the gradients of each layer's own parameters."""

    def __init__(self, network: nn.Module, layers: Sequence[str]) -> None:
        self._count = len(layers)
        self._parameters = [
            (place, parameter)
            for place, path in enumerate(layers)
            for parameter in network.get_submodule(path).parameters(recurse=False)
        ]

    def measure(self) -> npt.NDArray[np.float32]:
        """Return the norms (layers,): NaN where there is no gradient, infinite where it is not finite."""
        present = [(place, parameter.grad) for place, parameter in self._parameters if parameter.grad is not None]
        norms = np.full(self._count, np.nan, np.float32)
        if not present:
            return norms
        places = np.array([place for place, _ in present])
        lengths = torch.stack(torch._foreach_norm([gradient for _, gradient in present])).numpy()
        squares = np.bincount(places, np.square(lengths, dtype=np.float64), self._count)
        squares[np.isnan(squares)] = np.inf
        norms[places] = np.sqrt(squares)[places]
        return norms
