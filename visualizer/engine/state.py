"""Everything that training changes, as named tensors: what the history keeps and a checkpoint file holds."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from visualizer.core.errors import UserError, named


@dataclass(frozen=True)
class State:
    """Copies of a network's parameters and buffers by name, and of an optimizer's memory by `QUANTITY/PARAMETER`.

    Random numbers are no part of it: those of a step are drawn from (seed, step).
    """

    step: int
    network: dict[str, Tensor]
    optimizer: dict[str, Tensor]

    @cached_property
    def byte_count(self) -> int:
        """Bytes of all tensors."""
        return sum(tensor.nbytes for tensor in (*self.network.values(), *self.optimizer.values()))


def capture(step: int, network: nn.Module, optimizer: Optimizer) -> State:
    """Return a copy of the present state."""
    return State(
        step,
        copy_of(network),
        {
            f"{quantity}/{name}": tensor.clone()
            for name, parameter in network.named_parameters()
            for quantity, tensor in optimizer.state.get(parameter, {}).items()
        },
    )


def twin_of(network: nn.Module) -> nn.Module:
    """Return a copy of a network; raise UserError for one that cannot be copied, as a stranger's may be."""
    try:
        return copy.deepcopy(network)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise UserError(
            f"The network cannot be copied, as it has to be where it is tried out: {named(error)}; "
            "keep out of the module what cannot be copied (locks, files, tensors computed from parameters)."
        ) from error


def copy_of(network: nn.Module) -> dict[str, Tensor]:
    """Return copies of a network's parameters and buffers by name."""
    return {name: tensor.detach().clone() for name, tensor in _tensors(network).items()}


def copy_into(network: nn.Module, values: Mapping[str, Tensor]) -> None:
    """Put values into a network's parameters and buffers, in place; raises KeyError where one is missing."""
    with torch.no_grad():
        for name, tensor in _tensors(network).items():
            tensor.copy_(values[name])


def restore(state: State, network: nn.Module, optimizer: Optimizer) -> None:
    """Put a state back."""
    copy_into(network, state.network)
    optimizer.state.clear()
    parameters = dict(network.named_parameters())
    for key, tensor in state.optimizer.items():
        quantity, _, name = key.partition("/")
        optimizer.state[parameters[name]][quantity] = tensor.clone()


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}
