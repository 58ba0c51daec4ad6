"""Loss and accuracy on held-out samples while training goes on."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from visualizer.engine.accuracy import accuracy
from visualizer.engine.datasets import Dataset, steps_per_epoch
from visualizer.engine.freezing import Freezer
from visualizer.engine.losses import Loss

SAMPLES = 200
PART = 32  # so many at once, whose activations fit into the processor's cache
SHORTEST_INTERVAL = 20
SHARE = 0.08  # of the work of training, a sample trained on costing three times one that is only looked at


class Validation:
    """Measures every `interval` steps and where an epoch begins, on samples spread evenly over the held-out ones."""

    def __init__(self, data: Dataset, loss: Loss, batch_size: int) -> None:
        count = len(data.validation_targets)
        chosen = torch.linspace(0, count - 1, min(count, SAMPLES)).round().long()
        self._inputs, self._targets = data.validation_inputs[chosen], data.validation_targets[chosen]
        self._loss = loss
        trained = len(data.training_targets)
        worth = len(chosen) / (3 * (batch_size or trained))  # of one measurement, in steps
        self.interval = max(SHORTEST_INTERVAL, math.ceil(worth / SHARE))
        self._epoch = max(self.interval, steps_per_epoch(trained, batch_size))

    def is_due(self, step: int) -> bool:
        """Return whether it is measured after `step` updates; step 0 is."""
        return step % self.interval == 0 or step % self._epoch == 0

    def measure(self, network: nn.Module, freezer: Freezer) -> tuple[float, float]:
        """Return loss and accuracy in eval mode; the network is left as it was."""
        output, targets = self.outputs(network, freezer)
        return self._loss(output, targets).item(), accuracy(output, targets)

    def outputs(self, network: nn.Module, freezer: Freezer) -> tuple[Tensor, Tensor]:
        """Return what the network says in eval mode, and what it should say."""
        with freezer.evaluating(), torch.no_grad():
            output = torch.cat([network(part) for part in torch.split(self._inputs, PART)])
        return output, self._targets
