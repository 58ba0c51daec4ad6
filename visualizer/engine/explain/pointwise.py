"""Functions that are applied to every number on its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element


@dataclass(frozen=True)
class Function:
    """A function with its TeX, in which `@` stands for the number and `#` for the number as a factor."""

    tex: str
    value: Callable[[float, Element], float]
    sentence: str


FUNCTIONS = {
    "relu": Function(r"\max(0, @)", lambda x, _: max(0.0, x), "Negative inputs become zero, others pass."),
    "leaky_relu": Function(
        r"\max(0, @) + \alpha \, \min(0, @)",
        lambda x, element: x if x > 0 else x * element.number_of("negative_slope", 0.01),
        "Positive inputs pass, negative ones are scaled down by α.",
    ),
    "elu": Function(
        r"\max(0, @) + \alpha \left( e^{\min(0, @)} - 1 \right)",
        lambda x, element: x if x > 0 else element.number_of("alpha", 1.0) * math.expm1(x),
        "Positive inputs pass, negative ones approach −α.",
    ),
    "gelu": Function(
        r"# \, \Phi(@)",
        lambda x, _: x * (1 + math.erf(x / math.sqrt(2))) / 2,
        "The input times the share of a normal distribution below it.",
    ),
    "silu": Function(r"\frac{@}{1 + e^{-#}}", lambda x, _: x * _sigmoid(x), "The input times its sigmoid."),
    "sigmoid": Function(r"\frac{1}{1 + e^{-#}}", lambda x, _: _sigmoid(x), "Squeezed between 0 and 1."),
    "tanh": Function(r"\tanh(@)", lambda x, _: math.tanh(x), "Squeezed between −1 and 1."),
    "softplus": Function(
        r"\log\left(1 + e^{@}\right)", lambda x, _: max(x, 0.0) + math.log1p(math.exp(-abs(x))), "A smooth ReLU."
    ),
    "exp": Function(r"e^{@}", lambda x, _: math.exp(x), "The exponential of the input."),
    "log": Function(r"\log(@)", lambda x, _: math.log(x), "The natural logarithm of the input."),
    "sqrt": Function(r"\sqrt{@}", lambda x, _: math.sqrt(x), "The square root of the input."),
    "abs": Function(r"\left| @ \right|", lambda x, _: abs(x), "The input without its sign."),
    "neg": Function(r"-#", lambda x, _: -x, "The input with its sign turned."),
}
_PARAMETER = {"leaky_relu": ("negative_slope", 0.01), "elu": ("alpha", 1.0)}


def explain(element: Element) -> Account:
    """Explain a function of one number."""
    name = element.node.operation
    function = FUNCTIONS[name]
    x = element.input.operand("x", element.place)
    try:
        value = function.value(x.value, element)
    except (ValueError, OverflowError):
        raise element.unexplained(f"it has no finite value at {x.value:g}") from None
    operands, inserted = [x], _inserted(function.tex, tex.number(x.value), tex.factor(x.value))
    if name in _PARAMETER:
        slope = element.number_of(*_PARAMETER[name])
        operands.append(Operand(r"\alpha", slope, ""))
        inserted = inserted.replace(r"\alpha", tex.number(slope))
    return Account(
        f"y = {_inserted(function.tex, 'x', 'x')}",
        f"{inserted} = {tex.number(value)}",
        function.sentence,
        value,
        operands,
    )


def _inserted(template: str, number: str, factor: str) -> str:
    return template.replace("@", number).replace("#", factor)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
