"""The local derivative of one operation: the operation alone, run again in float64 on dual numbers.

A dual number carries a value and how fast it changes (forward-mode differentiation), so that a local derivative comes
without any backward pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.nn.attention import SDPBackend, sdpa_kernel

from visualizer.core.graph import tensor_name
from visualizer.engine.recording import Pass
from visualizer.engine.tracing import Loss, forward
from visualizer.engine.tracing.inputs import Inputs
from visualizer.engine.tracing.nested import tensors_in, with_tensors
from visualizer.engine.tracing.structure import Invocation, TracedNode, Value
from visualizer.engine.tracing.tracer import Tracer


class UnseenError(Exception):
    """The inside of an operation is hidden, or torch knows no derivative of it on dual numbers."""


@dataclass(frozen=True)
class LocalFunction:
    """One operation as it was called: `sources` names each tensor given to it, "" for a constant.

    `outputs` names what it computed; a written-into argument is an output at the place `overwritten`.
    """

    call: Invocation
    sources: list[str]
    outputs: list[str]
    overwritten: list[int]

    def change(self, values: Mapping[str, Tensor], directions: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return how fast each output changes when its sources change in these directions, in float64.

        `values` are the sources by name. Outputs that are no floating-point numbers, as of a comparison, have no
        derivative and are left out. Raises UnseenError where that cannot be told.
        """
        try:
            with torch.no_grad(), forward_ad.dual_level(), sdpa_kernel(SDPBackend.MATH):
                given = [self._given(place, values, directions) for place in range(len(self.sources))]
                made = self.run(given)
                if len(made) < len(self.outputs):
                    raise UnseenError(f"{self.call.name} writes into tensors that it is not given")
                named = zip(self.outputs, made, strict=False)
                return {name: _tangent(tensor) for name, tensor in named if tensor.is_floating_point()}
        except (RuntimeError, NotImplementedError, TypeError) as error:
            raise UnseenError(f"no derivative of {self.call.name} is known") from error

    def _given(self, place: int, values: Mapping[str, Tensor], directions: Mapping[str, Tensor]) -> Tensor:
        name = self.sources[place]
        tensor = _double(values.get(name, self.call.given[place])).clone()
        return _dual(tensor, _double(directions[name]).clone()) if name in directions else tensor

    def run(self, given: list[Tensor]) -> list[Tensor]:
        """Run the operation on other tensors in the places of those it was given, which it may write into."""
        result = self.result(given)
        return [given[place] for place in self.overwritten] if self.overwritten else tensors_in(result)

    def result(self, given: list[Tensor]) -> Any:
        """Return what the operation returns for other tensors, as it returns it."""
        left = iter(given)
        args, kwargs = with_tensors((self.call.args, self.call.kwargs), lambda _: next(left))
        return self.call.function(*args, **kwargs)


def local_functions(network: nn.Module, seen: Pass, loss: Loss) -> dict[str, LocalFunction]:
    """Run the forward pass of a recording again and return its operations by node id.

    The network has to be as it was, in the same mode; what is hidden (a script, C++) is left out.
    """
    keeper = _Keeper(network)
    inputs = [seen.activations[node.id] for node in seen.graph.nodes if node.kind == "input"]
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        run = forward(keeper, Inputs(inputs, None, gradient=False), loss)
    names, recorded = run.named, seen.graph.node
    return {
        name: keeper.local(call, names.tensor, name, len(recorded[name].shapes))
        for node, call in keeper.kept.items()
        if (name := names.node_ids.get(node, "")) in recorded
    }


class _Keeper(Tracer):
    """Keeps every call of a torch function beside the node that it became."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__(network)
        self.kept: dict[TracedNode, Invocation] = {}
        self._last: Invocation | None = None

    def on_call(self, invocation: Invocation) -> Any:
        self._last = invocation
        return super().on_call(invocation)

    def on_value(self, value: Value, tensor: Tensor) -> None:
        node = value[0]
        if self._last is not None and node.kind == "operation" and node.operation == self._last.name:
            self.kept.setdefault(node, self._last)

    def local(self, call: Invocation, name_of: Any, node: str, count: int) -> LocalFunction:
        """Return a kept call with its tensors under their names."""
        written = {id(tensor) for tensor in call.overwritten}
        return LocalFunction(
            call=call,
            sources=[self._name(tensor, call, name_of) for tensor in call.given],
            outputs=[tensor_name(node, output) for output in range(count)],
            overwritten=[place for place, tensor in enumerate(call.given) if id(tensor) in written],
        )

    def _name(self, tensor: Tensor, call: Invocation, name_of: Any) -> str:
        edge = call.edges.get(id(tensor))
        if edge is not None:
            return name_of(edge.value) or ""
        return self.calls.parameters.get(id(tensor)) or self.calls.buffers.get(id(tensor), "")


def _dual(value: Tensor, tangent: Tensor) -> Tensor:
    """Return a dual number; `forward_ad.make_dual` would first compile 0.3 s of rules that no operation here needs."""
    dual: Tensor = torch._VF._make_dual(value, tangent, level=0)
    return dual


def _double(tensor: Tensor) -> Tensor:
    return tensor.detach().double() if tensor.is_floating_point() else tensor.detach()


def _tangent(tensor: Tensor) -> Tensor:
    tangent: Tensor | None = forward_ad.unpack_dual(tensor).tangent  # type: ignore[no-untyped-call]
    return torch.zeros_like(tensor.detach(), dtype=torch.float64) if tangent is None else tangent.detach().clone()
