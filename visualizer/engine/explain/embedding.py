"""Rows looked up in a table."""

from __future__ import annotations

import numpy as np

from visualizer.engine.explain.element import Account, Call, Element, Share, Source, constant

OPERATIONS = ("embedding",)


def explain(element: Element) -> Account:
    """Say which row of the table was looked up."""
    token, table = _looked_up(element)
    *at, column = element.place
    row = int(token.tensor[tuple(at)])
    operand = table.operand("w", (row, column))
    return Account("w", f"Row {row} of the table {table.name}: the input here is {row}.",
                   [operand, token.operand("t", tuple(at))])  # fmt: skip


def share(asked: Share) -> Account:
    """Explain the gradient of an element of the table: the sum over all places that have looked its row up."""
    token, _ = _looked_up(asked)
    row, column = asked.place
    used = (token.tensor == row).nonzero().tolist()
    if not used or row == asked.attribute("padding_idx", -1):
        return Account("zero", f"Row {row} was not looked up.", [constant("zero", 0.0)])
    operands = asked.gradient.operands("g", np.array([(*at, column) for at in used], np.int64))
    return Account("sum(g)", f"Row {row} was looked up {len(used)} times: their gradients add up.", operands)


def _looked_up(call: Call) -> tuple[Source, Source]:
    table = next((source for source in call.given if source.learned), None)
    if table is None or len(call.given) != 2:
        raise call.unexplained("its table is no parameter")
    return call.input, table
