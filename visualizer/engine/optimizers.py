"""The optimizers that ship; a new one is a builder here, a line in the tuple and an entry in the catalogue."""

from __future__ import annotations

import copy
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from visualizer.core import catalogue
from visualizer.core.errors import UserError

Builder = Callable[[Iterable[nn.Parameter], float], Optimizer]
Kind = TypeVar("Kind", bound=Optimizer)


def _eager(optimizer: type[Kind]) -> type[Kind]:
    """Return an optimizer of torch without its ties to torch's compiler, whose import takes longer than torch's own.

    `step` and `add_param_group` are torch's functions as they are written there, out of what prepares them for being
    compiled; nothing here is.
    """
    step = torch.no_grad()(inspect.unwrap(optimizer.step))
    add_param_group = inspect.unwrap(optimizer.add_param_group)
    return type(optimizer.__name__, (optimizer,), {"step": step, "add_param_group": add_param_group})


_SGD = _eager(torch.optim.SGD)
_Adam = _eager(torch.optim.Adam)

# foreach: the same arithmetic bit for bit, on lists of tensors in place of one after another, in fewer calls


def _sgd(parameters: Iterable[nn.Parameter], learning_rate: float) -> Optimizer:
    return _SGD(parameters, lr=learning_rate, foreach=True)


def _adam(parameters: Iterable[nn.Parameter], learning_rate: float) -> Optimizer:
    return _Adam(parameters, lr=learning_rate, foreach=True)


def _adam_for_adversaries(parameters: Iterable[nn.Parameter], learning_rate: float) -> Optimizer:
    return _Adam(parameters, lr=learning_rate, betas=(0.5, 0.999), foreach=True)


OPTIMIZERS: tuple[tuple[str, Builder], ...] = (("sgd", _sgd), ("adam", _adam), ("adam-0.5", _adam_for_adversaries))


def build(name: str, parameters: Iterable[nn.Parameter], learning_rate: float) -> Optimizer:
    """Return an optimizer over all parameters, frozen ones included: it skips those, as they have no gradient."""
    return dict(OPTIMIZERS)[catalogue.optimizer(name).id](parameters, learning_rate)


def set_learning_rate(optimizer: Optimizer, learning_rate: float) -> None:
    """Change the learning rate from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def forget(optimizer: Optimizer, parameters: Iterable[nn.Parameter]) -> None:
    """Drop what the optimizer remembers of some parameters.

    This is done when they are unfrozen: Adam's moments are then of gradients long past, and its step counter, which
    corrects the bias of young moments, has stood still.
    """
    for parameter in parameters:
        optimizer.state.pop(parameter, None)


def updates(optimizer: Optimizer, network: nn.Module, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return by name what one step with these gradients would add to each parameter; nothing is changed.

    The step is taken by a copy of the optimizer, with its state, on copies of the parameters.
    """
    twin = copy.copy(optimizer)
    copies: dict[Tensor, nn.Parameter] = {
        parameter: nn.Parameter(parameter.detach().clone()) for parameter in network.parameters()
    }
    if not all(parameter in copies for group in optimizer.param_groups for parameter in group["params"]):
        raise UserError("The network has exchanged a parameter while it ran: its parameters have to stay the same.")
    twin.param_groups = [
        {**group, "params": [copies[parameter] for parameter in group["params"]]} for group in optimizer.param_groups
    ]
    twin.state = defaultdict(dict)
    for parameter, memory in optimizer.state.items():
        twin.state[copies[parameter]] = {quantity: tensor.clone() for quantity, tensor in memory.items()}
    names = {name: parameter for name, parameter in network.named_parameters() if name in gradients}
    for name, parameter in names.items():
        copies[parameter].grad = gradients[name]
    twin.step()
    return {name: copies[parameter].detach() - parameter.detach() for name, parameter in names.items()}
