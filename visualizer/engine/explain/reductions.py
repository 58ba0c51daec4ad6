"""Sum, mean, maximum, minimum, variance and norm over some axes of a tensor."""

from __future__ import annotations

from torch import Tensor

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import (
    FOLLOWED,
    SHOWN,
    Account,
    Call,
    Element,
    Places,
    Share,
    constant,
    places_where,
)
from visualizer.engine.explain.pooling import collected

OPERATIONS = ("sum", "mean", "max", "min", "amax", "amin", "logsumexp")
SPREAD = ("var", "std")
NORM = ("norm", "linalg_norm", "linalg_vector_norm")
_SAID = {
    "sum": "The sum", "mean": "The mean", "max": "The largest", "min": "The smallest",
    "logsumexp": "The logarithm of the sum of the exponentials",
}  # fmt: skip
_NORMS = {1.0: ("sum(abs(x))", "g * sign(x)", "sizes"), 2.0: ("sqrt(sum(x**2))", "g * x / y", "squares, and its root")}


def explain(element: Element) -> Account:
    """Explain one result by all the numbers it was taken from."""
    if element.output_number:
        raise element.unexplained("these are places, not values")
    name, places = _name(element), _members(element, element.place)
    said = f"{_SAID[name]} of {len(places)} inputs."
    if name in ("sum", "mean"):
        total, operands = element.input.terms("x", places)
        if name == "sum":
            return Account(total, said, operands)
        return Account(f"{total} / n", said, [*operands, constant("n", len(places))])
    if name in ("max", "min") and len(places) > FOLLOWED:
        best = element.input.values(places).double().topk(SHOWN, largest=name == "max").indices
        places = places[best.sort().values.numpy()]
        said += f" Told are the {SHOWN} nearest to it."
    return Account(f"{name}(x)", said, element.input.operands("x", places))


def explain_spread(element: Element) -> Account:
    """Explain a variance, or its root, by the distances from the mean."""
    operands = element.input.operands("x", _members(element, element.place))
    mean, divisor = _of_spread(element, element.place, element.output)
    root = element.node.operation == "std"
    said = f"The mean squared distance of {len(operands)} inputs from their mean μ{', and its root' if root else ''}."
    term = "sum((x - mu)**2) / n"
    return Account(f"sqrt({term})" if root else term, said, [*operands, mean, divisor])


def share_of_spread(asked: Share) -> Account:
    """Explain the gradient of an input of a variance: how far it lies from the mean."""
    place = _result_of(asked)
    mean, divisor = _of_spread(asked, place, asked.output)
    operands = [asked.gradient.operand("g", place), asked.source.operand("x", asked.place), mean, divisor]
    said = "The farther an input lies from the mean μ, the more it moves the result."
    if asked.node.operation == "var":
        return Account("g * 2 * (x - mu) / n", said, operands)
    return Account("g * (x - mu) / (n * y)", said, [*operands, _result(asked, place)])


def explain_norm(element: Element) -> Account:
    """Explain the length of a vector."""
    expression, _, said = _norm(element)
    operands = element.input.operands("x", _members(element, element.place))
    return Account(expression, f"The sum of {len(operands)} {said}.", operands)


def share_of_norm(asked: Share) -> Account:
    """Explain the gradient of an input of a norm."""
    place = _result_of(asked)
    expression = _norm(asked)[1]
    operands = [asked.gradient.operand("g", place), asked.source.operand("x", asked.place), _result(asked, place)]
    said = "The gradient of the length, times how fast the length grows with this input."
    if float(asked.output[place]) == 0:
        raise asked.unexplained("a length of zero has no slope")
    return Account(expression, said, operands)


def _norm(call: Call) -> tuple[str, str, str]:
    order = call.attribute("p", call.attribute("ord", 2.0))
    order = 2.0 if order == "fro" else order
    if not isinstance(order, (int, float)) or float(order) not in _NORMS:
        raise call.unexplained("only norms of order 1 and 2 are")
    return _NORMS[float(order)]


def _of_spread(call: Call, place: tuple[int, ...], output: Tensor) -> tuple[Operand, Operand]:
    """Return the mean and the divisor, all inputs or one less: the result tells which."""
    values = call.input.values(_members(call, place)).double().numpy()
    squares = float(((values - values.mean()) ** 2).sum())
    result = float(output[place]) ** (2 if call.node.operation == "std" else 1)
    divisor = min((len(values) - 1, len(values)), key=lambda n: abs(squares / max(n, 1) - result))
    return constant(r"\mu", float(values.mean())), constant("n", divisor)


def _result(asked: Share, place: tuple[int, ...]) -> Operand:
    return Operand("y", float(asked.output[place]), asked.node.id, place)


def _result_of(asked: Share) -> tuple[int, ...]:
    """Return the place of the result that an input went into."""
    reduced = _reduced(asked)
    if asked.output.dim() == asked.source.tensor.dim():
        return tuple(0 if axis in reduced else at for axis, at in enumerate(asked.place))
    return tuple(at for axis, at in enumerate(asked.place) if axis not in reduced)


def share(asked: Share) -> Account:
    """Explain the gradient of an input: that of the result it went into."""
    place, name = _result_of(asked), _name(asked)
    if name == "logsumexp":
        x, y = asked.source.operand("x", asked.place), _result(asked, place)
        said = "The gradient of the result times the share of this exponential in the sum."
        return Account("g * exp(x - y)", said, [asked.gradient.operand("g", place), x, y])
    if name in ("max", "min"):
        values = asked.source.values(_members(asked, place))
        best = values.max() if name == "max" else values.min()
        if int((values == best).sum()) > 1:
            raise asked.unexplained("several inputs are equally good")
        won = bool(asked.source.tensor[asked.place] == best)
        return collected(asked, [place] if won else [], "Only the one that was chosen has a gradient.")
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
