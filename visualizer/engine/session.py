"""The session: one experiment at a time, configured, trained, taken back and looked at. Knows nothing of processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import nn

from visualizer.core import catalogue
from visualizer.core.errors import UserError, named
from visualizer.core.experiment import LIVE, Experiment, check
from visualizer.core.frames import (
    Checkpoint,
    Configured,
    Explanation,
    Frame,
    Freezing,
    Metrics,
    Problem,
    Recording,
    Samples,
    Saved,
    Surface,
)
from visualizer.core.messages import Scan
from visualizer.core.passes import taken_apart
from visualizer.core.quantities import Kind
from visualizer.core.topics.pictures import OWN
from visualizer.engine import checkpoint, surfaces, weights
from visualizer.engine.adversarial.numbers import PairNumbers
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.construction import construct
from visualizer.engine.explain.metrics import Metrics as MetricsExplained
from visualizer.engine.freezing import Freezer
from visualizer.engine.learning_obstacles import failing_layer
from visualizer.engine.metrics import MetricsQueue
from visualizer.engine.pictures.own import OwnSample, own_sample
from visualizer.engine.recordings import RecordedSample, explain_recorded, record_sample, recording_frame
from visualizer.engine.recurrence import telling
from visualizer.engine.recurrence.passes import Origin, OtherPasses
from visualizer.engine.run import Run
from visualizer.engine.sampling import Sampling
from visualizer.engine.state import State, copy_of
from visualizer.engine.step_times import StepTimes
from visualizer.engine.training import DivergenceError, StepResult, Training

Values = npt.NDArray[np.float32]


class TrainingSession:
    """Runs experiments. All methods raise UserError for what a person can mend; the session then is as it was.

    An optimizer that is exchanged starts without memory; the parameters stay.
    """

    def __init__(self) -> None:
        self._run: Run | None = None
        self._recorded: RecordedSample | None = None
        self._own: OwnSample | None = None
        self.pair_numbers: PairNumbers | None = None

    @property
    def network(self) -> nn.Module:
        """The live network."""
        return self._configured_run.training.network

    @property
    def training(self) -> Training:
        """What is being trained; raise UserError where it cannot be."""
        return self._trainable_run.training

    @property
    def recorded(self) -> RecordedSample | None:
        """The last recording."""
        return self._recorded

    @property
    def moment(self) -> object:
        """What the state of the network and the recorded sample follow from; equal as long as neither has changed."""
        sample = None if self._recorded is None else self._recorded.sample
        return None if self._run is None else (id(self._run), self.steps_done, self.experiment, sample)

    @property
    def experiment(self) -> Experiment:
        """The experiment that the next step will follow."""
        return self._configured_run.training.experiment

    @property
    def steps_done(self) -> int:
        """How many updates were made."""
        return self._run.steps_done if self._run else 0

    @property
    def earliest(self) -> int:
        """The first step that `seek` can reach."""
        return self._run.earliest if self._run else 0

    @property
    def layers(self) -> list[str]:
        """Paths of the modules with parameters of their own, in forward order: the columns of `gradient_norms`."""
        return self._configured_run.training.freezer.layers

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in one pass over the training data."""
        return self._configured_run.training.steps_per_epoch

    def configure(self, experiment: Experiment) -> list[Frame]:
        """Make this the experiment: live where nothing but what LIVE names differs, else from step 0.

        A network that does not fit its data gives its graph as far as it ran, and a Problem. Where edits of the past
        differ, the run goes back to the first of them: `seek` makes the steps after it again.
        """
        check(experiment)
        run = self._run
        if run is None or _differ(self.experiment, experiment, without=LIVE) or not run.can_settle(experiment):
            return self._start(experiment)
        frozen, done = self.experiment.frozen, run.steps_done
        run.settle(experiment)
        if run.steps_done < done:
            self._metrics.cut(run.steps_done)
        if experiment.frozen != frozen:
            self._times.freezing_changed()
        return [self._configured(rebuilt=False), self.freezing()]

    def reset(self) -> list[Frame]:
        """Go back to step 0 with an empty history; the initial weights are the same again."""
        return self._start(self.experiment)

    def restore(self, path: Path) -> list[Frame]:
        """Go on from a checkpoint; the history begins there."""
        state, experiment = checkpoint.load(path)
        try:
            return self._start(experiment, state)
        except (KeyError, RuntimeError) as error:  # a tensor is missing or has another shape
            raise UserError(f"{path} holds no state of {experiment.network}: {error}.") from error

    def step(self, *, measure: bool = True) -> StepResult:
        """Train one step; raise DivergenceError, back at the last good step, where the numbers are not finite."""
        run = self._trainable_run
        if self._built.unlearnable:
            raise UserError(self._built.unlearnable)
        try:
            result = run.step(measure=measure)
        except DivergenceError:
            self._metrics.cut(run.steps_done)
            raise
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if not catalogue.is_network_file(self.experiment.network):
                raise
            how = failing_layer(run.training) or f"failed with {named(error)}."
            raise UserError(f"{self.experiment.network}: step {run.steps_done} {how}") from error
        if result.measured:
            self._metrics.add(result)
        self._times.add(result.seconds, all_trainable=not self.experiment.frozen)
        return result

    def train(self, until: float) -> Iterator[None]:
        """Train until so many steps are done, yielding after each; those that are measured follow `Sampling`."""
        return self._train(self._trainable_run, until)

    def seek(self, step: int) -> Iterator[None]:
        """Go to a step, yielding after each one on the way: back to a snapshot and a replay, or forward by training.

        The present experiment stays in force, also where closing the iterator ends the way early.
        """
        run = self._trainable_run
        if step < run.earliest:
            raise UserError(f"Step {step} cannot be reached: what is kept of this run begins at step {run.earliest}.")
        return self._replay(run, step) if step < run.steps_done else self.train(step)

    def _train(self, run: Run, until: float) -> Iterator[None]:
        sampling = Sampling()
        while run.steps_done < until:
            self.step(measure=sampling.is_due(run.steps_done, until - run.steps_done))
            yield

    def _replay(self, run: Run, step: int) -> Iterator[None]:
        wanted = self.experiment
        try:
            run.rewind(step)
            while run.steps_done < step:
                yield
                run.step(measure=False)
        finally:
            run.settle(wanted)
            self._metrics.cut(run.steps_done)

    def metrics(self) -> Metrics | None:
        """Return the rows of the steps since the last call, None where there is nothing new."""
        return self._metrics.take() if self._run else None

    def freezing(self) -> Freezing:
        """Return which layers are frozen, with fingerprints taken now, and how long a step takes."""
        freezer = self._configured_run.training.freezer
        return Freezing(
            layers=freezer.statuses(),
            trainable_count=freezer.trainable_count,
            parameter_count=freezer.parameter_count,
            milliseconds_all_trainable=self._times.milliseconds_all_trainable,
            milliseconds_now=self._times.milliseconds_now,
        )

    def feed(self, values: Values, target: int) -> None:
        """Take an input of the user's own as sample -1; `target` -1 stands for the network's own prediction."""
        data = self._configured_run.training.data
        self._own = own_sample(values, target, tuple(data.training_inputs.shape[1:]), data.classes)

    def has_sample(self, sample: int) -> bool:
        """Return whether there is such a sample to record."""
        data = self._configured_run.training.data
        return self._own is not None if sample == OWN else 0 <= sample < len(data.validation_targets)

    def record(self, sample: int, *, live: bool = False) -> Recording:
        """Record one pass of one held-out sample, or of the own one (-1), with the present weights.

        Nothing in the run changes.
        """
        training = self._trainable_run.training
        self._recorded = record_sample(training, sample, self._own)
        return recording_frame(self._recorded, training, live=live)

    def explain(self, name: str, index: tuple[int, ...], kind: Kind = "activation") -> Explanation:
        """Explain one number of the last recording, or a metric; `name` and `index` as in core.messages.Explain."""
        if self.pair_numbers is not None and self.pair_numbers.knows(name, kind):
            return self.pair_numbers.explain(name, index, kind)
        if self._run is not None and taken_apart(name).kind:
            return telling.explain(self.passes, kind, name, index)
        if kind == "metric" and self._run is not None:
            return self._explained_metrics.explain(name, index)
        if self._recorded is None:
            raise UserError("Nothing was recorded yet: record a sample, then one of its numbers can be explained.")
        return explain_recorded(self._recorded, self._initial, self._explained_metrics, kind, name, index)

    def scan(self, wanted: Scan) -> Iterator[Surface | None]:
        """Return an iterator over pictures of the loss around the present weights, on a copy of them."""
        run = self._trainable_run
        data = run.training.data
        return surfaces.scan(
            run.training.network,
            run.training.loss,
            data.validation_inputs,
            data.validation_targets,
            trajectory=run.trajectory.snapshots,
            plane=wanted.plane,
            resolution=wanted.resolution,
            radius=wanted.radius,
            seed=wanted.seed,
            step=run.steps_done,
        )

    def browse(self, start: int, count: int) -> Samples:
        """Return some of the held-out samples."""
        data = self._configured_run.training.data
        chosen = slice(max(start, 0), max(start, 0) + max(count, 0))
        targets = data.validation_targets[chosen]
        number = targets.is_floating_point()
        return Samples(
            start=chosen.start,
            inputs=data.validation_inputs[chosen].numpy(),
            targets=(targets[:0].long() if number else targets).numpy(),
            numbers=(targets if number else targets[:0].float()).numpy(),
            labels=[data.label(sample) for sample in range(len(data.validation_targets))[chosen]],
        )

    def save(self, path: Path) -> Saved:
        """Write the present weights to a safetensors file."""
        weights.save(self.network, path)
        return Saved(str(path))

    def checkpoint(self, path: Path) -> Checkpoint:
        """Write a file from which another session can go on."""
        training = self._configured_run.training
        checkpoint.write(path, training.capture(), training.experiment)
        return Checkpoint(str(path), training.steps_done)

    @property
    def _configured_run(self) -> Run:
        if self._run is None:
            raise UserError("There is no network yet: configure an experiment first.")
        return self._run

    @property
    def _trainable_run(self) -> Run:
        run = self._configured_run
        if self._built.obstacle:
            raise UserError(self._built.obstacle)
        return run

    def _start(self, experiment: Experiment, start: State | None = None) -> list[Frame]:
        built = construct(experiment)
        freezer = Freezer(built.network, [call.path for call in built.graph.calls])
        initial = copy_of(built.network)
        run = Run(built.training_kind(experiment, built.network, built.data, freezer), start)
        self._run, self._built, self._initial = run, built, initial
        self._explained_metrics = MetricsExplained(run, initial)
        self.pair_numbers = (
            PairNumbers(run, initial, self._explained_metrics) if built.training_kind is AdversarialTraining else None
        )
        self.passes = OtherPasses(Origin(run, initial, self._explained_metrics))
        self._recorded = None
        if self._own is not None and self._own.inputs.shape[1:] != built.data.validation_inputs.shape[1:]:
            self._own = None
        self._times = StepTimes()
        self._metrics = MetricsQueue(freezer.layers, from_step=run.steps_done)
        frames: list[Frame] = [self._configured(rebuilt=True), self.freezing()]
        if built.obstacle:
            frames.append(Problem("input", built.obstacle))
        return frames

    def _configured(self, *, rebuilt: bool) -> Configured:
        training, freezer = self._configured_run.training, self._configured_run.training.freezer
        data = training.data
        return Configured(
            experiment=training.experiment,
            rebuilt=rebuilt,
            graph=self._built.graph,
            task=catalogue.dataset(training.experiment.dataset).task,
            classes=data.classes,
            input_shape=tuple(data.validation_inputs.shape[1:]),
            training_count=len(data.training_targets),
            validation_count=len(data.validation_targets),
            steps_per_epoch=training.steps_per_epoch,
            trainable_count=freezer.trainable_count,
            parameter_count=freezer.parameter_count,
        )


def _differ(old: Experiment, new: Experiment, without: frozenset[str]) -> bool:
    fields = set(Experiment.__struct_fields__) - without
    return any(getattr(old, field) != getattr(new, field) for field in fields)
