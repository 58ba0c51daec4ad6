"""Products of two computed matrices, and rows looked up in a table."""

from __future__ import annotations

import numpy as np

from visualizer.engine.explain.element import (
    Account,
    Call,
    Element,
    Place,
    Places,
    Share,
    Source,
    constant,
    places_where,
    product,
)

PRODUCTS = ("matmul", "bmm", "mm")
EMBEDDING = ("embedding",)


def explain(element: Element) -> Account:
    """Explain one element of A B as the sum of products of a row and a column."""
    left, right = _factors(element)
    *before, row, column = element.place
    inner = left.tensor.shape[-1]
    products = product(
        left.factors("a", _line(left, before, row, None, inner)),
        right.factors("b", _line(right, before, None, column, inner)),
    )
    return Account("sum(a * b)", f"Row {row} of the first times column {column} of the second.", products=products)


def share(asked: Share) -> Account:
    """Explain the gradient of an element of A (a row of dL/dY times a row of B), or of B (of columns)."""
    left, right = _factors(asked)
    gradient = asked.gradient
    if left.tensor.dim() != right.tensor.dim() or left.tensor.shape[:-2] != right.tensor.shape[:-2]:
        raise asked.unexplained("its matrices were broadcast")
    *before, row, column = asked.place
    if asked.argument == 0:
        count = right.tensor.shape[-1]
        first, other = _line(gradient, before, row, None, count), _line(right, before, column, None, count)
        products = product(gradient.factors("g", first), right.factors("b", other))
        return Account("sum(g * b)", "The gradients of one row of the product, through the second matrix.",
                       products=products)  # fmt: skip
    count = left.tensor.shape[-2]
    first, other = _line(gradient, before, None, column, count), _line(left, before, None, row, count)
    products = product(gradient.factors("g", first), left.factors("a", other))
    return Account("sum(g * a)", "The gradients of one column of the product, through the first matrix.",
                   products=products)  # fmt: skip


def explain_embedding(element: Element) -> Account:
    """Say which row of the table was looked up."""
    token, table = _looked_up(element)
    *at, column = element.place
    row = int(token.tensor[tuple(at)])
    operand = table.operand("w", (row, column))
    return Account("w", f"Row {row} of the table {table.name}: the input here is {row}.",
                   [operand, token.operand("t", tuple(at))])  # fmt: skip


def share_of_embedding(asked: Share) -> Account:
    """Explain the gradient of an element of the table: the sum over all places that have looked its row up."""
    token, _ = _looked_up(asked)
    row, column = asked.place
    used = (token.tensor == row).nonzero().tolist()
    if not used or row == asked.attribute("padding_idx", -1):
        return Account("zero", f"Row {row} was not looked up.", [constant("zero", 0.0)])
    operands = asked.gradient.operands("g", np.array([(*at, column) for at in used], np.int64))
    return Account("sum(g)", f"Row {row} was looked up {len(used)} times: their gradients add up.", operands)


def _factors(call: Call) -> tuple[Source, Source]:
    if len(call.given) == 1:
        return call.given[0], call.given[0]
    if len(call.given) != 2 or min(source.tensor.dim() for source in call.given) < 2:
        raise call.unexplained("it is no product of two matrices")
    return call.given[0], call.given[1]


def _looked_up(call: Call) -> tuple[Source, Source]:
    table = next((source for source in call.given if source.learned), None)
    if table is None or len(call.given) != 2:
        raise call.unexplained("its table is no parameter")
    return call.input, table


def _line(source: Source, before: list[int], row: int | None, column: int | None, count: int) -> Places:
    """Return a row (column None) or a column of one matrix of a stack."""
    rank = source.tensor.dim()
    at: Place = source.stretched((*before, 0, 0))[: rank - 2] if rank > 2 else ()
    fixed = dict(enumerate(at))
    if row is not None:
        fixed[rank - 2] = row
    if column is not None:
        fixed[rank - 1] = column
    places = places_where(source.tensor.shape, fixed)
    assert len(places) == count
    return places
