"""Shared weights and local windows: as many digits told right, with a fraction of the parameters.

All networks are trained with the same batches for the same number of steps, each with its own learning rate: of 0.001,
0.003 and 0.01 that of the best mean accuracy on the seeds 100 and 101, the smaller of two alike. Digits were chosen
there as well: on clothes (fashion-mnist) the advantage is smaller, feedforward networks of two to four times the
parameters were as accurate.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from visualizer.core.experiment import Experiment, patch
from visualizer.engine import datasets
from visualizer.engine.accuracy import accuracy
from visualizer.engine.claims.claim import Claim, Outcome
from visualizer.engine.freezing import Freezer
from visualizer.engine.training import Training

STEPS = 2000
TIMES = 4
RATE = 0.001
RATES = {4: 0.001, 8: 0.001, 16: 0.003, 32: 0.003, 64: 0.003, 128: 0.003}  # by the number of hidden neurons
SETTING = Experiment(dataset="mnist", weights="initial", batch_size=32)


def convolutional() -> nn.Module:
    """Return two convolutions, a pooling and a linear layer: (batch, 1, 28, 28) to logits (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(6, 12, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(12 * 3 * 3, 10),
    )


def feedforward(width: int) -> nn.Module:
    """Return one hidden layer of `width` neurons: (batch, 1, 28, 28) to logits (batch, 10)."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, width), nn.ReLU(), nn.Linear(width, 10))


def run(seed: int, steps: int = STEPS) -> Outcome:
    """Train the convolutional network, then wider and wider feedforward ones, until one is as accurate."""
    parameters, wanted = _trained(convolutional, patch(SETTING, seed=seed, learning_rate=RATE), steps)
    figures = {f"accuracy of the convolutional network of {parameters} parameters": wanted}
    for width, rate in RATES.items():
        experiment = patch(SETTING, seed=seed, learning_rate=rate)
        needed, reached = _trained(partial(feedforward, width), experiment, steps)
        figures[f"accuracy of the feedforward network of {needed} parameters"] = reached
        if reached >= wanted:
            break
    effect = needed / parameters
    return Outcome(effect=effect, held=effect >= TIMES, figures=figures)


def _trained(build: Callable[[], nn.Module], experiment: Experiment, steps: int) -> tuple[int, float]:
    """Return the number of parameters of a network and its held-out accuracy after training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(experiment.seed)
        network = build()
    training = Training(experiment, network, datasets.load(experiment.dataset), Freezer(network))
    for _ in range(steps):
        training.step(measure=False)
    with training.freezer.evaluating(), torch.no_grad():
        reached = accuracy(network(training.data.validation_inputs), training.data.validation_targets)
    return sum(parameter.numel() for parameter in network.parameters()), reached


CLAIM = Claim(
    id="cnn-needs-fewer-parameters",
    statement=(
        "On pictures of digits, a convolutional network is as accurate as feedforward networks of several times its "
        "parameters, after the same number of steps on the same batches, each with a learning rate that suits it."
    ),
    source="LeCun et al. 1989; LeCun et al. 1998",
    measure=(
        f"parameters of the smallest feedforward network (one hidden layer of {', '.join(map(str, RATES))} neurons) "
        "whose accuracy on held-out digits is that of the convolutional one or better, of the largest where none is, "
        f"over the parameters of the convolutional one; after {STEPS} steps"
    ),
    criterion=f"at least {TIMES} times as many parameters",
    run=run,
)
