"""Yearly mean sunspot numbers, 1700 to 2008. US National Geophysical Data Center, in the public domain."""

from __future__ import annotations

import csv

import torch

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.engine.datasets.dataset import Dataset

SCALE = 100.0
FIRST_HELD_OUT = 1930


def load() -> Dataset:
    """Return windows of years (count, steps, 1) and the number of the year after each (count, 1), in hundreds.

    Windows are in the order of time. Those that forecast a year before 1930 are for training.
    """
    years, numbers = read()
    steps = catalogue.dataset("sunspots").input_shape[0]
    series = torch.tensor(numbers) / SCALE
    windows = series.unfold(0, steps, 1)[:-1].unsqueeze(-1).clone()
    targets = series[steps:].unsqueeze(-1).clone()
    border = FIRST_HELD_OUT - years[steps]
    return Dataset(
        training_inputs=windows[:border],
        training_targets=targets[:border],
        validation_inputs=windows[border:],
        validation_targets=targets[border:],
        labels=tuple(f"{year}: {number:g}" for year, number in zip(years, numbers, strict=True))[border + steps :],
        step_names=tuple(
            tuple(str(year) for year in years[start : start + steps]) for start in range(border, len(windows))
        ),
    )


def read() -> tuple[list[int], list[float]]:
    """Return the years and their mean sunspot numbers; raise UserError where the file is damaged."""
    path = resources.folder() / "data" / "sunspots.csv"
    try:
        with path.open(encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
        return [int(row["YEAR"]) for row in rows], [float(row["SUNACTIVITY"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} cannot be read ({error}): install again.") from None
