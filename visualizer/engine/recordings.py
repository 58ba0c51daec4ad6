"""One sample sent through the network as it stands: what is kept to explain it, and what is sent to draw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Recording
from visualizer.core.quantities import Kind
from visualizer.core.topics.pictures import OWN
from visualizer.engine.explain import Scene, explain
from visualizer.engine.explain.learning import LEARNED, Moment, explain_learned
from visualizer.engine.explain.metrics import Metrics
from visualizer.engine.explain.shown import as_shown, place_of
from visualizer.engine.pictures.own import OwnSample
from visualizer.engine.recording import Pass, record
from visualizer.engine.state import capture
from visualizer.engine.training import Training
from visualizer.engine.views import byte_limit, shares, views, without_batch


@dataclass(frozen=True)
class RecordedSample:
    """A pass of one sample, copies of the parameters and buffers that the network had then, and where training stood.

    `target` is its class, int64 (1,), its classes step by step, int64 (1, steps), or numbers, float32 (1, numbers).
    """

    sample: int
    target: Tensor
    seen: Pass
    state: dict[str, Tensor]
    step: int
    experiment: Experiment
    memory: dict[str, Tensor]

    @cached_property
    def scene(self) -> Scene:
        """What its explanations look up."""
        return Scene(self.seen, self.state)


def record_sample(training: Training, sample: int, own: OwnSample | None = None) -> RecordedSample:
    """Record a sample in eval mode; training and its random numbers go on as if nothing had been.

    The backward pass ends where the frozen part begins, as it does in training. Raises UserError for a sample that
    does not exist.
    """
    with training.freezer.evaluating(), torch.random.fork_rng(devices=[]):
        inputs, targets = _own(own, training) if sample == OWN else _held_out(training, sample)
        seen = record(
            training.network, (inputs,), loss=lambda logits: training.loss(logits, targets), input_gradient=False
        )
    now = capture(training.steps_done, training.network, training.optimizer)
    return RecordedSample(sample, targets, seen, now.network, now.step, training.experiment, now.optimizer)


def _held_out(training: Training, sample: int) -> tuple[Tensor, Tensor]:
    data = training.data
    count = len(data.validation_targets)
    if not 0 <= sample < count:
        raise UserError(f"There is no held-out sample {sample}: they are numbered from 0 to {count - 1}.")
    return data.validation_inputs[sample : sample + 1], data.validation_targets[sample : sample + 1]


def _own(own: OwnSample | None, training: Training) -> tuple[Tensor, Tensor]:
    if own is None:
        raise UserError("There is no input of your own yet: draw one, or drop a picture on the window.")
    return own.inputs, own.target_for(training.network)


def recording_frame(recorded: RecordedSample, training: Training, *, live: bool) -> Recording:
    """Return what is sent of a recording just made: one sample, so without batch dimensions."""
    seen = recorded.seen
    activations, gradients = without_batch(seen.activations), without_batch(seen.gradients)
    parameters = dict(training.network.named_parameters())
    updates = training.updates(seen.parameter_gradients)
    groups = (activations, gradients, parameters, seen.parameter_gradients, updates)
    limit = byte_limit(tensor for group in groups for tensor in group.values())
    assert seen.loss is not None  # it was recorded with one
    is_class = recorded.target.dim() == 1 and not recorded.target.is_floating_point()
    return Recording(
        step=training.steps_done,
        sample=recorded.sample,
        live=live,
        target=int(recorded.target) if is_class else -1,
        wanted=recorded.target[0].float().reshape(-1).numpy(),
        loss=float(seen.loss),
        probabilities=seen.output[0].softmax(0).float().numpy() if is_class else np.empty(0, np.float32),
        graph=seen.graph,
        forward_order=seen.forward_order,
        backward_order=seen.backward_order,
        activations=views(activations, limit),
        gradients=views(gradients, limit),
        edge_shares=shares(seen.edge_gradients),
        parameters=views(parameters, limit),
        parameter_gradients=views(seen.parameter_gradients, limit),
        updates=views(updates, limit),
    )


def explain_recorded(
    recorded: RecordedSample,
    initial: Mapping[str, Tensor],
    metrics: Metrics,
    kind: Kind,
    name: str,
    index: tuple[int, ...],
) -> Explanation:
    """Explain one number of a recording, as all stood then; indices are as shown, `initial` is of step 0."""
    scene = recorded.scene
    if kind == "activation" and name in recorded.seen.activations:
        kind = scene.activation(name).kind
    place = place_of(scene, kind, name, index)
    if kind in LEARNED:
        moment = Moment(recorded.experiment, recorded.step, recorded.sample, recorded.memory, initial, metrics)
        return as_shown(explain_learned(scene, moment, kind, name, place), scene)
    return as_shown(explain(scene, kind, name, place), scene)
