"""Pretraining by the same steps that train a network in the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine import checkpoint, optimizers
from visualizer.engine.training import Training

KEPT_EVERY = 200  # steps between two checkpoints


class SteppedRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a network learns: `experiment`, the rate falling in a straight line from half of the steps on to 0."""

    experiment: Experiment
    steps: int

    @property
    def network(self) -> str:
        """The id of the network."""
        return self.experiment.network

    def learning_rate(self, step: int) -> float:
        """Return the rate of a step."""
        return self.experiment.learning_rate * min(1.0, 2 * (1 - step / self.steps))


def run_steps(recipe: SteppedRecipe, training: Training, folder: Path, report: Callable[[str], None]) -> None:
    """Train to the end of a recipe; progress is kept in `folder`, from where a stopped run goes on.

    Raises UserError where `folder` holds a checkpoint of another recipe or cannot be written.
    """
    file = folder / f"{recipe.network}.safetensors"
    if file.exists():
        state, experiment = checkpoint.load(file)
        if experiment != recipe.experiment:
            raise UserError(f"{file} was written by another recipe: remove it to start again.")
        training.restore(state, experiment)
    first, started = training.steps_done, time.monotonic()
    losses: list[tuple[float, float]] = []
    report(f"{recipe.network}: step {first} of {recipe.steps}, {training.steps_per_epoch} steps an epoch")
    while training.steps_done < recipe.steps:
        optimizers.set_learning_rate(training.optimizer, recipe.learning_rate(training.steps_done))
        result = training.step(measure=False)
        losses.append((result.loss, result.discriminator_loss))
        done = training.steps_done
        if done % KEPT_EVERY == 0 or done == recipe.steps:
            checkpoint.write(file, training.capture(), recipe.experiment)
            pace = (time.monotonic() - started) / (done - first)
            own, rival = np.mean(losses, axis=0)
            beside = "" if np.isnan(rival) else f", discriminator {rival:.4f}"
            report(f"step {done} of {recipe.steps}, loss {own:.4f}{beside}, {pace:.3f} s a step")
            losses.clear()
