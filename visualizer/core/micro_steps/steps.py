"""One small step of arithmetic, and how many of a kind are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core.numbers import rounded, whole

SINGLE = 16
"""So many products are shown one by one; of more, the largest, and the others together."""

Kind = Literal[
    "product", "addend", "bias", "candidate", "normalise", "scale", "activation", "incoming", "slope",
    "weight_gradient", "input_gradient", "result",
]  # fmt: skip


class Neuron(msgspec.Struct, frozen=True):
    """One number of a tensor: a neuron to be lit."""

    tensor: str
    index: tuple[int, ...]


class MicroStep(msgspec.Struct, frozen=True):
    """One small step of arithmetic: what is computed now and what it gives; `total` is the running sum, NaN for none.

    `source` and `target` are the neurons at the ends of the edge to be lit; without a `source` only the neuron `target`
    is. `group` is how many products a step stands for.
    """

    kind: Kind
    sentence: str
    formula: str
    value: float
    total: float
    target: Neuron
    source: Neuron | None = None
    group: int = 1


def grouped(terms: Sequence[float] | npt.NDArray[np.floating[Any]]) -> list[tuple[int, ...]]:
    """Return the places of all terms: one by one, of many the largest in order and then all others together."""
    if len(terms) <= SINGLE:
        return [(place,) for place in range(len(terms))]
    largest = sorted(np.argsort(-np.abs(terms), kind="stable")[: SINGLE - 1].tolist())
    others = sorted(set(range(len(terms))) - set(largest))
    return [*((place,) for place in largest), tuple(others)]


def several(count: int, value: float) -> str:
    """Return the sentence about those that are not shown one by one."""
    return f"And {whole(count)} more, together {rounded(value, 4)}."


def taken(terms: Sequence[float] | npt.NDArray[np.floating[Any]], places: tuple[int, ...]) -> float:
    """Return the exact sum of some terms."""
    return math.fsum(float(terms[place]) for place in places)
