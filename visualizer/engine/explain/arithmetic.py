"""Sums, differences, products and quotients of two tensors, or of a tensor and a number, element by element."""

from __future__ import annotations

import operator
from collections.abc import Callable

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element

OPERATIONS: dict[str, tuple[str, Callable[[float, float], float], str]] = {
    "add": ("@ + #", operator.add, "The sum of two inputs; the gradient goes back to both unchanged."),
    "sub": ("@ - #", operator.sub, "The difference of two inputs."),
    "rsub": ("# - @", lambda a, b: b - a, "The difference of two inputs."),
    "mul": (r"@ \cdot #", operator.mul, "The product of two inputs."),
    "div": (r"\frac{@}{#}", operator.truediv, "The quotient of two inputs."),
    "rdiv": (r"\frac{#}{@}", lambda a, b: b / a, "The quotient of two inputs."),
}


def explain(element: Element) -> Account:
    """Explain an operation on two numbers."""
    formula, compute, sentence = OPERATIONS[element.node.operation]
    first, second = _operands(element)
    try:
        value = compute(first.value, second.value)
    except ZeroDivisionError:
        raise element.unexplained("it divides by zero") from None
    numbers = formula.replace("@", tex.factor(first.value)).replace("#", tex.factor(second.value))
    symbols = formula.replace("@", first.name).replace("#", second.name)
    return Account(f"y = {symbols}", f"{numbers} = {tex.number(value)}", sentence, value, [first, second])


def _operands(element: Element) -> tuple[Operand, Operand]:
    if element.number_of("alpha", 1) != 1:
        raise element.unexplained("it scales its second input on the way")
    if not 1 <= len(element.given) <= 2:
        raise element.unexplained("it has other inputs than two")
    first = element.given[0].broadcast("x_1", element.place)
    if len(element.given) == 2:
        return first, element.given[1].broadcast("x_2", element.place)
    if "other" in element.node.attributes:
        return first, Operand("x_2", element.number_of("other", 0.0), "")
    return first, Operand("x_1", first.value, first.origin, first.index)  # a tensor with itself
