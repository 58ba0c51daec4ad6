"""Training a generator and a discriminator against each other."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from visualizer.core.experiment import Experiment
from visualizer.core.topics.adversarial import Player, StageName
from visualizer.engine.adversarial.losses import AdversarialLoss
from visualizer.engine.adversarial.thumbnails import Thumbnails
from visualizer.engine.datasets import Dataset, batch_indices, steps_per_epoch
from visualizer.engine.divergence import first_bad_parameter
from visualizer.engine.freezing import Freezer
from visualizer.engine.state import State
from visualizer.engine.training import DivergenceError, StepResult, Training


@dataclass(frozen=True)
class Moment:
    """Where a step stands: what has just been done, by whom, in which of its rounds (from 1), and all it has so far.

    Tensors are (batch, ...); outputs are the discriminator's (batch, 1). What has not happened yet is None.
    """

    player: Player
    stage: StageName
    round: int
    noise: Tensor
    real: Tensor | None = None
    fake: Tensor | None = None
    real_outputs: Tensor | None = None
    fake_outputs: Tensor | None = None
    loss: Tensor | None = None
    sample_gradient: Tensor | None = None

    @property
    def arrows(self) -> Tensor | None:
        """For each generated sample, minus the gradient of the loss of that sample alone."""
        return None if self.sample_gradient is None else -self.sample_gradient * len(self.sample_gradient)


class AdversarialTraining(Training):
    """A step is `discriminator_steps` updates of the discriminator, then `generator_steps` of the generator.

    The network has the modules `generator` and `discriminator` and the attribute `noise_size`. Noise, like batches, is
    a function of (seed, step). One optimizer holds both: as its memory is kept for each parameter and it skips those
    without gradient, it is the same as two.
    """

    loss: AdversarialLoss

    def __init__(self, experiment: Experiment, network: nn.Module, data: Dataset, freezer: Freezer) -> None:
        super().__init__(experiment, network, data, freezer)
        self.generator = network.get_submodule("generator")
        self.discriminator = network.get_submodule("discriminator")
        self.noise_size = int(network.noise_size)  # type: ignore[arg-type]  # any attribute may be a tensor or module
        self.thumbnails = Thumbnails(self.noise_size)

    def rounds(self, player: Player) -> int:
        """Return how many updates of a player make up its turn in a step."""
        experiment = self.experiment
        return experiment.discriminator_steps if player == "discriminator" else experiment.generator_steps

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which the discriminator sees the training data once."""
        batches = steps_per_epoch(len(self.data.training_inputs), self.experiment.batch_size)
        return -(-batches // self.experiment.discriminator_steps)

    def step(self, *, measure: bool = True) -> StepResult:
        """Make one step; the losses are those of the last round of each, before its update.

        Raises DivergenceError where a number is not finite; updates of that step may then have been made.
        """
        step = self.steps_done
        validation = (math.nan, math.nan)
        if self._validation.is_due(step):
            validation, measure = self._validation.measure(self.network, self.freezer), True
        self.thumbnails.offer(step, self.imagine)
        started = time.perf_counter()
        losses: dict[Player, float] = {}
        norms = self._not_measured
        for moment in self.stages():
            if moment.stage == "gradients":
                assert moment.loss is not None
                losses[moment.player] = moment.loss.item()
                if measure:
                    found = self._gradients.norms()
                    norms = np.where(np.isnan(found), norms, found)
        seconds = time.perf_counter() - started
        return StepResult(
            step, measure, losses["generator"], math.nan, *validation, norms, seconds, losses["discriminator"]
        )

    def stages(self) -> Iterator[Moment]:
        """Make the next step, telling each of its stages when it is done; to be run to its end."""
        self._seed_random_numbers()
        for turn in range(self.experiment.discriminator_steps):
            yield from self._improve_discriminator(turn)
        for turn in range(self.experiment.generator_steps):
            yield from self._improve_generator(turn)
        self.steps_done += 1

    def updates(self, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return what the generator's turn would add: a recorded pass ends in its loss, which moves nothing else."""
        own = {name: gradient for name, gradient in gradients.items() if name.startswith("generator.")}
        return super().updates(own)

    def restore(self, snapshot: State, experiment: Experiment) -> None:
        """Go to a state in which `experiment` was in force."""
        super().restore(snapshot, experiment)
        self.thumbnails.cut(snapshot.step)

    def imagine(self, noise: Tensor) -> Tensor:
        """Return what the generator makes of noise (count, noise), in eval mode, without gradients."""
        with self.freezer.evaluating(), torch.no_grad():
            samples: Tensor = self.generator(noise)
        return samples

    def _improve_discriminator(self, turn: int) -> Iterator[Moment]:
        stage = _Stage("discriminator", turn)
        real, noise = self._real(turn), self._noise()
        yield stage("noise", noise, real)
        with torch.no_grad():
            fake = self.generator(noise)
        yield stage("generate", noise, real, fake)
        real_outputs, fake_outputs = self.discriminator(real), self.discriminator(fake)
        yield stage("judge", noise, real, fake, real_outputs, fake_outputs)
        loss = self.loss.discriminator(real_outputs, fake_outputs)
        yield stage("loss", noise, real, fake, real_outputs, fake_outputs, loss)
        self._backward(stage, loss, self.discriminator.parameters())
        yield stage("gradients", noise, real, fake, real_outputs, fake_outputs, loss)
        self.optimizer.step()
        yield stage("update", noise, real, fake, real_outputs, fake_outputs, loss)

    def _improve_generator(self, turn: int) -> Iterator[Moment]:
        stage = _Stage("generator", turn)
        noise = self._noise()
        yield stage("noise", noise)
        fake = self.generator(noise)
        yield stage("generate", noise, None, fake)
        outputs = self.discriminator(fake)
        yield stage("judge", noise, None, fake, None, outputs)
        loss = self.loss.generator(outputs)
        yield stage("loss", noise, None, fake, None, outputs, loss)
        self._backward(stage, loss, [fake, *self.generator.parameters()])
        gradient = fake.grad if fake.requires_grad else None
        yield stage("samples", noise, None, fake, None, outputs, loss, gradient)
        yield stage("gradients", noise, None, fake, None, outputs, loss, gradient)
        self.optimizer.step()
        yield stage("update", noise, None, fake, None, outputs, loss, gradient)

    def _real(self, turn: int) -> Tensor:
        inputs, experiment = self.data.training_inputs, self.experiment
        batch = self.steps_done * experiment.discriminator_steps + turn
        return inputs[batch_indices(len(inputs), experiment.batch_size, experiment.seed, batch)]

    def _noise(self) -> Tensor:
        return torch.randn(self.experiment.batch_size or len(self.data.training_inputs), self.noise_size)

    def _backward(self, stage: _Stage, loss: Tensor, wanted: Iterable[Tensor]) -> None:
        """Leave the player's trainable parameters, and no others, the gradient of its loss."""
        self._gradients.forget()
        trainable = [tensor for tensor in wanted if tensor.requires_grad]
        if trainable:
            torch.autograd.backward(loss, inputs=trainable)
        if not math.isfinite(loss.item()):
            raise self._failure(stage, "loss")
        if not self._gradients.are_finite():
            raise self._failure(stage, "gradient")

    def _failure(self, stage: _Stage, what: str) -> DivergenceError:
        step = self.steps_done
        parameter = first_bad_parameter(self.network)
        first = (stage.player, stage.round) == ("discriminator", 1)
        last_good = step - 1 if parameter and first else step
        bad = f"the parameter '{parameter}'" if parameter else f"the {stage.player}'s {what}"
        return DivergenceError(
            f"Training diverged at step {step}: {bad} is not finite. "
            f"The last good state is that of step {last_good}; try a lower learning rate.",
            last_good,
        )


class _Stage:
    """Makes the moments of one round."""

    def __init__(self, player: Player, turn: int) -> None:
        self.player, self.round = player, turn + 1

    def __call__(self, name: StageName, *tensors: Tensor | None) -> Moment:
        noise, *others = tensors
        assert noise is not None
        return Moment(self.player, name, self.round, noise, *others)
