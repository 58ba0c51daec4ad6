"""Pretraining of a generator and a discriminator against each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from visualizer.engine import networks
from visualizer.engine.adversarial.pair import with_noise
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import Dataset
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.freezing import Freezer
from visualizer.engine.recipes.stepping import SteppedRecipe, run_steps


class AdversarialRecipe(SteppedRecipe, frozen=True, kw_only=True):
    """How a pair learns."""


def train_pair(recipe: AdversarialRecipe, pictures: Pictures, folder: Path, report: Callable[[str], None]) -> nn.Module:
    """Return the trained network; raise UserError as `run_steps` does."""
    network = networks.build(recipe.network, recipe.experiment.seed, dataset=recipe.experiment.dataset)
    training = AdversarialTraining(recipe.experiment, network, _data(pictures, network), Freezer(network))
    run_steps(recipe, training, folder, report)
    return network


def _data(pictures: Pictures, network: nn.Module) -> Dataset:
    inputs = torch.from_numpy(pictures.images).unsqueeze(1).float() / 255
    return with_noise(Dataset(inputs, torch.ones(len(inputs), 1), inputs[:0], torch.ones(0, 1)), network)
