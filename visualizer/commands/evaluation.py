"""Loss and accuracy on all held-out samples."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError, named
from visualizer.core.experiment import Experiment
from visualizer.engine import losses
from visualizer.engine.accuracy import accuracy
from visualizer.engine.datasets import Dataset

BATCH = 256


def held_out(network: nn.Module, data: Dataset, experiment: Experiment) -> tuple[float, float]:
    """Return mean loss and accuracy (NaN for a regression) over the held-out samples of the data, or all their steps.

    The network is left in eval mode; not every network can be copied.
    """
    loss = losses.loss(experiment.loss)
    network.eval()
    samples, count, total, right = len(data.validation_targets), 0, 0.0, 0.0
    with torch.inference_mode():
        for start in range(0, samples, BATCH):
            targets = data.validation_targets[start : start + BATCH]
            output = _output(network, data.validation_inputs[start : start + BATCH], experiment.network)
            counted = len(targets) if targets.is_floating_point() else int((targets >= 0).sum())
            total += loss(output, targets).item() * counted
            right += accuracy(output, targets) * counted
            count += counted
    return total / count, right / count


def _output(network: nn.Module, inputs: Tensor, name: str) -> Tensor:
    """Return what a network gives; raise UserError where it breaks off, as it may for this number of samples only."""
    try:
        output: Tensor = network(inputs)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        sizes = "×".join(map(str, inputs.shape))
        raise UserError(f"{name}: the held-out samples, of shape {sizes}, ended in {named(error)}.") from error
    return output
