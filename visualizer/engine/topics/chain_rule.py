"""Answers about the chain rule, all of the last recorded pass and none on the live network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from visualizer.core import script
from visualizer.core.errors import UserError
from visualizer.core.files import write_atomically
from visualizer.core.topics.chain_rule import AskChain, Chain, Costs, MeasureCost, Proof, Prove, Script, WriteScript
from visualizer.engine import weights
from visualizer.engine.chain_rule import chain
from visualizer.engine.chain_rule.cost import measure
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.lines import lines
from visualizer.engine.chain_rule.proof import prove
from visualizer.engine.chain_rule.scene import Scene
from visualizer.engine.recordings import RecordedSample
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_into, twin_of
from visualizer.engine.tracing import Loss


def ask_chain(session: TrainingSession, command: AskChain) -> Chain:
    """Return the factors from the loss to one element of a parameter in the recorded pass."""
    recorded = _recorded(session)
    return chain(
        _twin(session, recorded),
        recorded.seen,
        command.parameter,
        command.index,
        step=session.steps_done,
        sample=recorded.sample,
    )


def ask_proof(session: TrainingSession, command: Prove) -> Iterator[Proof | None]:
    """Return the work of proving one element of a gradient on a copy of the network in float64."""
    recorded = _recorded(session)
    twin = _twin(session, recorded)
    Scene(twin, recorded.seen).check(command.parameter, command.index)
    gradient = float(recorded.seen.parameter_gradients[command.parameter][command.index])
    exact = ExactNetwork(twin, recorded.seen, _loss(session, recorded, torch.float64))
    return prove(exact, command.parameter, command.index, gradient)


def measure_cost(session: TrainingSession, _: MeasureCost) -> Iterator[Costs | None]:
    """Return the work of measuring what the gradient of the recorded sample costs in two ways."""
    recorded = _recorded(session)
    graph, activations = recorded.seen.graph, recorded.seen.activations
    inputs = [activations[node.id] for node in graph.nodes if node.kind == "input"]
    return measure(_twin(session, recorded), inputs, _loss(session, recorded))


def write_script(session: TrainingSession, command: WriteScript) -> Script:
    """Return the recorded pass as a program; with a path it is written there, large weights in a file beside it."""
    recorded = _recorded(session)
    graph, state = recorded.seen.graph, recorded.state
    used = script.weight_names(graph)
    path, weights_path = Path(command.path), None
    if sum(state[name].nbytes for name in used) > script.INLINED:
        if not command.path:
            raise UserError("The weights of this network are too many for a text: save the script as a file.")
        weights_path = path.with_suffix(".safetensors")
    experiment = session.experiment
    text = script.program(
        graph,
        f"Sample {recorded.sample} of {experiment.dataset} through {experiment.network}, forward and backward.",
        lines(Scene(_twin(session, recorded), recorded.seen)),
        {name: tensor.numpy() for name, tensor in (recorded.seen.activations | state).items()},
        frozenset(recorded.seen.parameter_gradients),
        weights_path.name if weights_path else "",
    )
    if command.path:
        write_atomically(path, text.encode())
    if weights_path is not None:
        weights.save({name: state[name] for name in used}, weights_path)
    return Script(text, command.path, str(weights_path or ""))


def _recorded(session: TrainingSession) -> RecordedSample:
    if session.recorded is None:
        raise UserError("Nothing was recorded yet: record a sample, then its gradients can be followed.")
    return session.recorded


def _twin(session: TrainingSession, recorded: RecordedSample) -> nn.Module:
    """Return a copy of the network as it was when the sample was recorded, in eval mode."""
    with session.training.freezer.evaluating():
        twin = twin_of(session.network)
    copy_into(twin, recorded.state)
    return twin


def _loss(session: TrainingSession, recorded: RecordedSample, dtype: torch.dtype = torch.float32) -> Loss:
    """Return the loss as a function of the network's output; targets that are numbers are of the given type."""
    target = recorded.target
    wanted = target.to(dtype) if target.is_floating_point() else target

    def loss_of(output: Tensor) -> Tensor:
        return session_loss(output, wanted)

    session_loss = session.training.loss
    return loss_of
