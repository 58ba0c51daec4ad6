"""Functions that are applied to every number on its own, and their derivatives."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Share, constant


@dataclass(frozen=True)
class Function:
    """A function of x and its local derivative, which may also use the function's own value y."""

    value: str
    derivative: str
    sentence: str
    parameters: tuple[tuple[str, str, float], ...] = ()  # symbol, argument, default


_SLOPE = (r"\alpha", "negative_slope", 0.01)
FUNCTIONS = {
    "relu": Function("max(0, x)", "(x > 0)", "Negative inputs become zero, others pass."),
    "relu6": Function("min(6, max(0, x))", "(x > 0) * (x < 6)", "Inputs below 0 become 0, above 6 become 6."),
    "leaky_relu": Function(
        "max(0, x) + alpha * min(0, x)",
        "((x > 0) + alpha * (1 - (x > 0)))",
        "Positive inputs pass, negative ones are scaled down by α.",
        (_SLOPE,),
    ),
    "elu": Function(
        "max(0, x) + alpha * (exp(min(0, x)) - 1)",
        "((x > 0) + alpha * exp(min(0, x)) * (1 - (x > 0)))",
        "Positive inputs pass, negative ones approach −α.",
        ((r"\alpha", "alpha", 1.0),),
    ),
    "gelu": Function(
        "x * (1 + erf(x / sqrt(2))) / 2",
        "((1 + erf(x / sqrt(2))) / 2 + x * exp(-x**2 / 2) / sqrt(2 * 3.141592653589793))",
        "The input times the share of a normal distribution below it.",
    ),
    "silu": Function(
        "x / (1 + exp(-x))",
        "(1 + x / (1 + exp(x))) / (1 + exp(-x))",
        "The input times its sigmoid.",
    ),
    "sigmoid": Function("1 / (1 + exp(-x))", "y * (1 - y)", "Squeezed between 0 and 1."),
    "logsigmoid": Function("min(0, x) - log1p(exp(-abs(x)))", "1 / (1 + exp(x))", "The logarithm of the sigmoid."),
    "tanh": Function("tanh(x)", "(1 - y**2)", "Squeezed between −1 and 1."),
    "softplus": Function("max(0, x) + log1p(exp(-abs(x)))", "1 / (1 + exp(-x))", "A smooth ReLU."),
    "exp": Function("exp(x)", "y", "The exponential of the input."),
    "log": Function("log(x)", "1 / x", "The natural logarithm of the input."),
    "sqrt": Function("sqrt(x)", "1 / (2 * y)", "The square root of the input."),
    "rsqrt": Function("1 / sqrt(x)", "(-y / (2 * x))", "One over the square root of the input."),
    "reciprocal": Function("1 / x", "(-y**2)", "One over the input."),
    "square": Function("x**2", "2 * x", "The square of the input."),
    "abs": Function("abs(x)", "sign(x)", "The input without its sign."),
    "neg": Function("-x", "(-1)", "The input with its sign turned."),
    "sin": Function("sin(x)", "cos(x)", "The sine of the input."),
    "cos": Function("cos(x)", "(-sin(x))", "The cosine of the input."),
}


def explain(element: Element) -> Account:
    """Explain a function of one number."""
    function = _function(element)
    x = element.input.operand("x", element.place)
    return Account(function.value, function.sentence, [x, *_parameters(function, element)])


def share(asked: Share) -> Account:
    """Explain a gradient as the gradient of the output times the local derivative."""
    function = _function(asked)
    g = asked.gradient.operand("g", asked.place)
    operands = [g, *_parameters(function, asked)]
    if "x" in function.derivative.replace("exp", ""):
        operands.append(asked.source.operand("x", asked.place))
    if "y" in function.derivative:
        operands.append(Operand("y", float(asked.output[asked.place]), asked.node.id, asked.place))
    said = f"The gradient of the output times the slope of {asked.node.operation} at this input."
    return Account(f"g * {function.derivative}", said, operands)


def _function(call: Call) -> Function:
    name = call.node.operation
    if name == "gelu" and call.attribute("approximate", "none") != "none":
        raise call.unexplained("it uses the approximation by tanh")
    if name == "softplus" and call.number_of("beta", 1) != 1:
        raise call.unexplained("its β is not 1")
    return FUNCTIONS[name]


def _parameters(function: Function, call: Call) -> list[Operand]:
    return [constant(symbol, call.number_of(name, default)) for symbol, name, default in function.parameters]
