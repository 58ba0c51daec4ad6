"""Kinds of recurrent networks trained side by side, in slices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.topics.sequences import CellKind, CompareMemory, MemoryCompared, MemoryCurve
from visualizer.engine.datasets import Dataset
from visualizer.engine.recurrence.frame import step_names
from visualizer.engine.recurrence.memory import learner, state_gradient_norms
from visualizer.engine.recurrence.passes import Origin, OtherPasses

PICTURES = 20  # frames on the way
LARGEST = 512
LONGEST = 100_000


@dataclass
class Racer:
    """One of the networks and what it has measured."""

    kind: CellKind
    origin: Origin
    initial_norms: Tensor
    losses: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)

    def step(self) -> None:
        """Train once."""
        result = self.origin.run.step()
        self.losses.append(result.loss)
        self.accuracy.append(result.accuracy)


def compare(
    experiment: Experiment, data: Dataset, wanted: CompareMemory, sample: int, passes: OtherPasses
) -> Iterator[MemoryCompared | None]:
    """Train the wanted kinds of networks step by step in turn; yields a frame now and then, None between.

    Their numbers can be asked of `passes`, until the next comparison. Raises UserError for numbers out of range and
    for data that are no sequences.
    """
    _check(wanted)
    racers = [_racer(kind, experiment, data, wanted.units, sample) for kind in dict.fromkeys(wanted.networks)]
    passes.compare({racer.kind: racer.origin for racer in racers}, sample)
    yield _frame(racers, experiment, data, wanted, sample, 0)
    for done in range(1, wanted.steps + 1):
        for racer in racers:
            racer.step()
            yield None
        if done == wanted.steps or done * PICTURES // wanted.steps > (done - 1) * PICTURES // wanted.steps:
            yield _frame(racers, experiment, data, wanted, sample, done)


def _racer(kind: CellKind, experiment: Experiment, data: Dataset, units: int, sample: int) -> Racer:
    training = learner(kind, experiment, data, units)
    return Racer(kind, Origin.of(training), state_gradient_norms(training, slice(sample, sample + 1)))


def _curve(racer: Racer, sample: int) -> MemoryCurve:
    norms = state_gradient_norms(racer.origin.run.training, slice(sample, sample + 1))
    return MemoryCurve(
        network=racer.kind,
        losses=np.array(racer.losses, dtype=np.float32),
        accuracy=np.array(racer.accuracy, dtype=np.float32),
        norms=norms.float().numpy(),
        initial_norms=racer.initial_norms.float().numpy(),
    )


def _frame(
    racers: list[Racer], experiment: Experiment, data: Dataset, wanted: CompareMemory, sample: int, done: int
) -> MemoryCompared:
    steps = data.validation_inputs.shape[1]
    return MemoryCompared(
        dataset=experiment.dataset,
        seed=experiment.seed,
        sample=sample,
        units=wanted.units,
        names=step_names(data.step_names[sample] if data.step_names else (), steps),
        curves=[_curve(racer, sample) for racer in racers],
        steps=wanted.steps,
        progress=done / wanted.steps,
        finished=done == wanted.steps,
    )


def _check(wanted: CompareMemory) -> None:
    if not wanted.networks:
        raise UserError("There is nothing to compare: name some of rnn, lstm and gru.")
    if not 1 <= wanted.steps <= LONGEST:
        raise UserError(f"{wanted.steps} updates cannot be made: 1 to {LONGEST}.")
    if not 1 <= wanted.units <= LARGEST:
        raise UserError(f"A hidden state of {wanted.units} units cannot be used: 1 to {LARGEST}.")
