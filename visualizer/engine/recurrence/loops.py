"""Loops of nn.LSTMCell, GRUCell or RNNCell: each call is a time step that reads the state of the call before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.graph import NetworkGraph, Node, tensor_name
from visualizer.engine.recording import Pass
from visualizer.engine.recurrence.call import RecurrentCall
from visualizer.engine.recurrence.cells import CELLS, Cell

CELL = "_cell"
"""What ends the name of an operation that is one time step."""


def loops(graph: NetworkGraph) -> list[list[Node]]:
    """Return all chains of at least two calls of one cell, in forward order."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.operation.endswith(CELL) and node.operation.removesuffix(CELL) in CELLS:
            before = next((edge.source for edge in graph.incoming[node.id] if edge.argument == 1), "")
            chain = found.pop(before, [])
            if chain and chain[-1].module != node.module:
                found[before], chain = chain, []
            found[node.id] = [*chain, node]
    return [chain for chain in found.values() if len(chain) > 1]


def recorded_loop(seen: Pass, state: Mapping[str, Tensor], calls: Sequence[Node]) -> RecurrentCall:
    """Return the calls of a loop as the one call of a layer that they amount to.

    Raises UserError where the cell ran without a batch dimension, or its cell state is used beside the loop.
    """
    cell = CELLS[calls[0].operation.removesuffix(CELL)]
    inputs = [_given(seen, node)[0] for node in calls]
    if inputs[0].dim() != 2:
        raise UserError(f"'{calls[0].id}' ran without a batch dimension: only batches of sequences can be unrolled.")
    made = {name: [seen.activations[tensor_name(node.id, k)] for node in calls] for k, name in enumerate(cell.states)}
    states = {**dict.fromkeys(range(1, 1 + len(cell.states)), torch.zeros_like(made["h"][0])), **_given(seen, calls[0])}
    return RecurrentCall(
        node=calls[0].id,
        cell=cell,
        layers=1,
        bidirectional=False,
        weights={f"{name.rpartition('.')[2]}_l0": state[name] for name in calls[0].parameters},
        inputs=torch.stack(inputs),
        initial={name: states[place].unsqueeze(0) for place, name in enumerate(cell.states, 1)},
        results=[torch.stack(made["h"]), *(values[-1].unsqueeze(0) for values in made.values())],
        result_gradients=_from_outside(seen, calls, cell, made["h"][0]),
    )


def _given(seen: Pass, node: Node) -> dict[int, Tensor]:
    """Return what a call was given, by its place; a tensor that is both first states has one edge."""
    given = {edge.argument: seen.activations[edge.tensor] for edge in seen.graph.incoming[node.id]}
    return {2: given[1], **given} if 1 in given else given


def _from_outside(seen: Pass, calls: Sequence[Node], cell: Cell, like: Tensor) -> dict[int, Tensor]:
    """Return dL/d of the results that does not come back from the loop itself."""
    inside = {node.id for node in calls}
    hidden, last = [], torch.zeros_like(like)
    for node in calls:
        total = torch.zeros_like(like)
        for edge in seen.graph.outgoing[node.id]:
            gradient = seen.edge_gradients.get(edge.id)
            if gradient is None or edge.target in inside:
                continue
            if edge.output and node is not calls[-1]:
                raise UserError(f"The cell state of '{node.id}' is used beside its loop: it cannot be unrolled.")
            if edge.output:
                last = last + gradient
            else:
                total = total + gradient
        hidden.append(total)
    if not any(node.id in seen.gradients for node in calls):
        return {}
    found = {0: torch.stack(hidden)}
    return found | {2: last.unsqueeze(0)} if "c" in cell.states else found
