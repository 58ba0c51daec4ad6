"""Measures of samples as operands of one another."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.operand import Operand
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.explain.element import Account, Place

LISTED = 64  # terms of a sum that are told one by one; the rest is told together
Measure = Callable[[Standing, Place], Account]
"""Takes the standing of the pair and the index behind the step, and returns an account of the number."""


def measure(standing: Standing, symbol: str, value: float, name: str, *index: int) -> Operand:
    """Return a measure of this step as an operand."""
    return Operand(symbol, value, name, (standing.step, *index), "metric")


def within(index: Place, place: int, count: int) -> int:
    """Return one number of an index; raise UserError where there is no such element."""
    if place >= len(index) or not 0 <= index[place] < count:
        raise UserError(f"There is no element {list(index)}: they are numbered from 0 to {count - 1}.")
    return index[place]


def clouds(standing: Standing, kind: str) -> tuple[Tensor, Tensor]:
    """Return the samples of a kind, and those of the other."""
    return (standing.fake, standing.real) if kind == "fake" else (standing.real, standing.fake)


def distance_between(
    standing: Standing, said: str, first: tuple[str, int, Tensor], second: tuple[str, int, Tensor]
) -> Account:
    """Tell the distance between two samples, each given as its kind, number and values."""
    operands = []
    for letter, (kind, number, sample) in zip("ab", (first, second), strict=True):
        for place, at in enumerate(torch.ones_like(sample).nonzero().tolist()):
            value = float(sample[tuple(at)])
            operands.append(measure(standing, f"{letter}_{{{place}}}", value, f"sample/{kind}", number, *at))
    return Account("sqrt(sum((a - b)**2))", said, operands)


def largest(values: Tensor, operand: Callable[[str, float, int], Operand]) -> tuple[list[Operand], float]:
    """Return the largest values as operands named d, in their order, and the sum of all others."""
    chosen = values.topk(min(LISTED, len(values))).indices.sort().values
    operands = [operand(f"d_{{{n}}}", float(values[place]), int(place)) for n, place in enumerate(chosen)]
    return operands, float(values.sum() - values[chosen].sum())
