"""A context whose engine is the test, and frames made by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from visualizer.core.experiment import Experiment
from visualizer.core.frames import (
    Frame,
    Metrics,
    Recording,
    Surface,
)
from visualizer.core.messages import Command
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.player import Player
from visualizer.ui.plots.plot import Plot
from visualizer.ui.store import Store

Frames = Callable[[Experiment], list[Frame]]
SIZES = [(250, 150), (312, 192), (400, 236), (900, 500)]


class Desk:
    """A context whose engine is the test."""

    def __init__(self, experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Store(experiment)
        self.context = Context(store, Link(store), Player())
        self.sent: list[Command] = []
        monkeypatch.setattr(self.context.link, "send", self.sent.append)

    def deliver(self, *frames: Frame) -> None:
        for frame in frames:
            self.context.link._receive(frame)
            if isinstance(frame, Recording):
                self.context.player.show(frame)


def now(plot: Plot) -> None:
    """Let a plot draw at once what waits for its next picture."""
    plot._pause.stop()
    plot.renew()
    plot.grab()


def metrics(loss: list[float], validation: dict[int, float] | None = None, first: int = 0) -> Metrics:
    count = len(loss)
    steps = np.arange(first, first + count)
    column = np.full(count, np.nan, np.float32)
    for step, value in (validation or {}).items():
        column[step - first] = value
    values = np.array(loss, np.float32)
    norms = np.stack([values + 1, np.full(count, np.nan, np.float32)], axis=1)
    return Metrics(first, ["hidden1", "output"], steps, values, 1 - values / 10, column, column, norms)


def surface(values: np.ndarray, finished: bool = True, step: int = 3) -> Surface:
    axis = np.linspace(-1, 1, len(values)).astype(np.float32)
    path = np.array([[-0.8, -0.8], [-0.3, -0.2], [0, 0]], np.float32)
    losses = np.array([2, 1.5, 1], np.float32)
    progress = 1.0 if finished else 0.4
    return Surface(
        "path", axis, axis, values.astype(np.float32), path, [0, 1, step], losses, 0.9, step, 64, progress, finished
    )


def bowl(count: int = 9) -> np.ndarray:
    x, y = np.meshgrid(np.linspace(-1, 1, count), np.linspace(-1, 1, count))
    return 1 + x**2 + 2 * y**2
