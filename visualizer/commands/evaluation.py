"""Loss and accuracy on all held-out samples."""

from __future__ import annotations

import torch
from torch import nn

from visualizer.core.experiment import Experiment
from visualizer.engine import datasets, losses
from visualizer.engine.accuracy import accuracy

BATCH = 256


def held_out(network: nn.Module, experiment: Experiment) -> tuple[float, float]:
    """Return mean loss and accuracy (NaN for a regression) over the held-out samples of an experiment's data.

    The network is left in eval mode; not every network can be copied.
    """
    data, loss = datasets.load(experiment.dataset), losses.loss(experiment.loss)
    network.eval()
    count, total, right = len(data.validation_targets), 0.0, 0.0
    with torch.inference_mode():
        for start in range(0, count, BATCH):
            targets = data.validation_targets[start : start + BATCH]
            output = network(data.validation_inputs[start : start + BATCH])
            total += loss(output, targets).item() * len(targets)
            right += accuracy(output, targets) * len(targets)
    return total / count, right / count
