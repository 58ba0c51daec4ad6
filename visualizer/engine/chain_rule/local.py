"""The local derivative of one operation: the operation alone, run again in float64 on dual numbers.

A dual number carries a value and how fast it changes (forward-mode differentiation), so that a local derivative comes
without any backward pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import forward_ad
from torch.nn.attention import SDPBackend, sdpa_kernel

from visualizer.core.graph import tensor_name
from visualizer.engine.recording import Pass
from visualizer.engine.tracing.called import Called


class UnseenError(Exception):
    """The inside of an operation is hidden, or torch knows no derivative of it on dual numbers."""


@dataclass(frozen=True)
class LocalFunction:
    """One operation as it was called, and the names of what it computed."""

    called: Called
    outputs: list[str]

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the tensors given to it, "" for one that nobody saw."""
        return self.called.sources

    def change(self, values: Mapping[str, Tensor], directions: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return how fast each output changes when its sources change in these directions, in float64.

        `values` are the sources by name. Outputs that are no floating-point numbers, as of a comparison, have no
        derivative and are left out. Raises UnseenError where that cannot be told.
        """
        try:
            with torch.no_grad(), forward_ad.dual_level(), sdpa_kernel(SDPBackend.MATH):
                made = self.called.again([_given(name, values, directions) for name in self.sources])
                if len(made) < len(self.outputs):
                    raise UnseenError("it writes into tensors that it is not given")
                named = zip(self.outputs, made, strict=False)
                return {name: _tangent(tensor) for name, tensor in named if tensor.is_floating_point()}
        except (RuntimeError, NotImplementedError, TypeError) as error:
            raise UnseenError("no derivative of it is known") from error


def local_functions(seen: Pass) -> dict[str, LocalFunction]:
    """Return the operations of a recording by node id; what is hidden (a script, C++) is left out."""
    return {
        name: LocalFunction(called, [tensor_name(name, output) for output in range(len(seen.graph.node[name].shapes))])
        for name, called in seen.called.items()
    }


def _given(name: str, values: Mapping[str, Tensor], directions: Mapping[str, Tensor]) -> Tensor:
    if name not in values:
        raise UnseenError("one of its arguments was not recorded")
    tensor = _double(values[name]).clone()
    return _dual(tensor, _double(directions[name]).clone()) if name in directions else tensor


def _dual(value: Tensor, tangent: Tensor) -> Tensor:
    """Return a dual number; `forward_ad.make_dual` would first compile 0.3 s of rules that no operation here needs."""
    dual: Tensor = torch._VF._make_dual(value, tangent, level=0)
    return dual


def _double(tensor: Tensor) -> Tensor:
    return tensor.detach().double() if tensor.is_floating_point() else tensor.detach()


def _tangent(tensor: Tensor) -> Tensor:
    tangent: Tensor | None = forward_ad.unpack_dual(tensor).tangent  # type: ignore[no-untyped-call]
    return torch.zeros_like(tensor.detach(), dtype=torch.float64) if tangent is None else tangent.detach().clone()
