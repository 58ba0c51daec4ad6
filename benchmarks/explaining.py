"""Explaining one number of a LeNet, against one forward pass of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from benchmarks.report import Ratio
from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.engine.session import TrainingSession

ROUNDS = 30
QUESTIONS = (
    ("activation", "conv2", (3, 4, 4)),
    ("gradient", "conv1", (3, 4, 4)),
    ("parameter_gradient", "conv1.weight", (0, 0, 1, 1)),
)


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    session = TrainingSession()
    session.configure(Experiment(network="lenet", dataset=catalogue.network("lenet").dataset, weights="initial"))
    session.record(0)
    picture = torch.zeros(1, *catalogue.network("lenet").input_shape)
    forward = _milliseconds(lambda: session.network(picture))
    ratios = []
    for kind, name, index in QUESTIONS:
        ours = _milliseconds(lambda n=name, i=index, k=kind: session.explain(n, i, k))
        ratios.append(Ratio(f"lenet: {kind} explained / forward pass", ours, forward, "ms", 5.0))
    return ratios


def _milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)
