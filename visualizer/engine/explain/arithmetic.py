"""Sums, differences, products, quotients and powers of two tensors, or of a tensor and a number, element by element."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Place, Places, Share, constant, places_where

OPERATIONS = {
    "add": ("a + b", "The sum of two inputs; the gradient goes back to both unchanged."),
    "sub": ("a - b", "The difference of two inputs."),
    "rsub": ("b - a", "The difference of two inputs."),
    "mul": ("a * b", "The product of two inputs."),
    "div": ("a / b", "The quotient of two inputs."),
    "rdiv": ("b / a", "The quotient of two inputs."),
    "pow": ("a**b", "The first input to the power of the second."),
    "rpow": ("b**a", "The second input to the power of the first."),
    "remainder": ("a - b * floor(a / b)", "What is left when the second input is taken off as often as fits."),
    **{
        name: (f"(a {sign} b)", f"1 where the first input is {said} the second, 0 elsewhere.")
        for name, sign, said in (
            ("lt", "<", "less than"), ("le", "<=", "at most"), ("gt", ">", "greater than"), ("ge", ">=", "at least"),
            ("eq", "==", "equal to"), ("ne", "!=", "different from"),
        )
    },
}  # fmt: skip
# the derivative by the first and by the second input, for the gradient g of one output
_LOCAL = {
    "add": ("g", "g"),
    "sub": ("g", "-g"),
    "rsub": ("-g", "g"),
    "mul": ("g * b", "g * a"),
    "div": ("g / b", "-g * a / b**2"),
    "rdiv": ("-g * b / a**2", "g / a"),
    "pow": ("g * b * a**(b - 1)", "g * a**b * log(a)"),
    "rpow": ("g * b**a * log(b)", "g * a * b**(a - 1)"),
    "remainder": ("g", "-g * floor(a / b)"),
}


def explain(element: Element) -> Account:
    """Explain an operation on two numbers, a and b."""
    expression, sentence = OPERATIONS[element.node.operation]
    return Account(expression, sentence, _operands(element, element.place))


def share(asked: Share) -> Account:
    """Explain the gradient of one of two inputs; what was broadcast collects those of all places it went to."""
    _check(asked)
    if asked.node.operation not in _LOCAL:
        raise asked.unexplained("a comparison has no slope")
    places = spread(asked.place, asked.source.tensor.shape, asked.output.shape)
    wanted = _LOCAL[asked.node.operation][asked.argument]
    used = [letter for letter in "ab" if re.search(rf"\b{letter}\b", wanted)]
    if len(places) == 1:
        place = tuple(places[0].tolist())
        others = [operand for operand in _operands(asked, place) if operand.name in used]
        said = "The gradient of the result times the derivative of the result by this input."
        return Account(wanted, said, [asked.gradient.operand("g", place), *others])
    said = f"It was used at {len(places)} places: the gradients that come back from there, added up."
    operands = asked.gradient.operands("g", places)
    for number, row in enumerate(places.tolist()):
        for operand in _operands(asked, tuple(row)):
            if operand.name in used:
                operands.append(msgspec.structs.replace(operand, name=f"{operand.name}_{{{number}}}"))
    return Account(f"sum({wanted})", said, operands)


def spread(place: Place, inside: Sequence[int], shape: Sequence[int]) -> Places:
    """Return all places (count, rank) in a tensor of `shape` to which broadcasting takes an element."""
    skipped = len(shape) - len(inside)
    kept = zip(range(skipped, len(shape)), place, inside, strict=True)
    return places_where(shape, {axis: at for axis, at, extent in kept if extent > 1 or shape[axis] == 1})


def _check(call: Call) -> None:
    if call.number_of("alpha", 1) != 1:
        raise call.unexplained("it scales its second input on the way")
    if "rounding_mode" in call.node.attributes:
        raise call.unexplained("it rounds")


def _operands(call: Call, place: Place) -> list[Operand]:
    _check(call)
    first = call.given[0].broadcast("a", place)
    if len(call.given) == 2:
        return [first, call.given[1].broadcast("b", place)]
    for name in ("other", "exponent", "base"):
        if name in call.node.attributes:
            return [first, constant("b", call.number_of(name, 0.0))]
    raise call.unexplained("it has other inputs than two")
