"""Operands and products of an explanation as lines of a table."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Factors, Operand, Products
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.inspectors.rows import Row
from visualizer.ui.inspectors.symbols import plain_symbol

_PRODUCTS = 8


def operand_row(operand: Operand, module: str) -> Row:
    """Return a line for an operand; what belongs to `module` goes by its last name."""
    place = f" ({', '.join(map(str, operand.index))})" if operand.index else ""
    name = plain_symbol(operand.name)
    hover = f"{name} = {exact(operand.value)}" + (f"\nfrom {operand.origin}{place}" if operand.origin else "")
    origin = (operand.origin, operand.index) if operand.kind == "activation" and operand.origin else None
    shown = operand.origin.removeprefix(f"{module}.") if module else operand.origin
    asked = Explain(operand.origin, operand.index, operand.kind) if operand.kind != "constant" else None
    return Row(name, shown + place, operand.value, rounded(operand.value, 4), hover, origin, question=asked)


def product_rows(products: Products) -> list[Row]:
    """Return all products in order, or of many the largest ones and the sum of the rest."""
    terms = products.terms
    order = list(range(len(terms)))
    if len(terms) > _PRODUCTS:
        order = sorted(np.argsort(-np.abs(terms), kind="stable")[: _PRODUCTS - 1].tolist())
    rows = [_product_row(products, number, float(terms[number])) for number in order]
    if len(terms) > _PRODUCTS:
        rest = float(np.delete(terms, order).sum())
        name = f"{len(terms) - len(order)} others"
        rows.append(Row(name, "smaller ones, added up", rest, rounded(rest), exact(rest), signed=True))
    return rows


def _product_row(products: Products, number: int, term: float) -> Row:
    first, second = products.first, products.second
    place = tuple(first.indices[number].tolist())
    value, weight = float(first.values[number]), float(second.values[number])
    hover = f"{_named(second, number)}: {exact(weight)}\n{_named(first, number)}: {exact(value)}"
    return Row(
        f"w{number} × x{number}",
        f"{rounded(weight)} × {rounded(value)}",
        term,
        rounded(term),
        hover,
        (first.origin, place) if first.kind == "activation" else None,
        signed=True,
        question=Explain(first.origin, place, first.kind) if first.kind != "constant" else None,
    )


def _named(factors: Factors, number: int) -> str:
    return f"{factors.origin} ({', '.join(map(str, factors.indices[number].tolist()))})"


def total(products: Products) -> float:
    """Return the sum of all products in float64; factors in the padding are zero."""
    return float(products.terms.sum())
