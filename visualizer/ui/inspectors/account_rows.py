"""Operands and products of an explanation as lines of a table."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Factors, Operand, Products
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.explanations.questions import Number, title_of
from visualizer.ui.explanations.worked_out import Given, product
from visualizer.ui.inspectors.rows import Piece, Row
from visualizer.ui.inspectors.symbols import plain_symbol

_PRODUCTS = 8


def operand_row(operand: Operand, module: str) -> Row:
    """Return a line for an operand; what belongs to `module` goes by its last name."""
    place = f" ({', '.join(map(str, operand.index))})" if operand.index else ""
    name = plain_symbol(operand.name)
    hover = f"{name} = {exact(operand.value)}" + (f"\nfrom {operand.origin}{place}" if operand.origin else "")
    asked = Explain(operand.origin, operand.index, operand.kind) if operand.kind != "constant" else None
    number = Number(asked, hover) if asked is not None else None
    shown = title_of(asked) if asked is not None else operand.origin
    shown = shown.removeprefix(f"{module}.") if module else shown
    return Row(name, (Piece(shown, number),), operand.value, Piece(rounded(operand.value, 4), number), hover)


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
        rows.append(Row(name, (Piece("smaller ones, added up"),), rest, Piece(rounded(rest)), exact(rest), signed=True))
    return rows


def _product_row(products: Products, number: int, term: float) -> Row:
    factors = [given(side, (number,)) for side in (products.second, products.first)]
    texts = [rounded(float(side.values[number])) for side in (products.second, products.first)]
    weight, value = (Piece(text, _asked(one)) for text, one in zip(texts, factors, strict=True))
    pieces = (weight, Piece(" × "), value)
    return Row(f"w{number} × x{number}", pieces, term, Piece(rounded(term), product_number(products, (number,))),
               exact(term), signed=True)  # fmt: skip


def given(factors: Factors, place: tuple[int, ...]) -> Given | None:
    """Return one factor of a sum, None where it is a constant."""
    if factors.kind == "constant":
        return None
    index = tuple(int(at) for at in factors.indices[place])
    return Given(Explain(factors.origin, index, factors.kind), float(factors.values[place]))


def product_number(products: Products, place: tuple[int, ...]) -> Number | None:
    """Return one product of a sum, None where a factor is a constant or lies in the padding."""
    weight, value = given(products.second, place), given(products.first, place)
    if weight is None or value is None or not products.inside[place]:
        return None
    return Number(product(weight, value), f"{exact(weight.value)} × {exact(value.value)}")


def _asked(factor: Given | None) -> Number | None:
    if factor is None:
        return None
    return Number(factor.question, f"{title_of(factor.question)}\n{exact(factor.value)}")


def total(products: Products) -> float:
    """Return the sum of all products in float64; factors in the padding are zero."""
    return float(products.terms.sum())
