"""Which matrix of gradients belongs to what is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from visualizer.core.frames import Array, Recording
from visualizer.core.graph import NetworkGraph, Node
from visualizer.ui.store import View


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """The gradient of one weight tensor as a matrix: a row an output, a column an input (of a kernel, one element).

    `values` is None where no gradient came; `shape` is that of the tensor, `note` says what is not all of it.
    """

    node: str
    layer: str
    parameter: str
    shape: tuple[int, ...]
    values: Array | None
    note: str
    source: str

    def index(self, row: int, column: int) -> tuple[int, ...]:
        """Return the index into the tensor of a cell of the matrix."""
        return tuple(int(place) for place in np.unravel_index(row * self.columns + column, self.shape))

    def cell(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Return row and column of an element of the tensor."""
        row, column = divmod(int(np.ravel_multi_index(index, self.shape)), self.columns)
        return row, column

    @property
    def columns(self) -> int:
        return math.prod(self.shape[1:])


def layer_gradient(recording: Recording, view: View) -> LayerGradient | None:
    """Return the gradient for the chosen weight, else for the selected layer or the nearest before it."""
    graph = recording.graph
    if view.parameter in recording.parameters and len(recording.parameters[view.parameter].shape) >= 2:
        node = next((node for node in graph.nodes if view.parameter in node.parameters), None)
        if node is not None:
            return _of(recording, node, view.parameter)
    for node in _backwards(graph, view.selected):
        for name in node.parameters:
            if name in recording.parameters and len(recording.parameters[name].shape) >= 2:
                return _of(recording, node, name)
    return None


def _backwards(graph: NetworkGraph, selected: str) -> list[Node]:
    """Return the selected node and those before it, the nearest first; then all others in order."""
    inside = graph.nodes_in(selected) if selected in graph.call else []
    start = graph.node.get(selected) or (inside[-1] if inside else None)
    found: list[Node] = []
    while start is not None and start not in found:
        found.append(start)
        edges = graph.incoming[start.id]
        start = graph.node[edges[0].source] if edges else None
    return [*found, *graph.nodes]


def _of(recording: Recording, node: Node, parameter: str) -> LayerGradient:
    view = recording.parameter_gradients.get(parameter)
    shape = recording.parameters[parameter].shape
    edges = recording.graph.incoming[node.id]
    source = "x" if edges and recording.graph.node[edges[0].source].kind == "input" else "a"
    whole = view is not None and not view.note and view.values.shape == shape
    values = None if view is None else view.values.reshape(view.values.shape[0], -1)
    note = "" if view is None or whole else view.note or "part of it"
    layer = parameter.rpartition(".")[0] or parameter
    return LayerGradient(node.id, layer, parameter, shape, values, note, source)
