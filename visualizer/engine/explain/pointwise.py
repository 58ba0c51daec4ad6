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


_SOFTPLUS = "max(0, x) + log1p(exp(-abs(x)))"  # log(1 + exp(x)), written so that nothing overflows
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
    "gelu by tanh": Function(
        "x / 2 * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x**3)))",
        "((1 + tanh(0.7978845608028654 * (x + 0.044715 * x**3))) / 2 + x / 2 * (1 - tanh(0.7978845608028654 * "
        "(x + 0.044715 * x**3))**2) * 0.7978845608028654 * (1 + 0.134145 * x**2))",
        "The input times the share of a normal distribution below it, approximated by tanh.",
    ),
    "selu": Function(
        "c * (max(0, x) + alpha * (exp(min(0, x)) - 1))",
        "c * ((x > 0) + alpha * exp(min(0, x)) * (1 - (x > 0)))",
        "An ELU whose two numbers keep mean 0 and variance 1 from layer to layer.",
        ((r"\alpha", "", 1.6732632423543772), ("c", "", 1.0507009873554805)),
    ),
    "celu": Function(
        "max(0, x) + alpha * (exp(min(0, x) / alpha) - 1)",
        "((x > 0) + exp(min(0, x) / alpha) * (1 - (x > 0)))",
        "Positive inputs pass, negative ones approach −α without a kink.",
        ((r"\alpha", "alpha", 1.0),),
    ),
    "mish": Function(
        f"x * tanh({_SOFTPLUS})",
        f"(tanh({_SOFTPLUS}) + x * (1 - tanh({_SOFTPLUS})**2) / (1 + exp(-x)))",
        "The input times the tanh of its softplus.",
    ),
    "hardswish": Function(
        "x * min(6, max(0, x + 3)) / 6",
        "((x >= 3) + (x > -3) * (x < 3) * (2 * x + 3) / 6)",
        "A SiLU made of straight lines: 0 below −3, the input itself above 3.",
    ),
    "hardsigmoid": Function(
        "min(6, max(0, x + 3)) / 6", "(x > -3) * (x < 3) / 6", "A sigmoid made of straight lines, from −3 to 3."
    ),
    "hardtanh": Function(
        "min(b, max(a, x))",
        "(x > a) * (x < b)",
        "Inputs below a become a, above b become b.",
        (("a", "min_val", -1.0), ("b", "max_val", 1.0)),
    ),
    "softsign": Function("x / (1 + abs(x))", "1 / (1 + abs(x))**2", "The input over one plus its size."),
    "tanhshrink": Function("x - tanh(x)", "tanh(x)**2", "What tanh takes away from the input."),
    "silu": Function(
        "x / (1 + exp(-x))",
        "(1 + x / (1 + exp(x))) / (1 + exp(-x))",
        "The input times its sigmoid.",
    ),
    "sigmoid": Function("1 / (1 + exp(-x))", "y * (1 - y)", "Squeezed between 0 and 1."),
    **dict.fromkeys(
        ("logsigmoid", "log_sigmoid"),
        Function("min(0, x) - log1p(exp(-abs(x)))", "1 / (1 + exp(x))", "The logarithm of the sigmoid."),
    ),
    "tanh": Function("tanh(x)", "(1 - y**2)", "Squeezed between −1 and 1."),
    "softplus": Function(_SOFTPLUS, "1 / (1 + exp(-x))", "A smooth ReLU."),
    "softplus by beta": Function(
        "max(0, x) + log1p(exp(-beta * abs(x))) / beta",
        "1 / (1 + exp(-beta * x))",
        "A smooth ReLU, the closer to it the larger β.",
        ((r"\beta", "beta", 1.0),),
    ),
    "exp": Function("exp(x)", "y", "The exponential of the input."),
    "log": Function("log(x)", "1 / x", "The natural logarithm of the input."),
    "sqrt": Function("sqrt(x)", "1 / (2 * y)", "The square root of the input."),
    "rsqrt": Function("1 / sqrt(x)", "(-y / (2 * x))", "One over the square root of the input."),
    "reciprocal": Function("1 / x", "(-y**2)", "One over the input."),
    "square": Function("x**2", "2 * x", "The square of the input."),
    "abs": Function("abs(x)", "sign(x)", "The input without its sign."),
    "neg": Function("-x", "(-1)", "The input with its sign turned."),
    "log1p": Function("log1p(x)", "1 / (1 + x)", "The natural logarithm of one plus the input."),
    "log2": Function("log(x) / log(2)", "1 / (x * log(2))", "The logarithm of the input to base 2."),
    "log10": Function("log(x) / log(10)", "1 / (x * log(10))", "The logarithm of the input to base 10."),
    "expm1": Function("exp(x) - 1", "exp(x)", "The exponential of the input, less one."),
    "exp2": Function("2**x", "y * log(2)", "Two to the power of the input."),
    "erf": Function("erf(x)", "2 * exp(-x**2) / sqrt(3.141592653589793)", "The error function of the input."),
    "sinh": Function("(exp(x) - exp(-x)) / 2", "(exp(x) + exp(-x)) / 2", "The hyperbolic sine of the input."),
    "cosh": Function("(exp(x) + exp(-x)) / 2", "(exp(x) - exp(-x)) / 2", "The hyperbolic cosine of the input."),
    "tan": Function("sin(x) / cos(x)", "1 / cos(x)**2", "The tangent of the input."),
    "floor": Function("floor(x)", "0", "The largest whole number that is not above the input."),
    "sign": Function("sign(x)", "0", "−1, 0 or 1: the sign of the input."),
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
        name = "gelu by tanh"
    if name == "softplus" and call.number_of("beta", 1) != 1:
        name = "softplus by beta"
    return FUNCTIONS[name]


def _parameters(function: Function, call: Call) -> list[Operand]:
    return [constant(symbol, call.number_of(name, default)) for symbol, name, default in function.parameters]
