"""A copy of a network whose parameters can be put anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import parameters_to_vector

from visualizer.engine.state import twin_of

CEILING = 1e12  # stands for every larger, infinite or undefined loss, so that the surface can be drawn

Loss = Callable[[Tensor, Tensor], Tensor]


class Probe:
    """Evaluates the loss of a copy of `network` anywhere in parameter space; the network itself is never touched.

    Dropout is off. Batch normalisation uses the statistics of the samples at hand: its running statistics belong to
    the present weights and would give a wrong loss away from them.
    """

    def __init__(self, network: nn.Module, loss: Loss) -> None:
        self._network = twin_of(network).eval().requires_grad_(False)
        self._loss = loss
        for module in self._network.modules():
            if isinstance(module, _BatchNorm):
                module.running_mean = module.running_var = None
        self.parameters = list(self._network.parameters())
        self.centre = parameters_to_vector(self.parameters)
        self._vector = self.centre.clone()  # every parameter is a view of it, so one addition moves them all
        start = 0
        for parameter in self.parameters:
            end = start + parameter.numel()
            parameter.data = self._vector[start:end].view_as(parameter)
            start = end

    def move_to(self, vector: Tensor) -> None:
        """Put the parameters at a vector of (parameters,)."""
        self._vector.copy_(vector)

    def move_by(self, x: float, x_direction: Tensor, y: float, y_direction: Tensor) -> None:
        """Put the parameters at the present weights plus `x` and `y` times two directions."""
        torch.add(self.centre, x_direction, alpha=x, out=self._vector)
        self._vector.add_(y_direction, alpha=y)

    def loss(self, inputs: Tensor, targets: Tensor) -> float:
        """Return the mean loss of these samples here, at most CEILING, which also stands for NaN."""
        with torch.inference_mode():
            value = float(self._loss(self._network(inputs), targets))
        return value if math.isfinite(value) and value < CEILING else CEILING
