"""Training one network: what a step does, and what it measures while doing it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import NamedTuple, Self

import msgspec
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine import losses, optimizers, state
from visualizer.engine.accuracy import accuracy
from visualizer.engine.datasets import Dataset, batch_indices, steps_per_epoch
from visualizer.engine.divergence import first_bad_parameter, first_bad_result
from visualizer.engine.edits import Edits
from visualizer.engine.freezing import Freezer
from visualizer.engine.gradients import Gradients
from visualizer.engine.state import State
from visualizer.engine.validation import Validation


class StepResult(msgspec.Struct, frozen=True):
    """What was measured at the parameters after `step` updates: of the next mini-batch, and of held-out samples.

    `gradient_norms` are L2 norms (layers,), NaN where a layer has no gradient; `validation_*` is NaN where it was
    not its turn. Only the loss is there where the step was not `measured`. `seconds` is the time of the update itself.
    Of a pair, `loss` is the generator's; `discriminator_loss` is NaN where there is no discriminator.
    """

    step: int
    measured: bool
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    gradient_norms: npt.NDArray[np.float32]
    seconds: float
    discriminator_loss: float = math.nan


class Attempt(NamedTuple):
    """A mini-batch that went forward and backward: the network's output, its targets and their mean loss."""

    output: Tensor
    targets: Tensor
    loss: Tensor


class DivergenceError(UserError):
    """A step gave numbers that are not finite; `last_good` is the last step whose state was finite."""

    def __init__(self, sentence: str, last_good: int) -> None:
        super().__init__(sentence)
        self.last_good = last_good


