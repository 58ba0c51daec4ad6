"""Numbers of other passes than the recorded one: each pass is made again when one of its numbers is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.passes import Named
from visualizer.core.quantities import Kind
from visualizer.core.topics.sequences import CellKind
from visualizer.engine.explain.metrics import Metrics
from visualizer.engine.recording import record
from visualizer.engine.recordings import RecordedSample, record_sample
from visualizer.engine.recurrence.forecasting import check_series, moved_on
from visualizer.engine.recurrence.writing import check_text, signs_of
from visualizer.engine.run import Run
from visualizer.engine.state import capture, copy_of
from visualizer.engine.training import Training

KEPT = 8  # passes that are kept for the questions that follow
_OF_THE_RUN: tuple[Kind, ...] = ("metric", "initial")


@dataclass(frozen=True)
class Origin:
    """A run, its first parameters, and what explains its steps."""

    run: Run
    initial: Mapping[str, Tensor]
    metrics: Metrics

    @classmethod
    def of(cls, training: Training) -> Self:
        """Return a new run of a training that has not begun."""
        run, initial = Run(training), copy_of(training.network)
        return cls(run, initial, Metrics(run, initial))


class OtherPasses:
    """Answers for passes by their names (core.passes)."""

    def __init__(self, own: Origin) -> None:
        self._own = own
        self._compared: dict[CellKind, Origin] = {}
        self._compared_sample = 0
        self._made: dict[object, RecordedSample] = {}

    def compare(self, origins: Mapping[CellKind, Origin], sample: int) -> None:
        """Take the networks of a new comparison, and the sample that they are seen at."""
        self._compared, self._compared_sample = dict(origins), sample
        self._made.clear()

    def origin(self, named: Named) -> Origin:
        """Return the run that a pass belongs to; raise UserError where it is gone."""
        if named.kind != "compared":
            return self._own
        found = next((origin for cell, origin in self._compared.items() if cell == named.parts[0]), None)
        if found is None:
            raise UserError("The comparison that this number was of is gone: start it again.")
        return found

    def made(self, named: Named) -> RecordedSample:
        """Return a pass, made now or a moment ago."""
        run = self.origin(named).run
        key = (named.kind, named.parts, id(run), run.steps_done, run.training.experiment)
        if key not in self._made:
            while len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = self._make(named)
        return self._made[key]

    def _make(self, named: Named) -> RecordedSample:
        training = self.training(named)
        match named.kind, named.parts:
            case "sample", (_, number):
                return record_sample(training, int(number))
            case "compared", _:
                return record_sample(training, self._compared_sample)
            case "text", (_, text):
                entry = catalogue.dataset(training.experiment.dataset)
                check_text(entry, text)
                return _recorded(training, signs_of(entry, text))
            case "free", (_, start, place):
                check_series(training.experiment.dataset)
                with training.freezer.evaluating(), torch.no_grad():
                    window = moved_on(training.network, training.data.validation_inputs[int(start)], int(place))
                return _recorded(training, window)
        raise UserError(f"A {named.kind} holds no '{named.quantity}'.")

    def training(self, named: Named) -> Training:
        """Return a copy of the training that a pass belongs to, as it stood then."""
        return self.origin(named).run.at(int(named.parts[named.kind == "compared"]))


def input_of(made: RecordedSample) -> str:
    """Return the name of what a pass has read."""
    return next(node.id for node in made.seen.graph.nodes if node.kind == "input")


def output_of(made: RecordedSample) -> str:
    """Return the name of what a pass has given out."""
    return made.seen.graph.outputs[0]


def given_to(made: RecordedSample) -> Tensor:
    """Return what a pass has read, (steps, features)."""
    return made.seen.activations[input_of(made)][0]


def _recorded(training: Training, sequence: Tensor) -> RecordedSample:
    """Record a pass of a sequence (steps, features), forward only: nothing says what would have been right."""
    with training.freezer.evaluating(), torch.random.fork_rng(devices=[]):
        seen = record(training.network, (sequence.unsqueeze(0),), input_gradient=False)
    now = capture(training.steps_done, training.network, training.optimizer)
    none = torch.empty(0, dtype=torch.int64)
    return RecordedSample(-1, none, seen, now.network, now.step, training.experiment, now.optimizer)
