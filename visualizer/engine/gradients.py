"""The gradients of a network between its backward pass and its update."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn


class Gradients:
    """Forgotten before a pass, checked in every step, measured in some: the own parameters of each layer."""

    def __init__(self, network: nn.Module, layers: Sequence[str]) -> None:
        self._count = len(layers)
        self._parameters = [
            (place, parameter)
            for place, path in enumerate(layers)
            for parameter in network.get_submodule(path).parameters(recurse=False)
        ]
        self._one, self._found = torch.ones(1), torch.zeros(1)

    def forget(self) -> None:
        """Leave no parameter a gradient."""
        for _, parameter in self._parameters:
            parameter.grad = None

    def are_finite(self) -> bool:
        """Return whether no number in them is infinite or NaN.

        It is one call, that of torch's gradient scaler, which multiplies each of them by one: not a bit changes.
        """
        gradients = [parameter.grad for _, parameter in self._parameters if parameter.grad is not None]
        present = [torch.view_as_real(gradient) if gradient.is_complex() else gradient for gradient in gradients]
        self._found.zero_()
        torch._amp_foreach_non_finite_check_and_unscale_(present, self._found, self._one)
        return not self._found.item()

    def norms(self) -> npt.NDArray[np.float32]:
        """Return the L2 norm of each layer's gradient, (layers,): NaN where there is none."""
        present = [(place, parameter.grad) for place, parameter in self._parameters if parameter.grad is not None]
        norms = np.full(self._count, np.nan, np.float32)
        if not present:
            return norms
        places = np.array([place for place, _ in present])
        lengths = torch.stack(torch._foreach_norm([gradient for _, gradient in present])).numpy()
        squares = np.bincount(places, np.square(lengths, dtype=np.float64), self._count)
        norms[places] = np.sqrt(squares)[places]
        return norms
