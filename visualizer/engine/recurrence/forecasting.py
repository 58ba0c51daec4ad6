"""A network that has learned the next value of a series forecasts it: from what was observed, and from itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.topics.sequences import Forecast, Forecasted
from visualizer.engine.datasets import Dataset
from visualizer.engine.datasets.sunspots import SCALE
from visualizer.engine.recurrence.writing import check_finite


def forecast(network: nn.Module, data: Dataset, wanted: Forecast, step: int) -> Forecasted:
    """Return two forecasts of held-out years, in sunspot numbers; the network is in eval mode.

    Held-out windows follow each other by one year. Raises UserError for years that there are not.
    """
    windows, targets = data.validation_inputs, data.validation_targets
    count = len(windows)
    if not 0 <= wanted.start < count or wanted.length < 1:
        raise UserError(
            f"A forecast of {wanted.length} steps from {wanted.start} on is impossible: "
            f"it begins at a held-out sample, 0 to {count - 1}, and is at least 1 long."
        )
    chosen = slice(wanted.start, min(wanted.start + wanted.length, count))
    observed = targets[chosen, 0]
    with torch.no_grad():
        one_step = torch.cat([network(window.unsqueeze(0))[0] for window in windows[chosen]])
        free_running = _free_running(network, windows[wanted.start], len(observed))
    check_finite(torch.cat([one_step, free_running]), "as a forecast")
    repeated = windows[chosen, -1, 0]
    names_before = list(data.step_names[wanted.start])
    return Forecasted(
        step=step,
        names=[label.partition(":")[0] for label in data.labels[chosen]],
        names_before=names_before,
        unit="sunspot number",
        before=(windows[wanted.start, :, 0] * SCALE).numpy(),
        observed=(observed * SCALE).numpy(),
        one_step=(one_step * SCALE).numpy(),
        free_running=(free_running * SCALE).numpy(),
        errors=(_error(one_step, observed), _error(free_running, observed), _error(repeated, observed)),
        start=wanted.start,
    )


def check_series(dataset: str) -> None:
    """Raise UserError for data that cannot be forecast."""
    if dataset != "sunspots":
        raise UserError(f"{dataset} is no series that can be forecast: choose sunspots.")


def moved_on(network: nn.Module, window: Tensor, places: int) -> Tensor:
    """Return a window (steps, 1) moved on by so many of the network's own forecasts; it is in eval mode."""
    for _ in range(places):
        window = torch.cat([window[1:], network(window.unsqueeze(0))])
    return window


def _free_running(network: nn.Module, window: Tensor, length: int) -> Tensor:
    """Return `length` forecasts (length,), each made from the window that the ones before it have moved on."""
    values: list[Tensor] = []
    for _ in range(length):
        window = moved_on(network, window, 1)
        values.append(window[-1])
    return torch.cat(values)


def _error(forecasts: Tensor, observed: Tensor) -> float:
    """Return the root mean squared error in sunspot numbers."""
    return float((forecasts - observed).square().mean().sqrt()) * SCALE
