"""Training while recordings are taken, against a bare loop in plain torch that validates as often."""

from __future__ import annotations

import statistics
import time

import torch
from torch.nn import functional

from benchmarks import engine
from benchmarks.report import Ratio
from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.engine import datasets, networks
from visualizer.engine.freezing import Freezer
from visualizer.engine.validation import Validation

ROUNDS, SECONDS = 7, 2.0


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    return [_ratio(name) for name in ("mlp", "lenet", "resnet20")]


def _ratio(name: str) -> Ratio:
    entry = catalogue.network(name)
    experiment = Experiment(network=name, dataset=entry.dataset, weights="initial", batch_size=32)
    ours, peer, recordings = [], [], 0
    with engine.running(experiment) as running:
        for _ in range(ROUNDS):
            speed, count = running.steps_per_second(SECONDS, observing=True)
            ours.append(1000 / speed)
            recordings += count
            peer.append(1000 / _bare_steps_per_second(experiment))
    rate = recordings / (ROUNDS * SECONDS)
    note = f"({rate:.1f} recordings a second)"
    return Ratio(
        f"{name}: step while recording / bare loop",
        statistics.median(ours),
        statistics.median(peer),
        "ms",
        1.05,
        note=note,
    )


def _bare_steps_per_second(experiment: Experiment) -> float:
    network = networks.build(experiment.network, experiment.seed)
    data = datasets.load(experiment.dataset)
    optimizer = torch.optim.Adam(network.parameters(), lr=experiment.learning_rate)
    validation = Validation(data, functional.cross_entropy, experiment.batch_size)
    freezer = Freezer(network)
    start, step = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        if validation.is_due(step):
            validation.measure(network, freezer)
        indices = datasets.batch_indices(len(data.training_targets), experiment.batch_size, experiment.seed, step)
        optimizer.zero_grad()
        functional.cross_entropy(network(data.training_inputs[indices]), data.training_targets[indices]).backward()
        optimizer.step()
        step += 1
    return step / (time.perf_counter() - start)
