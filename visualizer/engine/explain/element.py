"""The element to be explained, with all that it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.frames import Operand, Products
from visualizer.core.graph import Attribute, Node

Place = tuple[int, ...]  # an index into a recorded tensor, its batch dimension included


@dataclass(frozen=True)
class Source:
    """A tensor that went into a node, under the name by which it is recorded or its name in the network."""

    name: str
    tensor: Tensor
    learned: bool = False

    def operand(self, symbol: str, place: Place) -> Operand:
        """Return one of its elements as an operand; the batch dimension of a recorded tensor is left out."""
        return Operand(symbol, float(self.tensor[place]), self.name, place if self.learned else place[1:])

    def broadcast(self, symbol: str, place: Place) -> Operand:
        """Return the element that broadcasting puts at `place` of a larger tensor."""
        own = place[len(place) - self.tensor.dim() :]
        return self.operand(
            symbol, tuple(0 if size == 1 else at for at, size in zip(own, self.tensor.shape, strict=True))
        )


@dataclass(frozen=True)
class Element:
    """One element of what a node computed: `place` in the tensor `output`, its output number `output_number`.

    `given` are the tensors that went in, in the order of the arguments; among them `state`, the parameters and
    buffers of the network.
    """

    node: Node
    place: Place
    output: Tensor
    output_number: int
    given: list[Source]

    @property
    def input(self) -> Source:
        """The first tensor that was not the network's own; raise UserError where there was none."""
        for source in self.given:
            if not source.learned:
                return source
        raise self.unexplained("all that went into it are the network's own parameters")

    @property
    def state(self) -> Mapping[str, Source]:
        """Parameters and buffers that went in, by name."""
        return {source.name: source for source in self.given if source.learned}

    def attribute(self, name: str, default: Attribute) -> Attribute:
        """Return one of the arguments that the operation was called with."""
        return self.node.attributes.get(name, default)

    def number_of(self, name: str, default: float) -> float:
        """Return an argument that is a number."""
        value = self.attribute(name, default)
        return float(value) if isinstance(value, (int, float)) else default

    def per_axis(self, name: str, default: list[int], axes: int) -> list[int]:
        """Return an argument that holds one whole number for each axis, or one for all of them."""
        value = self.attribute(name, default)
        if isinstance(value, list) and value:
            return value if len(value) == axes else value[:1] * axes
        return [value] * axes if isinstance(value, int) else default

    def unexplained(self, reason: str) -> UserError:
        """Return the error for an operation that was called in a way that has no explanation."""
        return UserError(f"The {self.node.operation} at '{self.node.id}' cannot be explained: {reason}.")


@dataclass(frozen=True)
class Account:
    """What an explainer says; `value` is what its formula gives in float64."""

    formula: str
    formula_with_numbers: str
    sentence: str
    value: float
    operands: list[Operand] = field(default_factory=list)
    products: Products | None = None
