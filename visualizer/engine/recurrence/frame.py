"""An unrolled layer as it is sent to be drawn."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn import functional

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.topics.sequences import Array, Outcome, RecurrentNode, Unroll, Unrolled, Vector
from visualizer.engine.losses import IGNORED
from visualizer.engine.networks.recurrent import Recurrent
from visualizer.engine.recordings import RecordedSample
from visualizer.engine.recurrence.call import RecurrentCall, recorded_call, recurrent_nodes
from visualizer.engine.recurrence.cells import CELLS
from visualizer.engine.recurrence.loops import CELL, loops, recorded_loop
from visualizer.engine.recurrence.unrolling import Track, unroll
from visualizer.engine.training import Training

NUMBERS = 2_000_000  # in all vectors and their gradients together: 8 MB


def unrolled_frame(recorded: RecordedSample, training: Training, wanted: Unroll) -> Unrolled:
    """Return what `wanted` names of a recording just made; raise UserError where there is no such thing."""
    seen, data = recorded.seen, training.data
    call, calls = _call(recorded, wanted.node)
    steps = len(call.inputs)
    cuts = _cuts(training, steps)
    track = unroll(call, wanted.layer, wanted.reverse, cuts)
    units = track.vectors["h"].shape[-1]
    shown = min(units, max(1, NUMBERS // (2 * steps * len(track.vectors))))
    assert seen.loss is not None  # it was recorded with one
    return Unrolled(
        step=training.steps_done,
        sample=recorded.sample,
        node=call.node,
        nodes=_nodes(seen.graph),
        kind=call.cell.kind,
        layer=wanted.layer,
        reverse=wanted.reverse,
        names=step_names(data.step_names[recorded.sample] if data.step_names else (), steps),
        inputs=_array(track.inputs[:, 0]),
        initial={name: _array(state[0, :shown]) for name, state in track.initial.items()},
        vectors=[_vector(track, term.name, term.title, term.symbol, term.formula, shown) for term in call.cell.terms],
        cuts=cuts,
        difference=track.difference,
        loss=float(seen.loss),
        outcome=_outcome(seen.output, recorded.target, data.classes, steps),
        note="" if shown == units else f"{shown} of {units} units",
        calls=[node.id for node in calls],
    )


def _call(recorded: RecordedSample, name: str) -> tuple[RecurrentCall, list[Node]]:
    """Return the call of a recurrent node, "" being the first, with the calls of its cell where it is a loop."""
    graph = recorded.seen.graph
    known = _nodes(graph)
    wanted = name or (known[0].id if known else "")
    loop = next((calls for calls in loops(graph) if calls[0].id == wanted), [])
    if loop:
        return recorded_loop(recorded.seen, recorded.state, loop), loop
    return recorded_call(recorded.seen, recorded.state, name), []


def _nodes(graph: NetworkGraph) -> list[RecurrentNode]:
    """Return all that can be unrolled, in forward order."""
    cells = [
        RecurrentNode(
            id=calls[0].id,
            kind=CELLS[calls[0].operation.removesuffix(CELL)].kind,
            layers=1,
            bidirectional=False,
            units=calls[0].shapes[0][-1],
        )
        for calls in loops(graph)
    ]
    order = {node.id: place for place, node in enumerate(graph.nodes)}
    return sorted([*recurrent_nodes(graph), *cells], key=lambda node: order[node.id])


def step_names(known: tuple[str, ...], steps: int) -> list[str]:
    """Return a name for each step: those known, then empty ones; numbers from 1 where none is known."""
    if not known or len(known) > steps:
        return [str(step + 1) for step in range(steps)]
    return [*known, *[""] * (steps - len(known))]


def _cuts(training: Training, steps: int) -> list[int]:
    """Return the steps before which training cuts the gradient."""
    window = training.network.truncation if isinstance(training.network, Recurrent) else 0
    return list(range(window, steps, window)) if window else []


def _vector(track: Track, name: str, title: str, symbol: str, formula: str, shown: int) -> Vector:
    values = track.vectors[name]
    gradients = track.gradients.get(name, torch.empty(0, *values.shape[1:]))
    return Vector(
        name=name,
        title=title,
        symbol=symbol,
        formula=formula,
        values=_array(values[:, 0, :shown]),
        gradients=_array(gradients[:, 0, :shown]),
        norms=_array(vector_norm(gradients[:, 0], dim=-1, dtype=torch.float64)),
    )


def _outcome(output: Tensor, target: Tensor, classes: tuple[str, ...], steps: int) -> Outcome:
    """Return what the network said; `output` (1, classes or numbers) or (1, steps, classes)."""
    rows = output[0].reshape(-1, output.shape[-1])
    if target.is_floating_point():
        losses = functional.mse_loss(rows, target, reduction="none").mean(-1)
    else:
        losses = functional.cross_entropy(rows, target.reshape(-1), reduction="none", ignore_index=IGNORED)
    number = target.is_floating_point()
    return Outcome(
        classes=classes,
        steps=list(range(len(rows))) if len(rows) > 1 else [steps - 1],
        outputs=_array(rows if number else rows.softmax(-1)),
        targets=(target[:0] if number else target).reshape(-1).long().clamp_min(-1).numpy(),
        wanted=_array(target if number else rows[:0]),
        losses=_array(losses),
    )


def _array(tensor: Tensor) -> Array:
    return tensor.detach().float().contiguous().numpy().copy()
