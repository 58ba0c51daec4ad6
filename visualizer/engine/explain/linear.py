"""y = W x + b, one output at a time; matrix products without parameters are in `matrices`."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Place, Places, Share, places_where, product

OPERATIONS = ("linear",)


def explain(element: Element) -> Account:
    """Explain one output as a sum of products of all inputs with one row of the weight matrix."""
    inputs, weight = element.given[:2]
    *before, output = element.place
    count = weight.tensor.shape[-1]
    bias = bias_operands(element, output)
    products = product(inputs.factors("x", _row(before, count)), weight.factors("w", _row([output], count)))
    head = f"b_{{{output}}} + " if bias else ""
    return Account(
        "b + sum(w * x)" if bias else "sum(w * x)",
        f"The sum of {count} products of an input and its weight{', plus the bias' if bias else ''}.",
        bias,
        products,
        formula=rf"y_{{{output}}} = {head}\sum_{{i=0}}^{{{count - 1}}} w_{{{output},i}} \, x_i",
    )


def share(asked: Share) -> Account:
    """Explain the gradient of an input (over all outputs), of a weight or of a bias (over all positions)."""
    *before, last = asked.place
    gradient, (inputs, weight) = asked.gradient, asked.given[:2]
    outputs = weight.tensor.shape[0]
    if asked.argument == 0:
        at = np.stack([np.arange(outputs), np.full(outputs, last)], axis=-1)
        products = product(gradient.factors("g", _row(before, outputs)), weight.factors("w", at))
        said = f"Each of the {outputs} outputs sends its gradient back through the weight from here to there."
        return Account("sum(g * w)", said, products=products)
    if asked.argument == 1:
        output, column = asked.place
        rows = places_where(inputs.tensor.shape[:-1], {})
        at_output = np.column_stack([rows, np.full(len(rows), output)])
        at_input = np.column_stack([rows, np.full(len(rows), column)])
        products = product(gradient.factors("g", at_output), inputs.factors("x", at_input))
        return Account("sum(g * x)", "The gradient of the output times the input that this weight was multiplied with.",
                       products=products)  # fmt: skip
    return summed(asked, last, -1)


def summed(asked: Share, output: int, axis: int) -> Account:
    """Explain the gradient of a bias: the sum of the gradients of all outputs it was added to."""
    gradient = asked.gradient
    shape = gradient.tensor.shape
    places = places_where(shape, {axis % len(shape): output})
    expression, operands = gradient.terms("g", places)
    return Account(expression, f"The sum of the gradients of all {len(places)} outputs it was added to.", operands)


def bias_operands(call: Call, output: int) -> list[Operand]:
    """Return the bias of one output where there is one; raise UserError for an operation without a weight."""
    if not 2 <= len(call.given) <= 3:
        raise call.unexplained("it is not known which of its inputs are the weights")
    return [source.operand("b", (output,)) for source in call.given[2:]]


def _row(before: Place | list[int], count: int) -> Places:
    return np.array([(*before, at) for at in range(count)], np.int64)
