"""The data sets that ship, one file each; a new one is a file here, a line below and an entry in the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from visualizer.core import catalogue
from visualizer.core.plane import Point
from visualizer.engine.datasets import (
    blobs,
    fashion_mnist,
    hills,
    mnist,
    moons,
    names,
    plane,
    recall,
    sunspots,
    unlabelled,
    wave,
)
from visualizer.engine.datasets.batches import batch_indices, steps_per_epoch
from visualizer.engine.datasets.dataset import Dataset, check_finite

__all__ = ["DATASETS", "Dataset", "batch_indices", "load", "steps_per_epoch"]

DATASETS: tuple[tuple[str, Callable[[], Dataset]], ...] = (
    ("moons", moons.load),
    ("blobs", blobs.load),
    ("wave", wave.load),
    ("hills", hills.load),
    ("fashion-mnist", fashion_mnist.load),
    ("mnist", mnist.load),
    ("ring", plane.load_ring),
    ("gaussians-grid", plane.load_grid),
    ("spiral", plane.load_spiral),
    ("drawn", plane.load_drawn),
    ("fashion-mnist-unlabelled", unlabelled.load_fashion_mnist),
    ("mnist-unlabelled", unlabelled.load_mnist),
    ("sunspots", sunspots.load),
    ("names", names.load),
    ("recall", recall.load),
)


def load(name: str, drawing: Sequence[Point] = ()) -> Dataset:
    """Return a data set of the catalogue; raise UserError for an unknown id or values that are not finite.

    `drawing` holds the points of the data set `drawn`.
    """
    known = catalogue.dataset(name).id
    data = plane.load_drawn(drawing) if known == "drawn" else dict(DATASETS)[known]()
    check_finite(name, data)
    return data