class Training:
    """A network, its data and its optimizer; where it stands follows from the experiment and the number of steps alone.

    The mini-batch of a step and the random numbers drawn in it (dropout masks) are functions of (seed, step).
    """

    def __init__(self, experiment: Experiment, network: nn.Module, data: Dataset, freezer: Freezer) -> None:
        self.network, self.data, self.freezer = network, data, freezer
        self.loss = losses.loss(experiment.loss)
        self.steps_done = 0
        self._validation = Validation(data, self.loss, experiment.batch_size)
        self._gradients = Gradients(network, freezer.layers)
        self._not_measured = np.full(len(freezer.layers), np.nan, np.float32)
        self._edits = Edits(network)
        self._edits.check(experiment.edits)
        self._experiment = experiment
        self.optimizer = self._new_optimizer()
        freezer.apply(experiment.frozen)
        self._edit()

    @property
    def experiment(self) -> Experiment:
        """The experiment that the next step will follow."""
        return self._experiment

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in one pass over the training data."""
        return steps_per_epoch(len(self.data.training_targets), self._experiment.batch_size)

    def apply(self, experiment: Experiment) -> None:
        """Take over what can change between two steps: freeze plan, learning rate, optimizer, edits of this step.

        A new optimizer starts without memory, and so does the present one for parameters that are unfrozen.
        Raises UserError, and changes nothing, for a freeze pattern that names no module and an edit of no number.
        """
        self.check(experiment)
        self._take_over(experiment)
        self._edit()

    def check(self, experiment: Experiment) -> None:
        """Raise UserError for a freeze pattern that names no module and an edit of no number."""
        self.freezer.check(experiment.frozen)
        self._edits.check(experiment.edits)

    def _take_over(self, experiment: Experiment) -> None:
        unfrozen = self.freezer.apply(experiment.frozen)
        changed = experiment.optimizer != self._experiment.optimizer
        self._experiment = experiment
        if changed:
            self.optimizer = self._new_optimizer()
        optimizers.set_learning_rate(self.optimizer, experiment.learning_rate)
        optimizers.forget(self.optimizer, unfrozen)

    def step(self, *, measure: bool = True) -> StepResult:
        """Train on the next mini-batch; raise DivergenceError, the update not made, where a number is not finite.

        What is measured changes nothing; where it is the validation's turn, everything is.
        """
        step = self.steps_done
        validation = (math.nan, math.nan)
        if self._validation.is_due(step):
            validation, measure = self._validation.measure(self.network, self.freezer), True
        started = time.perf_counter()
        output, targets, loss = self.attempt()
        value = loss.item()
        if not (math.isfinite(value) and self._gradients.are_finite()):
            raise self._divergence()
        norms = self._gradients.norms() if measure else self._not_measured
        self.optimizer.step()
        seconds = time.perf_counter() - started
        self.steps_done += 1
        if self._experiment.edits:
            self._edits.forget()
            self._edit()
        share = accuracy(output, targets) if measure else math.nan
        return StepResult(step, measure, value, share, *validation, norms, seconds)

    def attempt(self) -> Attempt:
        """Send the next mini-batch forward and backward, without the update: its gradients stay in the parameters."""
        inputs, targets = self._batch()
        self._seed_random_numbers()
        self._gradients.forget()
        output = self.network(inputs)
        loss = self.loss(output, targets)
        if loss.requires_grad:
            torch.autograd.backward(loss)
        return Attempt(output, targets, loss)

    def validate(self) -> tuple[Tensor, Tensor]:
        """Return outputs and targets of what validation looks at; raise UserError where it is not its turn."""
        if not self._validation.is_due(self.steps_done):
            raise UserError(
                f"Nothing was validated at step {self.steps_done}: it is done every {self._validation.interval} steps."
            )
        return self._validation.outputs(self.network, self.freezer)

    def updates(self, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return by name what a step with the gradients of a recorded pass would add; nothing is changed."""
        return optimizers.updates(self.optimizer, self.network, gradients)

    def twin(self) -> Self:
        """Return a copy in the same state, that goes its own way."""
        network = state.twin_of(self.network)
        twin = type(self)(self.experiment, network, self.data, self.freezer.twin(network))
        twin.restore(self.capture(), self.experiment)
        return twin

    def _batch(self) -> tuple[Tensor, Tensor]:
        """Return inputs (batch, ...) and targets (batch,) of the next step."""
        inputs, targets = self.data.training_inputs, self.data.training_targets
        experiment = self._experiment
        indices = batch_indices(len(targets), experiment.batch_size, experiment.seed, self.steps_done)
        return inputs[indices], targets[indices]

    def capture(self) -> State:
        """Return a copy of the present state as it was before the edits of this step."""
        captured = state.capture(self.steps_done, self.network, self.optimizer)
        self._edits.undo_in(captured.network)
        return captured

    def restore(self, snapshot: State, experiment: Experiment) -> None:
        """Go to a state in which `experiment` was in force, and make the edits of its step."""
        self._take_over(experiment)
        state.restore(snapshot, self.network, self.optimizer)
        self.steps_done = snapshot.step
        self._edits.forget()
        self._edit()
        self.freezer.forget_fingerprints()

    def _edit(self) -> None:
        for parameter in self._edits.make(self._experiment.edits, self.steps_done):
            self.freezer.accept(parameter)

    def _new_optimizer(self) -> torch.optim.Optimizer:
        return optimizers.build(self._experiment.optimizer, self.network.parameters(), self._experiment.learning_rate)

    def _seed_random_numbers(self) -> None:
        """Spread the seeds over the 32 bits that torch uses (Knuth's multiplicative hash), steps side by side."""
        torch.default_generator.manual_seed((self._experiment.seed * 2654435761 + self.steps_done) % 2**32)

    def _divergence(self) -> DivergenceError:
        step = self.steps_done
        parameter = first_bad_parameter(self.network)
        if parameter:
            bad, last_good = f"the parameter '{parameter}'", step - 1
        else:
            self._seed_random_numbers()
            bad, last_good = first_bad_result(self.network, self.loss, *self._batch()), step
        return DivergenceError(
            f"Training diverged at step {step}: {bad} is not finite. "
            f"The last good state is that of step {last_good}; try a lower learning rate.",
            last_good,
        )
