"""What a step of training measured, made again: its mini-batch goes once more through a copy of the network of then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from visualizer.core.errors import UserError, unknown
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Operand
from visualizer.core.quantities import Kind
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import batch_indices
from visualizer.engine.explain.element import Place, constant
from visualizer.engine.explain.scene import check_place
from visualizer.engine.losses import IGNORED

if TYPE_CHECKING:
    from visualizer.engine.training import Training


@dataclass(frozen=True)
class Answers:
    """Outputs and targets of a batch, with the loss that was measured of them together.

    `terms` are losses of single samples (or numbers, or time steps), whose mean is the loss, by what they are of.
    """

    loss: float
    terms: dict[str, Tensor]
    output: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Measured:
    """One step: `answers` by the name of its loss, gradients and the optimizer's memory before its update.

    `samples` are the numbers of the training samples in its mini-batch.
    """

    step: int
    experiment: Experiment
    answers: dict[str, Answers]
    gradients: dict[str, Tensor]
    memory: Mapping[str, Tensor]
    parameters: Mapping[str, Tensor]
    samples: Tensor

    def gradient(self, name: str, place: Place) -> Operand:
        """Return one number of a gradient; raise UserError where there was none, or several one after another."""
        steps = {"discriminator": self.experiment.discriminator_steps, "generator": self.experiment.generator_steps}
        player = name.partition(".")[0]
        if "discriminator_loss" in self.answers and steps.get(player, 1) > 1:
            raise UserError(f"The {player} makes {steps[player]} updates in a step: only single ones can be explained.")
        if name in self.parameters and name not in self.gradients:
            raise UserError(
                f"'{name}' was not changed by step {self.step}: it was frozen, or the loss does not depend on it."
            )
        g = element(self.gradients, name, place, "parameter_gradient")
        return Operand("g", g, f"gradient/{name}", (self.step, *place), "metric")

    def remembered(self, symbol: str, quantity: str, name: str, place: Place) -> Operand:
        """Return one number of the optimizer's memory before the update; it began as zero."""
        tensor = self.memory.get(f"{quantity}/{name}")
        if tensor is None:
            return constant(symbol, 0.0)
        return Operand(symbol, float(tensor[place]), f"{quantity}/{name}", (self.step, *place), "metric")


def element(tensors: Mapping[str, Tensor], name: str, place: Place, kind: Kind) -> float:
    """Return one number; raise UserError where there is no such tensor or place."""
    if name not in tensors:
        raise unknown(kind.replace("_", " "), name, tensors)
    check_place(kind, name, tensors[name], place)
    return float(tensors[name][place])


def measured(training: Training) -> Measured:
    """Return what the next step of a training measures; `training` is a copy, and is used up."""
    before = training.capture()
    experiment, inputs = training.experiment, training.data.training_inputs
    if isinstance(training, AdversarialTraining):
        answers, gradients = _of_a_pair(training)
        batch = (before.step + 1) * experiment.discriminator_steps - 1
    else:
        attempt, batch = training.attempt(), before.step
        answers = {"loss": _answers(attempt.loss, attempt.output, attempt.targets)}
        gradients = _gradients(training)
    samples = batch_indices(len(inputs), experiment.batch_size, experiment.seed, batch)
    return Measured(before.step, experiment, answers, gradients, before.optimizer, before.network, samples)


def validated(training: Training) -> Answers:
    """Return what validation sees at the present step of a training; raise UserError where it is not its turn."""
    output, targets = training.validate()
    loss = training.loss(output, targets)
    if isinstance(training, AdversarialTraining):
        return Answers(loss.item(), {"held-out noise": _each(training.loss.generator, output)}, output, targets)
    return _answers(loss, output, targets)


def _answers(loss: Tensor, output: Tensor, targets: Tensor) -> Answers:
    output = output.detach()
    if targets.is_floating_point():
        return Answers(loss.item(), {"number": (output - targets).square().flatten()}, output, targets)
    rows, classes = output.reshape(-1, output.shape[-1]), targets.flatten()
    counted = classes != IGNORED
    terms = functional.cross_entropy(rows[counted], classes[counted], reduction="none")
    what = "time step" if targets.dim() > 1 else "sample"
    return Answers(loss.item(), {what: terms}, rows[counted], classes[counted])


def _of_a_pair(training: AdversarialTraining) -> tuple[dict[str, Answers], dict[str, Tensor]]:
    """Return the losses of both players in the last round of each, and the gradients of these."""
    answers: dict[str, Answers] = {}
    gradients: dict[str, Tensor] = {}
    for moment in training.stages():
        if moment.stage != "gradients":
            continue
        assert moment.loss is not None and moment.fake_outputs is not None
        gradients |= _gradients(training)
        fake, value = moment.fake_outputs.detach(), moment.loss.item()
        if moment.player == "generator":
            terms = {"generated sample": _each(training.loss.generator, fake)}
            answers["loss"] = Answers(value, terms, fake, torch.ones_like(fake))
        else:
            assert moment.real_outputs is not None
            real = moment.real_outputs.detach()
            terms = {
                "real sample": _each(training.loss.real, real),
                "generated sample": _each(training.loss.fake, fake),
            }
            answers["discriminator_loss"] = Answers(value, terms, real, torch.ones_like(real))
    return answers, gradients


def _each(loss: object, outputs: Tensor) -> Tensor:
    """Return the loss of each sample alone: a loss is the mean over its batch, and that of one is its own."""
    assert callable(loss)
    return torch.stack([loss(output) for output in torch.split(outputs.detach(), 1)])


def _gradients(training: Training) -> dict[str, Tensor]:
    named = training.network.named_parameters()
    return {name: parameter.grad.detach().clone() for name, parameter in named if parameter.grad is not None}
