"""The gradient of any number of a pass with respect to its input."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError, unknown
from visualizer.engine.tracing import forward
from visualizer.engine.tracing.inputs import Inputs
from visualizer.engine.tracing.structure import Value
from visualizer.engine.tracing.tracer import Tracer


class _Holder(Tracer):
    """Keeps what flows as it is in the graph of autograd."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__(network)
        self.held: dict[Value, Tensor] = {}

    def on_value(self, value: Value, tensor: Tensor) -> None:
        self.held[value] = tensor.clone() if tensor.requires_grad else tensor  # others may write into its memory


def influence(network: nn.Module, inputs: Tensor, tensor: str, index: tuple[int, ...]) -> Tensor:
    """Return the gradient of one element of a tensor of the pass, by its name, with respect to the input.

    The network runs as it is, in its present mode. `inputs` is (1, *input_shape), and so is what is returned: zeros
    where the element does not depend on the input. `index` is without the batch dimension.
    """
    holder, given = _Holder(network), Inputs((inputs,), None, gradient=True)
    with torch.enable_grad():
        run = forward(holder, given, None)
        if run.failure is not None:
            raise UserError(run.named.graph.error) from run.failure
        held = {run.named.tensor(value): found for value, found in holder.held.items()}
        if tensor not in held:
            raise unknown("node", tensor, (name for name in held if name))
        return _gradient(held[tensor][(0, *index)], given.leaves[0])


def loss_gradient(network: nn.Module, inputs: Tensor, loss: Callable[[Tensor], Tensor]) -> tuple[float, Tensor]:
    """Return a loss of the network's output, and its gradient with respect to the input (1, *input_shape)."""
    leaf = inputs.detach().clone().requires_grad_()
    with torch.enable_grad():
        value = loss(network(leaf.clone()))
        return float(value.detach()), _gradient(value, leaf)


def _gradient(number: Tensor, leaf: Tensor) -> Tensor:
    if not number.requires_grad:
        return torch.zeros_like(leaf)
    (found,) = torch.autograd.grad(number, [leaf], allow_unused=True)
    return torch.zeros_like(leaf) if found is None else found
