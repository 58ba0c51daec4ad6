"""Shared weights and local windows: as many pictures told right, with a fraction of the parameters."""

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
WIDTHS = (8, 16, 32, 64, 128)
BUDGET = Experiment(dataset="fashion-mnist", weights="initial", learning_rate=0.003, batch_size=32)


def convolutional() -> nn.Module:
    """Return two convolutions, a pooling and a linear layer: (batch, 1, 28, 28) to logits (batch, 10)."""
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 16, kernel_size=5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 3 * 3, 10),
    )


def feedforward(width: int) -> nn.Module:
    """Return one hidden layer of `width` neurons: (batch, 1, 28, 28) to logits (batch, 10)."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, width), nn.ReLU(), nn.Linear(width, 10))


def run(seed: int, steps: int = STEPS) -> Outcome:
    """Train the convolutional network, then wider and wider feedforward ones, until one is as accurate."""
    parameters, wanted = _trained(convolutional, seed, steps)
    figures = {f"accuracy of the convolutional network of {parameters} parameters": wanted}
    for width in WIDTHS:
        needed, reached = _trained(partial(feedforward, width), seed, steps)
        figures[f"accuracy of the feedforward network of {needed} parameters"] = reached
        if reached >= wanted:
            break
    effect = needed / parameters
    return Outcome(effect=effect, held=effect >= 2, figures=figures)


def _trained(build: Callable[[], nn.Module], seed: int, steps: int) -> tuple[int, float]:
    """Return the number of parameters of a network and its held-out accuracy after training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    training = Training(patch(BUDGET, seed=seed), network, datasets.load(BUDGET.dataset), Freezer(network))
    for _ in range(steps):
        training.step(measure=False)
    with training.freezer.evaluating(), torch.no_grad():
        reached = accuracy(network(training.data.validation_inputs), training.data.validation_targets)
    return sum(parameter.numel() for parameter in network.parameters()), reached


CLAIM = Claim(
    id="cnn-needs-fewer-parameters",
    statement=(
        "On pictures, a convolutional network is as accurate as feedforward networks of several times its parameters, "
        "after the same number of steps on the same batches."
    ),
    source="LeCun et al. 1989; LeCun et al. 1998, section II.A",
    measure=(
        f"parameters of the smallest feedforward network (one hidden layer of {', '.join(map(str, WIDTHS))} neurons) "
        "whose accuracy on held-out clothes is that of the convolutional one or better, the largest where none is, "
        f"over the parameters of the convolutional one; after {STEPS} steps"
    ),
    criterion="at least twice as many parameters",
    run=run,
)
