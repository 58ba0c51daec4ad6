"""One recorded pass with all that a chain of factors is read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError, unknown
from visualizer.core.graph import Node
from visualizer.core.operand import Operand
from visualizer.engine.chain_rule import symbols
from visualizer.engine.chain_rule.local import LocalFunction, local_functions
from visualizer.engine.recording import Pass

Place = tuple[int, ...]  # an index into a tensor, its batch dimension included


@dataclass(frozen=True)
class Scene:
    """A pass and the network as it was then."""

    network: nn.Module
    seen: Pass

    @cached_property
    def functions(self) -> dict[str, LocalFunction]:
        """The operations by node id."""
        return local_functions(self.seen)

    @cached_property
    def parameters(self) -> dict[str, Tensor]:
        """Values of the parameters by name."""
        return {name: parameter.detach() for name, parameter in self.network.named_parameters()}

    @cached_property
    def values(self) -> dict[str, Tensor]:
        """All that an operation can be given, by name."""
        return {**self.parameters, **dict(self.network.named_buffers()), **self.seen.activations}

    def check(self, parameter: str, index: Place) -> None:
        """Raise UserError unless this is an element of a parameter that has a gradient in this pass."""
        if not self.parameters:
            raise UserError("This network has no parameters: there is nothing whose gradient could be asked for.")
        if parameter not in self.parameters:
            raise unknown("parameter", parameter, self.parameters)
        tensor = self.parameters[parameter]
        if len(index) != tensor.dim() or not all(0 <= at < n for at, n in zip(index, tensor.shape, strict=True)):
            sizes = "×".join(map(str, tensor.shape)) or "a single number"
            raise UserError(f"There is no element {list(index)} in '{parameter}', which holds {sizes}.")
        if parameter not in self.seen.parameter_gradients:
            if not self.network.get_parameter(parameter).requires_grad:
                raise UserError(f"'{parameter}' is frozen and gets no gradient: unfreeze its layer, then ask again.")
            raise UserError(f"'{parameter}' has no gradient: the loss of this pass does not depend on it.")

    def column(self, node: str, source: str, place: Place) -> dict[str, Tensor]:
        """Return the derivative of all outputs of a node by one element of a source; raises UnseenError."""
        direction = torch.zeros_like(self.values[source], dtype=torch.float64)
        direction[place] = 1
        return self.functions[node].change(self.values, {source: direction})

    def consumers(self, tensor: str) -> Iterator[tuple[Node, str]]:
        """Yield each node that a tensor goes into, and the edge."""
        graph = self.seen.graph
        for edge in graph.outgoing[tensor.partition(":")[0]]:
            if edge.tensor == tensor:
                yield graph.node[edge.target], edge.id

    def gradient(self, tensor: str, place: Place) -> float:
        """Return the recorded derivative of the loss by one element, 0 where nothing flows back."""
        gradient = self.seen.gradients.get(tensor)
        return 0.0 if gradient is None else float(gradient[place])

    def shown(self, tensor: str, place: Place) -> Place:
        """Return an index as it is shown: without a leading dimension of one."""
        shape = self.seen.activations[tensor].shape
        return place[1:] if len(shape) and shape[0] == 1 else place

    def symbol(self, tensor: str, place: Place) -> str:
        """Return the symbol of one element of a tensor."""
        return symbols.with_index(symbols.letter(self.seen.graph, tensor), self.shown(tensor, place))

    def error(self, tensor: str, place: Place) -> Operand:
        """Return the recorded derivative of the loss by one element as an operand."""
        name = rf"\partial L / \partial {self.symbol(tensor, place)}"
        return Operand(name, self.gradient(tensor, place), tensor, self.shown(tensor, place), "gradient")

    def activation(self, tensor: str, place: Place) -> Operand:
        """Return a recorded activation as an operand."""
        value = float(self.seen.activations[tensor][place])
        return Operand(self.symbol(tensor, place), value, tensor, self.shown(tensor, place), "activation")

    def element(self, parameter: str, index: Place) -> Operand:
        """Return one element of a parameter as an operand."""
        symbol = symbols.parameter_symbol(self.seen.graph, parameter, index)
        return Operand(symbol, float(self.parameters[parameter][index]), parameter, index, "parameter")
