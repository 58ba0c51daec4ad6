"""Losses of numbers: errors squared or absolute, and binary cross-entropy."""

from __future__ import annotations

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Share, constant, places_where

_TERM = {
    "mse_loss": ("(x - y)**2", "2 * (x - y)", "the squared difference of output and target"),
    "l1_loss": ("abs(x - y)", "sign(x - y)", "the absolute difference of output and target"),
    "binary_cross_entropy_with_logits": (
        "max(0, x) - x * y + log1p(exp(-abs(x)))",
        "(1 / (1 + exp(-x)) - y)",
        "minus the logarithm of the probability given to the truth",
    ),
    "binary_cross_entropy": (
        "-y * log(x) - (1 - y) * log(1 - x)",
        "((1 - y) / (1 - x) - y / x)",
        "minus the logarithm of the probability given to the truth",
    ),
    "huber_loss": (
        "(abs(x - y) < delta) * (x - y)**2 / 2 + (abs(x - y) >= delta) * delta * (abs(x - y) - delta / 2)",
        "min(delta, max(-delta, x - y))",
        "half the squared difference of output and target, beyond δ along a straight line",
    ),
    "smooth_l1_loss": (
        "(abs(x - y) < beta) * (x - y)**2 / (2 * beta) + (abs(x - y) >= beta) * (abs(x - y) - beta / 2)",
        "min(1, max(-1, (x - y) / beta))",
        "the absolute difference of output and target, rounded below β",
    ),
}
OPERATIONS = tuple(_TERM)
_PARAMETER = {"huber_loss": (r"\delta", "delta"), "smooth_l1_loss": (r"\beta", "beta")}


def explain(element: Element) -> Account:
    """Explain a loss as the mean (or sum) over all numbers."""
    _check(element)
    term, _, said = _TERM[element.node.operation]
    outputs, targets = element.given
    if element.output.dim():
        operands = [outputs.operand("x", element.place), targets.operand("y", element.place)]
        return Account(term, f"For this number: {said}.", [*operands, *_parameter(element)])
    places = places_where(outputs.tensor.shape, {})
    operands = [*outputs.operands("x", places), *targets.operands("y", places)]
    count = _divisor(element, len(places))
    of = "The mean" if count else "The sum"
    return Account(f"sum({term}) / n" if count else f"sum({term})", f"{of} over {len(places)} numbers of {said}.",
                   [*operands, *_parameter(element), *count])  # fmt: skip


def share(asked: Share) -> Account:
    """Explain the gradient of one output."""
    _check(asked)
    if asked.argument:
        raise asked.unexplained("only the gradient of its outputs, not of its targets, is")
    outputs, targets = asked.given
    summed = not asked.output.dim()
    g = asked.gradient.operand("g", () if summed else asked.place)
    operands = [g, outputs.operand("x", asked.place), targets.operand("y", asked.place)]
    count = _divisor(asked, outputs.tensor.numel()) if summed else []
    slope = f"g * {_TERM[asked.node.operation][1]}"
    return Account(f"{slope} / n" if count else slope, "The slope of the loss at this output.",
                   [*operands, *_parameter(asked), *count])  # fmt: skip


def _parameter(call: Call) -> list[Operand]:
    """Return where a loss turns from one form to another, for one that does."""
    if call.node.operation not in _PARAMETER:
        return []
    symbol, name = _PARAMETER[call.node.operation]
    return [constant(symbol, call.number_of(name, 1.0))]


def _divisor(call: Call, count: int) -> list[Operand]:
    return [] if call.attribute("reduction", "mean") == "sum" else [constant("n", count)]


def _check(call: Call) -> None:
    if len(call.given) != 2 or call.given[0].tensor.shape != call.given[1].tensor.shape:
        raise call.unexplained("only an output and a target of the same shape, without weights, are")
