"""What the inspector is about: one layer, operation or stage of the recorded pass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Edge, NetworkGraph, Node
from visualizer.core.numbers import shape_text
from visualizer.core.signals import signals
from visualizer.ui.inspectors.pictures import Pictures


@dataclass(frozen=True, eq=False)
class Subject:
    """A call or node of the graph with its values; `node` is the one whose output is shown, the last of a call."""

    recording: Recording
    id: str
    nodes: tuple[Node, ...]
    node: Node

    @property
    def is_single(self) -> bool:
        """Whether this is one operation and not a module of several."""
        return len(self.nodes) == 1

    @property
    def title(self) -> str:
        return self.id.replace("/", " / ") or "network"

    @cached_property
    def path(self) -> str:
        """The module that a freeze of this concerns, "" where it belongs to none."""
        call = self.recording.graph.call.get(self.id)
        if call is not None:
            return call.path
        return self.node.module if self.node.parameters else ""

    @cached_property
    def arriving(self) -> list[Edge]:
        """Edges that come in from outside, in argument order."""
        inside = {node.id for node in self.nodes}
        incoming = self.recording.graph.incoming
        return [edge for node in self.nodes for edge in incoming[node.id] if edge.source not in inside]

    @cached_property
    def source(self) -> Pictures | None:
        """The first tensor that goes into the shown node."""
        edges = self.recording.graph.incoming[self.node.id]
        return self._pictures(self.recording.activations.get(edges[0].tensor), edges[0].source) if edges else None

    @cached_property
    def activation(self) -> Pictures | None:
        return self._pictures(self.recording.activations.get(self.node.id), self.node.id)

    @cached_property
    def gradient(self) -> Pictures | None:
        return self._pictures(self.recording.gradients.get(self.node.id), self.node.id)

    def _pictures(self, view: TensorView | None, node: str) -> Pictures | None:
        if view is None or not view.values.size:
            return None
        return Pictures(view, signal=len(view.shape) == 2 and node in signals(self.recording.graph))

    @cached_property
    def parameters(self) -> list[str]:
        """Names of the parameters that take part, each once."""
        return list(dict.fromkeys(name for node in self.nodes for name in node.parameters))

    @cached_property
    def parameter_count(self) -> int:
        parameters = self.recording.parameters
        return sum(math.prod(parameters[name].shape) for name in self.parameters if name in parameters)

    @property
    def input_text(self) -> str:
        """The shape that comes in; with several inputs also how many."""
        tensors = list(dict.fromkeys(edge.tensor for edge in self.arriving))
        shapes = [self.recording.activations[name].shape for name in tensors if name in self.recording.activations]
        if not shapes:
            return "–"
        more = f" +{len(tensors) - 1}" if len(tensors) > 1 else ""
        return shape_text(shapes[0]) + more

    @property
    def output_text(self) -> str:
        view = self.recording.activations.get(self.node.id)
        return "–" if view is None else shape_text(view.shape)


def find(recording: Recording, selected: str) -> Subject | None:
    """Return what is selected, or the first layer with parameters where nothing, or nothing known, is."""
    graph = recording.graph
    if selected and selected in graph.call and (nodes := graph.nodes_in(selected)):
        return Subject(recording, selected, tuple(nodes), _last(graph, nodes))
    if selected in graph.node:
        return Subject(recording, selected, (graph.node[selected],), graph.node[selected])
    first = next((node for node in graph.nodes if node.parameters), None) or next(iter(graph.nodes), None)
    return None if first is None else Subject(recording, first.id, (first,), first)


def is_known(graph: NetworkGraph, selected: str) -> bool:
    """Return whether a call or node of this id ran."""
    return bool(selected) and (selected in graph.node or bool(selected in graph.call and graph.nodes_in(selected)))


def _last(graph: NetworkGraph, nodes: list[Node]) -> Node:
    """Return the node whose output leaves the call: the last of those that others read, or of all."""
    inside = {node.id for node in nodes}
    leaving = [node for node in nodes if any(edge.target not in inside for edge in graph.outgoing[node.id])]
    return (leaving or nodes)[-1]
