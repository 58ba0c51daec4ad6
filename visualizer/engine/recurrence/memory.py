"""How long kinds of recurrent networks remember: trained alike, in all but their cell.

Bengio, Simard and Frasconi 1994: the gradient of a plain recurrent network vanishes over many steps. Hochreiter and
Schmidhuber 1997: the additive path of a memory cell keeps it, where the forget gate is open; how far it is at the
beginning is part of the cell (networks.recurrent).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import torch
from torch import Tensor
from torch.linalg import vector_norm

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.topics.sequences import CellKind
from visualizer.engine import datasets
from visualizer.engine.accuracy import accuracy
from visualizer.engine.datasets import Dataset
from visualizer.engine.freezing import Freezer
from visualizer.engine.networks import recurrent
from visualizer.engine.recording import record
from visualizer.engine.recurrence.call import recorded_call
from visualizer.engine.recurrence.unrolling import unroll
from visualizer.engine.training import Training

STEPS = 800
SAMPLES = 20


@dataclass(frozen=True)
class Memory:
    """What one seed gave, by the kind of the cell.

    `accuracy` is that of held-out samples after training, `carried` is |dL/dh_1| / |dL/dh_T| before it: which part of
    the gradient at the last step reaches the first.
    """

    accuracy: dict[CellKind, float]
    carried: dict[CellKind, float]

    @property
    def effect(self) -> float:
        """By how much an LSTM is more often right than a plain recurrent network."""
        return self.accuracy["lstm"] - self.accuracy["rnn"]

    @property
    def held(self) -> bool:
        """Whether an LSTM has learned clearly more, and carried a hundred times as much gradient to the first step."""
        return self.effect > 0.25 and self.carried["lstm"] > 100 * self.carried["rnn"]


def run(seed: int, steps: int = STEPS, kinds: Sequence[CellKind] = ("rnn", "lstm")) -> Memory:
    """Train each kind on `recall` for so many steps: same data, batches, optimizer, learning rate and size."""
    experiment = Experiment(dataset="recall", weights="initial", learning_rate=0.01, batch_size=32, seed=seed)
    data = datasets.load("recall")
    carried, reached = {}, {}
    for kind in kinds:
        training = learner(kind, experiment, data)
        norms = state_gradient_norms(training, slice(SAMPLES))
        carried[kind] = float(norms[0] / norms[-1])
        for _ in range(steps):
            training.step()
        reached[kind] = _held_out_accuracy(training)
    return Memory(accuracy=reached, carried=carried)


def learner(kind: CellKind, experiment: Experiment, data: Dataset, units: int = recurrent.UNITS) -> Training:
    """Return a new network of this kind, ready to be trained as the experiment says."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.seed)
        network = recurrent.build(kind, catalogue.dataset(experiment.dataset), units)
    network.truncation = experiment.truncation
    own = msgspec.structs.replace(experiment, network=kind, weights="initial", frozen=())
    return Training(own, network, data, Freezer(network))


def state_gradient_norms(training: Training, samples: slice) -> Tensor:
    """Return |dL/dh_t| at every time step, float64 (steps,), of held-out samples together, in eval mode."""
    data = training.data
    inputs, targets = data.validation_inputs[samples], data.validation_targets[samples]
    with training.freezer.evaluating():
        seen = record(
            training.network, (inputs,), loss=lambda output: training.loss(output, targets), input_gradient=False
        )
    track = unroll(recorded_call(seen, dict(training.network.named_parameters())))
    norms: Tensor = vector_norm(track.gradients["h"], dim=(1, 2), dtype=torch.float64)
    return norms


def _held_out_accuracy(training: Training) -> float:
    with training.freezer.evaluating(), torch.no_grad():
        return accuracy(training.network(training.data.validation_inputs), training.data.validation_targets)
