"""What is to be asked of the engine to step through the numbers of one station of the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.messages import Explain

_CELLS: dict[str, tuple[str, ...]] = {
    "lstm": ("a_i", "i", "a_f", "f", "a_g", "g", "a_o", "o", "c", "tanh(c)", "h"),
    "gru": ("a_r", "r", "a_z", "z", "a_n", "n", "h"),
    "rnn_tanh": ("a", "h"),
    "rnn_relu": ("a", "h"),
}
"""The vectors of a recurrent cell in the order in which they are computed."""


def forward_questions(graph: NetworkGraph, nodes: Sequence[str], leader: str, index: tuple[int, ...]) -> list[Explain]:
    """Return how one element of a layer came about, and what the following nodes of its station make of it."""
    node = graph.node[leader]
    if node.operation in _CELLS:
        return [Explain(name, place, "inner") for name, place in _inside(node, index)]
    return [Explain(name, index) for name in _along(graph, nodes, leader)]


def backward_questions(graph: NetworkGraph, nodes: Sequence[str], leader: str, index: tuple[int, ...]) -> list[Explain]:
    """Return how the gradient came to the last node of a station and from there to its layer.

    Except for a cell the last question is for the layer's own value: what came in tells what goes out from there.
    """
    node = graph.node[leader]
    if node.operation in _CELLS:
        vectors = reversed(_inside(node, index))
        return [Explain(leader, index, "gradient"), *(Explain(name, place, "gradient") for name, place in vectors)]
    alike = reversed(_along(graph, nodes, leader))
    return [*(Explain(name, index, "gradient") for name in alike), Explain(leader, index)]


def _along(graph: NetworkGraph, nodes: Sequence[str], leader: str) -> list[str]:
    """Return the leader and those nodes after it whose result has an element for each of its."""
    ordered = [node.id for node in graph.nodes if node.id in nodes and node.kind == "operation"]
    shape, found = graph.node[leader].shape, [leader]
    for name in ordered[ordered.index(leader) + 1 :]:
        if graph.node[name].shape != shape:
            break
        found.append(name)
    return found


def _inside(node: Node, index: tuple[int, ...]) -> list[tuple[str, tuple[int, int, int]]]:
    """Return names and places of the vectors of a cell of the last layer at one time step, for one unit."""
    units, layers = node.attributes.get("hidden_size"), node.attributes.get("num_layers")
    if not isinstance(units, int) or not isinstance(layers, int) or len(index) not in (2, 3):
        return []
    directions = 2 if node.attributes.get("bidirectional") else 1
    track, unit = (layers - 1) * directions + index[-1] // units, index[-1] % units
    return [(f"{node.id}/{vector}", (track, index[0], unit)) for vector in _CELLS[node.operation]]
