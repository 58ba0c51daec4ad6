"""Frames that the page of sequences is shown, and ways to what it shows."""

from __future__ import annotations

import msgspec
import numpy as np

from tests.ui.conftest import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.topics.sequences import Forecasted, MemoryCompared, MemoryCurve, Unrolled
from visualizer.ui.sequences.figure_line import Part
from visualizer.ui.views.sequence_page import SequencePage


def text(parts: list[Part]) -> str:
    return "".join(part.words for part in parts)


def recurrent(network: str = "lstm", dataset: str = "names", **changes: object) -> Experiment:
    loss = "mean-squared-error" if dataset == "sunspots" else "cross-entropy"
    return Experiment(network=network, dataset=dataset, loss=loss, weights="initial", batch_size=64, **changes)


def page(scene: Stage) -> SequencePage:
    return scene.window.pages.currentWidget()


def longer(frame: Unrolled, steps: int) -> Unrolled:
    """The same frame with more time steps."""

    def stretched(values: np.ndarray) -> np.ndarray:
        return np.resize(values, (steps, *values.shape[1:]))

    vectors = [
        msgspec.structs.replace(
            vector,
            values=stretched(vector.values),
            gradients=stretched(vector.gradients),
            norms=stretched(vector.norms),
        )
        for vector in frame.vectors
    ]
    names = [str(step + 1) for step in range(steps)]
    return msgspec.structs.replace(
        frame, names=names, inputs=stretched(frame.inputs), vectors=vectors, outcome=None, cuts=[]
    )


def curve(kind: str, first: float, loss: float) -> MemoryCurve:
    norms = np.geomspace(first, 1.0, 5).astype(np.float32)
    flat = np.full(10, loss, np.float32)
    return MemoryCurve(kind, flat, np.full(10, 0.5, np.float32), norms, norms)


def compared(progress: float) -> MemoryCompared:
    curves = [curve("rnn", 1e-9, 2.0), curve("lstm", 0.5, 0.1)]
    return MemoryCompared("names", 0, 0, 24, list("abcde"), curves, 200, progress, progress == 1)


def forecast(count: int, step: int = 0) -> Forecasted:
    line = np.linspace(0, 100, count).astype(np.float32)
    names = [str(1930 + year) for year in range(count)]
    before = [str(1906 + year) for year in range(24)]
    return Forecasted(step, names, before, "number", np.zeros(24, np.float32), line, line, line, (1.0, 2.0, 3.0))
