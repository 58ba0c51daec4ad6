"""Pretraining of a recurrent network on the sequences that ship, and how good it is on those it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from visualizer.engine import datasets, losses, networks
from visualizer.engine.accuracy import accuracy
from visualizer.engine.freezing import Freezer
from visualizer.engine.recipes.stepping import SteppedRecipe, run_steps
from visualizer.engine.training import Training


class SequenceRecipe(SteppedRecipe, frozen=True, kw_only=True):
    """How a network learns what comes next."""


def train_sequences(recipe: SequenceRecipe, folder: Path, report: Callable[[str], None]) -> nn.Module:
    """Return the trained network; raise UserError as `run_steps` does."""
    experiment = recipe.experiment
    network = networks.build(recipe.network, experiment.seed, dataset=experiment.dataset)
    training = Training(experiment, network, datasets.load(experiment.dataset), Freezer(network))
    run_steps(recipe, training, folder, report)
    return network


@torch.no_grad()
def held_out(recipe: SequenceRecipe, network: nn.Module) -> tuple[float, float]:
    """Return the mean loss of held-out sequences and the share of steps whose likeliest class is right."""
    data = datasets.load(recipe.experiment.dataset)
    output = network.eval()(data.validation_inputs)
    loss = losses.loss(recipe.experiment.loss)(output, data.validation_targets)
    return float(loss), accuracy(output, data.validation_targets)
