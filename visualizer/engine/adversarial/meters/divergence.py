"""The Jensen-Shannon divergence, down to the points in a cell."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from visualizer.core.operand import Operand
from visualizer.core.plane import HALF
from visualizer.engine.adversarial.meters.operands import (
    LISTED,
    Measure,
    largest,
    measure,
    within,
)
from visualizer.engine.adversarial.quality import (
    CELLS,
    cells_of,
)
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.explain.element import Account, Place, constant


def divergence(standing: Standing, _: Place) -> Account:
    """Tell the Jensen-Shannon divergence by what each cell adds, Lin 1991, equation 3.8."""
    terms = _cell_terms(standing)
    operands, rest = largest(terms, lambda symbol, value, cell: measure(standing, symbol, value, "cell", cell))
    said = f"What the {CELLS}×{CELLS} cells of the plane add, in bits: the largest one by one, r the sum of the rest."
    return Account("sum(d) + r", said, [*operands, constant("r", rest)])


def cell(standing: Standing, index: Place) -> Account:
    """Tell what one cell adds to the divergence."""
    number = within(index, 0, CELLS**2)
    real, fake = _counts(standing)
    a, b = int(real[number]), int(fake[number])
    operands = [
        measure(standing, "a", a, "count/real", number), constant("n", len(standing.real)),
        measure(standing, "b", b, "count/fake", number), constant("m", len(standing.fake)),
    ]  # fmt: skip
    p, q = "(a / n)", "(b / m)"
    parts = [f"{share} * log(2 * {share} / ({p} + {q}))" for share, there in ((p, a), (q, b)) if there]
    column, row = number % CELLS, number // CELLS
    said = (
        f"Cell {column} from the left and {row} from below holds a of n real points and b of m generated ones: "
        "each share times the logarithm of its ratio to the mean of both."
    )
    return Account(f"({' + '.join(parts) or f'{p} + {q}'}) / (2 * log(2))", said, operands)


def count(kind: str) -> Measure:
    """Return the count of points of a kind in a cell."""

    def inside(standing: Standing, index: Place) -> Account:
        number = within(index, 0, CELLS**2)
        points = standing.real if kind == "real" else standing.fake
        own = (cells_of(points) == number).nonzero()[:, 0].tolist()
        operands = []
        for place, point in enumerate(own[:LISTED]):
            for axis, letter in enumerate("xy"):
                value = float(points[point, axis])
                operands.append(measure(standing, f"{letter}_{{{place}}}", value, f"sample/{kind}", point, axis))
        bounds, conditions = _bounds(number)
        rest = constant("r", max(len(own) - LISTED, 0))
        said = f"So many {kind} points lie between the edges of the cell; beyond the plane the outer cells go on."
        if not own:
            return Account("r", f"No {kind} point lies in this cell.", [rest])
        more = [rest] if rest.value else []
        return Account(f"sum({conditions}){' + r' * len(more)}", said, [*operands, *bounds, *more])

    return inside


def _counts(standing: Standing) -> tuple[Tensor, Tensor]:
    """Return how many real and generated points lie in each cell."""
    real, fake = (torch.bincount(cells_of(points), minlength=CELLS**2) for points in (standing.real, standing.fake))
    return real, fake


def _cell_terms(standing: Standing) -> Tensor:
    """Return what each cell adds to the divergence, float64 (CELLS²,)."""
    real, fake = _counts(standing)
    p, q = real.double() / len(standing.real), fake.double() / len(standing.fake)
    middle = (p + q) / 2
    return (torch.xlogy(p, p / middle).nan_to_num(0) + torch.xlogy(q, q / middle).nan_to_num(0)) / (2 * math.log(2))


def _bounds(cell: int) -> tuple[list[Operand], str]:
    """Return the edges of a cell as operands, and the condition that a point (x, y) lies between them."""
    operands, conditions = [], []
    size = 2 * HALF / CELLS
    for letter, number, low, high in (("x", cell % CELLS, "l", "u"), ("y", cell // CELLS, "b", "t")):
        if number > 0:
            operands.append(constant(low, number * size - HALF))
            conditions.append(f"({letter} >= {low})")
        if number < CELLS - 1:
            operands.append(constant(high, (number + 1) * size - HALF))
            conditions.append(f"({letter} < {high})")
    return operands, " * ".join(conditions)
