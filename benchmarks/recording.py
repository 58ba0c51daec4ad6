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

ROUNDS, SECONDS = 16, 1.0  # short turns: the machine drifts


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    return [_ratio(name) for name in ("mlp", "lenet", "resnet20")]


def _ratio(name: str) -> Ratio:
    entry = catalogue.network(name)
    experiment = Experiment(network=name, dataset=entry.dataset, weights="initial", batch_size=32)
    bare = BareLoop(experiment)
    ours, peer, recordings = [], [], 0
    with engine.running(experiment) as running:
        for _ in range(ROUNDS):
            speed, count = running.steps_per_second(SECONDS, observing=True)
            ours.append(speed)
            recordings += count
            peer.append(bare.steps_per_second(SECONDS))
    rate = recordings / (ROUNDS * SECONDS)
    note = f"({rate:.1f} recordings a second)"
    means = 1000 / statistics.fmean(ours), 1000 / statistics.fmean(peer)
    return Ratio(f"{name}: step while recording / bare loop", *means, "ms", 1.05, note=note)


class BareLoop:
    """Trains on in plain torch, from turn to turn."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._network = networks.build(experiment.network, experiment.seed)
        self._data = datasets.load(experiment.dataset)
        self._optimizer = torch.optim.Adam(self._network.parameters(), lr=experiment.learning_rate)
        self._validation = Validation(self._data, functional.cross_entropy, experiment.batch_size)
        self._freezer = Freezer(self._network)
        self._step = 0

    def steps_per_second(self, seconds: float) -> float:
        first, start = self._step, time.perf_counter()
        while time.perf_counter() - start < seconds:
            self._train()
        return (self._step - first) / (time.perf_counter() - start)

    def _train(self) -> None:
        data, experiment = self._data, self._experiment
        if self._validation.is_due(self._step):
            self._validation.measure(self._network, self._freezer)
        count = len(data.training_targets)
        indices = datasets.batch_indices(count, experiment.batch_size, experiment.seed, self._step)
        self._optimizer.zero_grad()
        output = self._network(data.training_inputs[indices])
        functional.cross_entropy(output, data.training_targets[indices]).backward()
        self._optimizer.step()
        self._step += 1
