"""Which modes or classes generated samples reach, and how many of them are good."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from visualizer.core.numbers import whole
from visualizer.core.plane import MODES
from visualizer.engine.adversarial.classifier import class_names, class_probabilities
from visualizer.engine.adversarial.meters.operands import (
    LISTED,
    Measure,
    clouds,
    distance_between,
    measure,
    within,
)
from visualizer.engine.adversarial.quality import (
    LEAST_SHARE,
    NEAR,
    distances_of,
    hits_of_modes,
)
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.explain.element import Account, Place, constant


def covered(standing: Standing, _: Place) -> Account:
    """Count modes, or classes, that have enough samples."""
    hits = count_hits(standing)
    what = "classes" if not standing.points else "modes"
    operands = [measure(standing, f"h_{{{place}}}", hit, "hits", place) for place, hit in enumerate(hits.tolist())]
    least = constant("m", LEAST_SHARE * standing.count / len(hits))
    said = (
        f"So many of the {len(hits)} {what} are hit by at least m samples, a tenth of an equal share of the "
        f"{whole(standing.count)} that were generated."
    )
    return Account("sum(h >= m)", said, [*operands, least])


def hits(standing: Standing, index: Place) -> Account:
    """Count the samples of one mode, or class."""
    number = within(index, 0, len(count_hits(standing)))
    return _hits_of_mode(standing, number) if standing.points else _hits_of_class(standing, number)


def _hits_of_mode(standing: Standing, mode: int) -> Account:
    distances, nearest = distances_of(standing.fake, _modes(standing)).min(1)
    own = (nearest == mode).nonzero()[:, 0].tolist()
    said = f"So many of the {whole(len(own))} points nearest to this mode lie within r, three standard deviations."
    return _count_near(standing, said, distances, own, lambda point: ("mode_distance", point, mode))


def _hits_of_class(standing: Standing, chosen: int) -> Account:
    probabilities = _probabilities(standing)
    largest, best = probabilities.max(1)
    operands = []
    for picture, row in enumerate(probabilities):
        for symbol, which in (("p", chosen), ("m", int(best[picture]))):
            name = f"{symbol}_{{{picture}}}"
            operands.append(measure(standing, name, float(row[which]), "class_probability", picture, which))
    name = class_names(standing.training.experiment.dataset)[chosen]
    said = f"In so many of {len(largest)} pictures the probability p of “{name}” is the largest, m."
    return Account("sum(p >= m)", said, operands)


def good(standing: Standing, _: Place) -> Account:
    """Tell the share of samples that are good."""
    count = constant("n", standing.count)
    if not standing.points:
        largest, best = _probabilities(standing).max(1)
        operands = [
            measure(standing, f"p_{{{place}}}", float(value), "class_probability", place, int(best[place]))
            for place, value in enumerate(largest)
        ]
        return Account(
            "sum(p) / n", "The probability of the class that the classifier chooses, on average.", [*operands, count]
        )
    if len(_modes(standing)):
        operands = [
            measure(standing, f"h_{{{n}}}", hit, "hits", n) for n, hit in enumerate(count_hits(standing).tolist())
        ]
        return Account("sum(h) / n", "The samples near any of the modes, divided by all.", [*operands, count])
    return _share(standing, "fake")


def reached(standing: Standing, _: Place) -> Account:
    """Tell the share of real samples that a generated one is near to."""
    return _share(standing, "real")


def near(kind: str) -> Measure:
    """Return the count of samples of a kind that have one of the other kind near."""

    def count(standing: Standing, _: Place) -> Account:
        distances = _to_others(standing, kind).min(1).values
        of = "generated points" if kind == "fake" else "real points"
        other = "a real" if kind == "fake" else "a generated"
        said = f"So many of {whole(len(distances))} {of} have {other} one within r, three standard deviations."
        return _count_near(standing, said, distances, range(len(distances)), lambda point: (f"nearest/{kind}", point))

    return count


def nearest(kind: str) -> Measure:
    """Return the distance of a sample of a kind to the nearest of the other."""

    def distance(standing: Standing, index: Place) -> Account:
        own, other = clouds(standing, kind)
        number = within(index, 0, len(own))
        closest = int(_to_others(standing, kind)[number].argmin())
        kinds = ("fake", "real") if kind == "fake" else ("real", "fake")
        said = f"The distance of {kinds[0]} point {number} to the nearest {kinds[1]} one, number {closest}."
        return distance_between(standing, said, (kinds[0], number, own[number]), (kinds[1], closest, other[closest]))

    return distance


def mode_distance(standing: Standing, index: Place) -> Account:
    """Tell the distance of a generated point to the centre of a mode."""
    modes = _modes(standing)
    number, mode = within(index, 0, standing.count), within(index, 1, len(modes))
    x, y = standing.fake[number].tolist()
    centre = [constant("a", float(modes[mode, 0])), constant("b", float(modes[mode, 1]))]
    point = [measure(standing, "x", x, "sample/fake", number, 0), measure(standing, "y", y, "sample/fake", number, 1)]
    said = f"The distance of generated point {number} to (a, b), the centre of mode {mode}."
    return Account("sqrt((x - a)**2 + (y - b)**2)", said, [*point, *centre])


def _modes(standing: Standing) -> Tensor:
    return torch.tensor(MODES.get(standing.training.experiment.dataset, ())).reshape(-1, 2)


def _probabilities(standing: Standing) -> Tensor:
    return class_probabilities(standing.training.experiment.dataset, standing.fake)


def _to_others(standing: Standing, kind: str) -> Tensor:
    """Return the distances from each sample of a kind to all of the other."""
    return standing.distances if kind == "fake" else standing.distances.T


def _share(standing: Standing, kind: str) -> Account:
    distances = _to_others(standing, kind).min(1).values
    k = measure(standing, "k", int((distances < NEAR).sum()), f"near/{kind}")
    other = "a real" if kind == "fake" else "a generated"
    said = f"The points that have {other} one within three standard deviations, divided by all."
    return Account("k / n", said, [k, constant("n", len(distances))])


def _count_near(
    standing: Standing,
    said: str,
    distances: Tensor,
    chosen: Sequence[int],
    named: Callable[[int], tuple[str, *tuple[int, ...]]],
) -> Account:
    """Count those of the chosen points whose distance is small: the first one by one, the others together."""
    operands = []
    for place, point in enumerate(chosen[:LISTED]):
        name, *index = named(point)
        operands.append(measure(standing, f"d_{{{place}}}", float(distances[point]), name, *index))
    more = constant("k", sum(bool(distances[point] < NEAR) for point in chosen[LISTED:]))
    if not operands:
        return Account("k", said, [more])
    if len(chosen) <= LISTED:
        return Account("sum(d < r)", said, [*operands, constant("r", NEAR)])
    said = f"{said} The first {LISTED} one by one; k of the others do."
    return Account("sum(d < r) + k", said, [*operands, constant("r", NEAR), more])


def count_hits(standing: Standing) -> Tensor:
    if standing.points:
        return hits_of_modes(standing.fake, _modes(standing))
    names = class_names(standing.training.experiment.dataset)
    if not names:
        return torch.zeros(0, dtype=torch.int64)
    return torch.bincount(_probabilities(standing).argmax(1), minlength=len(names))
