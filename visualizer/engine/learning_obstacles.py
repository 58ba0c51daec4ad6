"""Why a network cannot learn: a step that breaks off in a layer, or a gradient that does not come back."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import batch_indices
from visualizer.engine.losses import Loss
from visualizer.engine.state import copy_into, copy_of
from visualizer.engine.tracing import forward, trace
from visualizer.engine.tracing.inputs import Inputs
from visualizer.engine.tracing.structure import TracedNode, Value
from visualizer.engine.tracing.tracer import Tracer
from visualizer.engine.training import Training


def failing_layer(training: Training) -> str:
    """Return how the forward pass of the next mini-batch breaks off in a layer, "" where it does not.

    Neither does it where a generator and a discriminator take turns.
    """
    if isinstance(training, AdversarialTraining):
        return ""
    data, experiment = training.data, training.experiment
    count, size = len(data.training_targets), experiment.batch_size
    chosen = batch_indices(count, size, experiment.seed, training.steps_done)
    kept = copy_of(training.network)
    try:
        with torch.random.fork_rng(devices=[]):
            said = trace(training.network, (data.training_inputs[chosen],)).error
    finally:  # not every network can be copied
        copy_into(training.network, kept)
    if not said.startswith("Layer "):
        return ""
    if len(chosen) == 1 < size:
        said = f"{said.rstrip('.')}; {count} samples in batches of {size} leave 1 for the last, choose another size."
    return f"broke off: {said[0].lower()}{said[1:]}"


def missing_gradient(name: str, network: nn.Module, sample: Tensor, loss: Loss, target: Tensor) -> str:
    """Return in a sentence why no parameter of a network, called `name`, has a gradient; "" where one has."""
    if not any(parameter.requires_grad for parameter in network.parameters()):
        return (
            f"{name} cannot learn: none of its parameters takes a gradient, "
            "set requires_grad on those that are to be trained."
        )
    flow = _Flow(network)
    with torch.enable_grad():
        run = forward(flow, Inputs((sample,), None, gradient=False), lambda output: loss(output, target))
    if run.failure is not None or run.loss is None or run.loss.requires_grad:
        return ""
    cut = flow.cut(run.loss)
    at = f" in layer '{cut.call.path}'" if cut is not None and cut.call.path and cut.call.module_class else ""
    where = f"{cut.operation}{at}" if cut is not None else "the loss"
    return (
        f"{name} cannot learn: no gradient comes back from the loss to a parameter, the way ends at {where}; "
        "leave out what cuts it (detach, no_grad, an operation without a derivative)."
    )


class _Flow(Tracer):
    """Notes which values a gradient can come back to."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__(network)
        self._carries: dict[Value, bool] = {}

    def on_value(self, value: Value, tensor: Tensor) -> None:
        self._carries[value] = tensor.requires_grad

    def cut(self, loss: Tensor) -> TracedNode | None:
        """Return the operation, the nearest to the loss, that makes of values with a gradient one without."""
        waiting = [self.value_of(loss)[0]]
        seen = set(map(id, waiting))
        while waiting:
            node = waiting.pop(0)
            if node.parameters or any(self._carries.get(edge.value) for edge in node.incoming):
                return node
            before = [edge.value[0] for edge in node.incoming if id(edge.value[0]) not in seen]
            seen.update(map(id, before))
            waiting += before
        return None
