"""Where the numbers of a pass stop being finite."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.engine.losses import Loss


def first_bad_parameter(network: nn.Module) -> str:
    """Return the name of a parameter that is not finite, "" where all are."""
    return next((name for name, parameter in network.named_parameters() if not _finite(parameter)), "")


def first_bad_result(network: nn.Module, loss: Loss, inputs: Tensor, targets: Tensor) -> str:
    """Return in words what is the first not to be finite in a pass: an activation, the loss, a gradient.

    Runs the pass again, so buffers of the network (running statistics) change.
    """
    found: list[str] = []
    hooks = [
        module.register_forward_hook(partial(_look, found, path)) for path, module in network.named_modules() if path
    ]
    try:
        value = loss(network(inputs), targets)
    finally:
        for hook in hooks:
            hook.remove()
    if found:
        return f"the activation of '{found[0]}'"
    return _in_backward(network, value)


def _in_backward(network: nn.Module, loss: Tensor) -> str:
    if not _finite(loss):
        return "the loss"
    trainable = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
    gradients = torch.autograd.grad(loss, list(trainable.values()), allow_unused=True)
    for name, gradient in reversed(list(zip(trainable, gradients, strict=True))):
        if gradient is not None and not _finite(gradient):
            return f"the gradient of '{name}'"
    return "the length of the gradient"


def _look(found: list[str], path: str, module: nn.Module, args: Any, output: Any) -> None:
    if isinstance(output, Tensor) and not _finite(output):
        found.append(path)


def _finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())
