"""Pretraining of a generator and a discriminator, by the same steps that train them in the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import torch
from torch import nn

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine import checkpoint, networks, optimizers
from visualizer.engine.adversarial.pair import with_noise
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import Dataset
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.freezing import Freezer

KEPT_EVERY = 200  # steps between two checkpoints


class AdversarialRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a pair learns: `experiment`, the rate falling in a straight line from half of the steps on to 0."""

    experiment: Experiment
    steps: int

    @property
    def network(self) -> str:
        """The id of the network."""
        return self.experiment.network

    def learning_rate(self, step: int) -> float:
        """Return the rate of a step."""
        return self.experiment.learning_rate * min(1.0, 2 * (1 - step / self.steps))


def train_pair(recipe: AdversarialRecipe, pictures: Pictures, folder: Path, report: Callable[[str], None]) -> nn.Module:
    """Return the trained network; progress is kept in `folder`, from where a stopped run goes on.

    Raises UserError where `folder` holds a checkpoint of another recipe or cannot be written.
    """
    network = networks.build(recipe.network, recipe.experiment.seed, dataset=recipe.experiment.dataset)
    training = AdversarialTraining(recipe.experiment, network, _data(pictures, network), Freezer(network))
    file = folder / f"{recipe.network}.safetensors"
    if file.exists():
        state, experiment = checkpoint.load(file)
        if experiment != recipe.experiment:
            raise UserError(f"{file} was written by another recipe: remove it to start again.")
        training.restore(state, experiment)
    first, started = training.steps_done, time.monotonic()
    report(f"{recipe.network}: step {first} of {recipe.steps}, {training.steps_per_epoch} steps an epoch")
    while training.steps_done < recipe.steps:
        optimizers.set_learning_rate(training.optimizer, recipe.learning_rate(training.steps_done))
        result = training.step(measure=False)
        done = training.steps_done
        if done % KEPT_EVERY == 0 or done == recipe.steps:
            checkpoint.write(file, training.capture(), recipe.experiment)
            pace = (time.monotonic() - started) / (done - first)
            report(
                f"step {done} of {recipe.steps}, discriminator {result.discriminator_loss:.4f}, "
                f"generator {result.loss:.4f}, {pace:.3f} s a step"
            )
    return network


def _data(pictures: Pictures, network: nn.Module) -> Dataset:
    inputs = torch.from_numpy(pictures.images).unsqueeze(1).float() / 255
    return with_noise(Dataset(inputs, torch.ones(len(inputs), 1), inputs[:0], torch.ones(0, 1)), network)
