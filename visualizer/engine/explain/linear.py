"""y = W x + b, one output at a time."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Operand, Products
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element, Source

OPERATIONS = ("linear",)


def explain(element: Element) -> Account:
    """Explain one output as a sum of products of all inputs with one row of the weight matrix."""
    weight, bias = weight_and_bias(element)
    *before, output = element.place
    row = weight.tensor[output]
    products = Products(
        values=element.input.tensor[tuple(before)].numpy(),
        weights=row.numpy(),
        inside=np.ones(len(row), dtype=np.bool_),
        origin=element.input.name,
        start=(*before[1:], 0),
        parameter=weight.name,
        weight_index=(output,),
    )
    head = f"b_{{{output}}} + " if bias else ""
    return sum_account(
        rf"y_{{{output}}} = {head}\sum_{{i=0}}^{{{len(row) - 1}}} w_{{{output},i}} \, x_i",
        f"The sum of {len(row)} products of an input and its weight{', plus the bias' if bias else ''}.",
        products,
        bias,
    )


def weight_and_bias(element: Element) -> tuple[Source, list[Operand]]:
    """Return the weight, and the bias of this output where there is one; raise UserError for computed weights."""
    if [source.learned for source in element.given[:2]] != [False, True]:
        raise element.unexplained("its weights are not parameters of the network")
    _, weight, *bias = element.given
    output = element.place[-1] if weight.tensor.dim() == 2 else element.place[1]
    return weight, [source.operand("b", (output,)) for source in bias]


def sum_account(formula: str, sentence: str, products: Products, bias: list[Operand]) -> Account:
    """Return the account of a bias plus the sum of those products that are inside the picture."""
    values = products.values[products.inside].astype(np.float64)
    weights = products.weights[products.inside].astype(np.float64)
    value = float(values @ weights) + sum(operand.value for operand in bias)
    numbers = [*(tex.factor(operand.value) for operand in bias), tex.sum_of_products(weights.tolist(), values.tolist())]
    return Account(formula, f"{' + '.join(numbers)} = {tex.number(value)}", sentence, value, bias, products)
