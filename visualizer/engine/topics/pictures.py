"""Own inputs, receptive fields and saliency of the recorded sample."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Frame
from visualizer.core.numbers import shape_text
from visualizer.core.topics.pictures import AskReceptiveField, AskSaliency, Feed, ReceptiveField, Saliency
from visualizer.engine.pictures.influence import influence, loss_gradient
from visualizer.engine.pictures.region import region
from visualizer.engine.recordings import RecordedSample
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_into, twin_of


def feed(session: TrainingSession, command: Feed) -> Iterator[Frame]:
    """Keep an own input; what answers is its recording, when that is asked for."""
    session.feed(command.values, command.target)
    return iter(())


def receptive_field(session: TrainingSession, command: AskReceptiveField) -> ReceptiveField:
    """Answer what one element of the last recording sees of the input."""
    recorded = _recorded(session)
    graph, activations = recorded.seen.graph, recorded.seen.activations
    if command.node not in activations:
        raise unknown("node", command.node, activations)
    if not activations[command.node].dim():
        raise UserError(f"'{command.node}' is a single number: all of the input can enter it.")
    sizes = activations[command.node].shape[1:]
    fits = len(command.index) == len(sizes)
    if not (fits and all(0 <= at < size for at, size in zip(command.index, sizes, strict=True))):
        held = shape_text(tuple(sizes))
        raise UserError(f"There is no element {list(command.index)} in '{command.node}', which holds {held}.")
    source = _input(recorded)
    shapes = {name: tuple(tensor.shape) for name, tensor in activations.items()}
    found = region(graph, shapes, command.node, (0, *command.index), source)
    gradient = influence(_twin(session, recorded), activations[source], command.node, command.index)
    return ReceptiveField(
        node=command.node,
        index=command.index,
        sample=recorded.sample,
        step=session.steps_done,
        region=found.mask[0].numpy().copy(),
        exact=found.exact,
        influence=gradient[0].numpy(),
    )


def saliency(session: TrainingSession, command: AskSaliency) -> Saliency:
    """Answer with the gradient of the loss, or of one logit, at the recorded input."""
    recorded = _recorded(session)
    inputs, twin = recorded.seen.activations[_input(recorded)], _twin(session, recorded)
    if command.output < 0:
        value, gradient = loss_gradient(twin, inputs, lambda output: session.training.loss(output, recorded.target))
    else:
        if recorded.seen.output.dim() != 2 or command.output >= recorded.seen.output.shape[1]:
            raise UserError(f"There is no output {command.output} in this network.")
        value, gradient = loss_gradient(twin, inputs, lambda output: output[0, command.output])
    return Saliency(command.output, recorded.sample, session.steps_done, value, gradient[0].numpy())


def _recorded(session: TrainingSession) -> RecordedSample:
    if session.recorded is None:
        raise UserError("Nothing was recorded yet: record a sample, then it can be asked what its numbers see.")
    return session.recorded


def _input(recorded: RecordedSample) -> str:
    for node in recorded.seen.graph.nodes:
        if node.kind == "input" and recorded.seen.activations[node.id].is_floating_point():
            return node.id
    raise UserError("This network has no input of real numbers, so nothing has a gradient with respect to it.")


def _twin(session: TrainingSession, recorded: RecordedSample) -> nn.Module:
    """Return the network as it was when the sample was recorded."""
    twin = twin_of(session.network)
    copy_into(twin, recorded.state)
    return twin.eval()
