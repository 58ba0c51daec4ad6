"""Sum, mean, maximum and minimum over some axes of a tensor."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Places, Share, constant, places_where
from visualizer.engine.explain.pooling import collected

OPERATIONS = ("sum", "mean", "max", "min", "amax", "amin")
_SAID = {"sum": "The sum", "mean": "The mean", "max": "The largest", "min": "The smallest"}


def explain(element: Element) -> Account:
    """Explain one result by all the numbers it was taken from."""
    if element.output_number:
        raise element.unexplained("these are places, not values")
    name = _name(element)
    operands = element.input.operands("x", _members(element, element.place))
    said = f"{_SAID[name]} of {len(operands)} inputs."
    if name == "mean":
        return Account("sum(x) / n", said, [*operands, constant("n", len(operands))])
    return Account(f"{name}(x)", said, operands)


def share(asked: Share) -> Account:
    """Explain the gradient of an input: that of the result it went into."""
    reduced = _reduced(asked)
    kept = [at for axis, at in enumerate(asked.place) if axis not in reduced]
    place = tuple(kept)
    if asked.output.dim() == asked.source.tensor.dim():
        place = tuple(0 if axis in reduced else at for axis, at in enumerate(asked.place))
    name = _name(asked)
    if name in ("max", "min"):
        members = [tuple(row) for row in _members(asked, place).tolist()]
        values = [float(asked.source.tensor[member]) for member in members]
        best = members[int(np.argmax(values) if name == "max" else np.argmin(values))]
        if values.count(values[members.index(best)]) > 1:
            raise asked.unexplained("several inputs are equally good")
        return collected(asked, [place] if best == asked.place else [], "Only the one that was chosen has a gradient.")
    g: list[Operand] = [asked.gradient.operand("g", place)]
    if name == "sum":
        return Account("g", "A sum passes its gradient on to each of its terms.", g)
    n = constant("n", len(_members(asked, place)))
    return Account("g / n", "A mean passes its gradient on, divided by the number of inputs.", [*g, n])


def _name(call: Call) -> str:
    return call.node.operation.removeprefix("a") if call.node.operation in ("amax", "amin") else call.node.operation


def _reduced(call: Call) -> set[int]:
    """Return over which axes was reduced; without any all of them."""
    rank = call.input.tensor.dim()
    given = call.node.attributes.get("dim")
    if isinstance(given, list):
        return {int(axis) % rank for axis in given}
    return {int(given) % rank} if isinstance(given, int) else set(range(rank))


def _members(call: Call, place: tuple[int, ...]) -> Places:
    """Return the inputs that one result was taken from."""
    shape, reduced = call.input.tensor.shape, _reduced(call)
    kept = [axis for axis in range(len(shape)) if axis not in reduced]
    at = place if len(place) == len(kept) else tuple(place[axis] for axis in kept)
    return places_where(shape, dict(zip(kept, at, strict=True)))
