"""The element to be explained, with all that it was computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.frames import Factors, Operand, Products
from visualizer.core.graph import Attribute, Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.tracing.called import Called

Place = tuple[int, ...]  # an index into a tensor as it was recorded, its batch dimension included
Places = npt.NDArray[np.int64]  # many of them, (*shape, rank)


SHOWN = 64  # terms of a long sum that are told one by one; the rest is told together
FOLLOWED = 1024  # terms of a sum that are all told


def constant(symbol: str, value: float) -> Operand:
    """Return a number that has no further origin."""
    return Operand(symbol, value, "", kind="constant")


@dataclass(frozen=True)
class Source:
    """A tensor whose elements are operands: what kind of number they are, and the name they go by."""

    kind: Kind
    name: str
    tensor: Tensor

    @property
    def learned(self) -> bool:
        """Whether it is a parameter or buffer of the network."""
        return self.kind in ("parameter", "buffer")

    def operand(self, symbol: str, place: Place) -> Operand:
        """Return one element as an operand."""
        return Operand(symbol, float(self.tensor[place]), self.name, place, self.kind)

    def operands(self, symbol: str, places: Places) -> list[Operand]:
        """Return elements as the array `symbol` of an expression, each with its number."""
        rows = places.reshape(math.prod(places.shape[:-1]), places.shape[-1])
        named = zip(self.values(rows).tolist(), rows.tolist(), strict=True)
        return [
            Operand(f"{symbol}_{{{number}}}", float(value), self.name, tuple(row), self.kind)
            for number, (value, row) in enumerate(named)
        ]

    def terms(self, symbol: str, places: Places) -> tuple[str, list[Operand]]:
        """Return the sum of elements as an expression with its operands.

        Of a sum too long to be followed these are the largest of its terms, and `r`, which is all others together.
        """
        if len(places) <= FOLLOWED:
            return f"sum({symbol})", self.operands(symbol, places)
        values = self.values(places).double()
        largest = values.abs().topk(SHOWN).indices.sort().values
        rest = constant("r", float(values.sum() - values[largest].sum()))
        return f"(sum({symbol}) + r)", [*self.operands(symbol, places[largest.numpy()]), rest]

    def values(self, rows: Places) -> Tensor:
        """Return the elements at these places, (count, rank)."""
        return self.tensor[tuple(torch.from_numpy(axis.copy()) for axis in rows.T)].expand(len(rows))

    def factors(self, symbol: str, places: Places, inside: npt.NDArray[np.bool_] | None = None) -> Factors:
        """Return elements as one side of a sum of products; those not inside are zero."""
        within = places if inside is None else np.where(inside[..., None], places, 0)
        read = self.values(within.reshape(math.prod(places.shape[:-1]), places.shape[-1]))
        values = read.float().numpy().reshape(places.shape[:-1])
        if inside is not None:
            values = np.where(inside, values, np.float32(0))
        return Factors(symbol, values, self.kind, self.name, places)

    def stretched(self, place: Place) -> Place:
        """Return the place of the element that broadcasting puts at `place` of a larger tensor."""
        own = place[len(place) - self.tensor.dim() :]
        return tuple(0 if size == 1 else at for at, size in zip(own, self.tensor.shape, strict=True))

    def broadcast(self, symbol: str, place: Place) -> Operand:
        """Return the element that broadcasting puts at `place` of a larger tensor."""
        return self.operand(symbol, self.stretched(place))


@dataclass(frozen=True)
class Call:
    """One operation as it ran: `given` are the tensors that went in, in the order of the arguments.

    `called` calls it once more; None where that was not seen.
    """

    node: Node
    given: list[Source]
    called: Called | None

    @property
    def input(self) -> Source:
        """The first tensor that was not the network's own; raise UserError where there was none."""
        for source in self.given:
            if not source.learned:
                return source
        raise self.unexplained("all that went into it are the network's own parameters")

    @property
    def state(self) -> dict[str, Source]:
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

    def check_real(self, *others: Tensor) -> None:
        """Raise UserError where complex numbers are among what went in or out."""
        if any(tensor.is_complex() for tensor in (*(source.tensor for source in self.given), *others)):
            raise self.unexplained("it works with complex numbers")

    def unexplained(self, reason: str) -> UserError:
        """Return the error for an operation that was called in a way that has no explanation."""
        return UserError(f"The {self.node.operation} at '{self.node.id}' cannot be explained: {reason}.")


@dataclass(frozen=True)
class Element(Call):
    """One element of what a node computed: `place` in the tensor `output`, its output number `output_number`."""

    place: Place
    output: Tensor
    output_number: int = 0


@dataclass(frozen=True)
class Share(Call):
    """One element of what went in, `place` in the tensor `given[argument]`, and the gradient of what came out.

    Explaining it is to say which part of this element's gradient comes back through the operation.
    """

    argument: int
    place: Place
    outputs: list[Tensor]
    gradients: list[Source | None]

    @property
    def source(self) -> Source:
        """The tensor whose element it is."""
        return self.given[self.argument]

    @property
    def output(self) -> Tensor:
        """What came out first."""
        return self.outputs[0]

    @property
    def gradient(self) -> Source:
        """The gradient of what came out first; raise UserError where none arrived."""
        found = self.gradients[0]
        if found is None:
            raise self.unexplained("no gradient arrived there")
        return found


@dataclass(frozen=True)
class Account:
    """What an explainer says: a formula (engine.explain.expressions) and the operands put into it.

    `formula` and `numbers` are TeX where it can be said better than the expression says it by itself.
    """

    expression: str
    sentence: str
    operands: Sequence[Operand] = field(default_factory=list)
    products: Products | None = None
    formula: str = ""
    numbers: str = ""


def places_where(shape: Sequence[int], fixed: Mapping[int, int]) -> Places:
    """Return all indices (count, rank) of a tensor whose axes in `fixed` are at these places."""
    axes = [np.array([fixed[axis]]) if axis in fixed else np.arange(size) for axis, size in enumerate(shape)]
    if not axes:
        return np.zeros((1, 0), np.int64)
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).astype(np.int64).reshape(-1, len(shape))


def product(first: Factors, second: Factors, inside: npt.NDArray[np.bool_] | None = None) -> Products:
    """Return a sum of products; without `inside` all terms count."""
    return Products(first, second, np.ones(first.values.shape, np.bool_) if inside is None else inside)


def evaluated(account: Account) -> float:
    """Return what the formula of an account gives in float64."""
    return evaluate(account.expression, bindings(account.operands, account.products))
