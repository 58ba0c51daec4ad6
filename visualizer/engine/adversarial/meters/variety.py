"""How far samples lie apart."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.core.numbers import whole
from visualizer.core.operand import Operand
from visualizer.engine.adversarial.meters.operands import (
    Measure,
    distance_between,
    largest,
    measure,
    within,
)
from visualizer.engine.adversarial.quality import (
    COMPARED,
)
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.explain.element import Account, Place, constant


def variety(standing: Standing, _: Place) -> Account:
    """Tell how far generated samples lie apart, compared with real ones."""
    fake, real = (float(torch.pdist(_compared(standing, kind)).mean()) for kind in ("fake", "real"))
    operands = [measure(standing, "a", fake, "spread/fake"), measure(standing, "b", real, "spread/real")]
    return Account("a / b", "The mean distance between generated samples, divided by that between real ones.", operands)


def spread(kind: str) -> Measure:
    """Return the mean distance between samples of a kind."""

    def mean(standing: Standing, _: Place) -> Account:
        samples = _compared(standing, kind)
        distances = torch.pdist(samples)
        pairs = torch.triu_indices(len(samples), len(samples), 1)

        def operand(symbol: str, value: float, place: int) -> Operand:
            return measure(standing, symbol, value, f"pair_distance/{kind}", *pairs[:, place].tolist())

        listed, rest = largest(distances.double(), operand)
        said = f"{whole(len(distances))} distances between {len(samples)} samples: the largest one by one, r the rest."
        return Account("(sum(d) + r) / n", said, [*listed, constant("r", rest), constant("n", len(distances))])

    return mean


def pair_distance(kind: str) -> Measure:
    """Return the distance between two samples of a kind."""

    def distance(standing: Standing, index: Place) -> Account:
        samples = standing.real if kind == "real" else standing.fake
        first, second = (within(index, place, len(samples)) for place in (0, 1))
        said = f"The distance between {kind} samples {first} and {second}: all differences squared and added up."
        return distance_between(standing, said, (kind, first, samples[first]), (kind, second, samples[second]))

    return distance


def _compared(standing: Standing, kind: str) -> Tensor:
    return (standing.real if kind == "real" else standing.fake)[:COMPARED].flatten(1)
