"""A network and its recorded sample in float64: where a proof is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from visualizer.engine.chain_rule.scene import Place
from visualizer.engine.recording import Pass, record
from visualizer.engine.tracing import Loss


class ExactNetwork:
    """A copy in float64 of a network as it was when a pass was recorded, with the inputs of that pass."""

    def __init__(self, twin: nn.Module, seen: Pass, loss: Loss) -> None:
        """Take over `twin`, a copy that nobody else uses."""
        self.network = twin.double()
        self.loss = loss
        inputs = (seen.activations[node.id] for node in seen.graph.nodes if node.kind == "input")
        self._inputs = [tensor.double() if tensor.is_floating_point() else tensor for tensor in inputs]
        self._parameters = dict(self.network.named_parameters())

    def recorded(self) -> Pass:
        """Record a forward and a backward pass."""
        with _in_float64():
            return record(self.network, self._inputs, loss=self.loss, input_gradient=False)

    def values(self) -> dict[str, Tensor]:
        """Return parameters, buffers and all that a forward pass computes, the loss included, by name."""
        with _in_float64(), torch.no_grad():
            seen = record(self.network, self._inputs, loss=self.loss, input_gradient=False)
        return {**self._parameters, **dict(self.network.named_buffers()), **seen.activations}

    def loss_at(self, parameter: str, index: Place, value: float) -> float:
        """Return the loss with one element of a parameter set to a value."""
        with self.at(parameter, index, value), torch.no_grad(), _in_float64():
            copies = [tensor.clone() for tensor in self._inputs]
            return float(self.loss(self.network(*copies)))

    @contextmanager
    def at(self, parameter: str, index: Place, value: float) -> Iterator[None]:
        """Set one element of a parameter to a value, and back at the end."""
        tensor = self._parameters[parameter].detach()
        before = tensor[index].clone()
        tensor[index] = value
        try:
            yield
        finally:
            tensor[index] = before


@contextmanager
def _in_float64() -> Iterator[None]:
    """Make tensors that a network creates while it runs float64 too, and leave the random numbers as they were."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_default_dtype(usual)
