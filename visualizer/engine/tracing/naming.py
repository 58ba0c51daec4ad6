"""From what a tracer noted to a `NetworkGraph`: dead ends pruned, every node with a stable id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from visualizer.core.graph import Call, Edge, NetworkGraph, Node, tensor_name
from visualizer.engine.tracing.structure import TracedCall, TracedEdge, TracedNode, Value


@dataclass(frozen=True)
class NamedTrace:
    """A graph, and the ids its nodes and edges got."""

    graph: NetworkGraph
    node_ids: dict[TracedNode, str]
    edge_ids: dict[TracedEdge, str]

    def tensor(self, value: Value) -> str | None:
        """Return the name of a tensor; None where its node was pruned."""
        node = self.node_ids.get(value[0])
        return None if node is None else tensor_name(node, value[1])


def named(
    nodes: Sequence[TracedNode], outputs: Sequence[Value], loss: Value | None = None, error: str = ""
) -> NamedTrace:
    """Return the graph of all nodes that lead to an output, the loss, a decision, or the failure `error`."""
    kept = _kept(nodes, [value[0] for value in (*outputs, *([loss] if loss else []))], bool(error))
    calls = _calls(node.call for node in kept)
    node_ids = _node_ids(kept, calls)
    edges: dict[TracedEdge, Edge] = {}
    for node in kept:
        for edge in node.incoming:
            source, output = edge.value
            edges[edge] = Edge(node_ids[source], node_ids[node], edge.shape, output, edge.argument)
    graph = NetworkGraph(
        nodes=[_node(node, node_ids[node], calls[node.call]) for node in kept],
        edges=list(edges.values()),
        calls=list(calls.values()),
        outputs=list(dict.fromkeys(tensor_name(node_ids[node], output) for node, output in outputs)),
        loss=tensor_name(node_ids[loss[0]], loss[1]) if loss else "",
        error=error,
    )
    return NamedTrace(graph, node_ids, {traced: edge.id for traced, edge in edges.items()})


def _kept(nodes: Sequence[TracedNode], ends: Iterable[TracedNode], failed: bool) -> list[TracedNode]:
    """Return what leads to an end; where the pass failed, all that ran but the counting in buffers."""
    living = set(ends)
    for node in reversed(nodes):
        counting = node.in_place and bool(node.buffers)
        if node in living or node.kind in ("input", "decision") or (failed and not counting):
            living.add(node)
            living.update(edge.value[0] for edge in node.incoming)
    return [node for node in nodes if node in living]


def _safe(name: str) -> str:
    """Return a name without the signs that separate the parts of tensor names and edge ids."""
    return name.replace("->", "_").replace(":", "_")


def _calls(used: Iterable[TracedCall]) -> dict[TracedCall, Call]:
    """Return the calls that contain something, parents first."""
    calls: dict[TracedCall, Call] = {}
    taken: set[str] = set()

    def add(call: TracedCall) -> Call:
        if call not in calls:
            parent = add(call.parent) if call.parent is not None else None
            path = _safe(call.path)
            name = _free(path if call.number == 1 else f"{path}#{call.number}", taken)
            taken.add(name)
            calls[call] = Call(
                id=name,
                path=call.path,
                module_class=call.module_class,
                parent=None if parent is None else parent.id,
                depth=0 if parent is None else parent.depth + 1,
            )
        return calls[call]

    for call in used:
        add(call)
    return calls


def _node_ids(nodes: Sequence[TracedNode], calls: dict[TracedCall, Call]) -> dict[TracedNode, str]:
    inside = Counter(node.call for node in nodes)
    parents = {call.parent for call in calls if call.parent is not None}
    taken = {call.id for call in calls.values()}
    ids: dict[TracedNode, str] = {}
    for node in nodes:
        call = calls[node.call]
        alone = inside[node.call] == 1 and node.call not in parents
        if alone and call.id and call.module_class:
            ids[node] = call.id
            continue
        wanted = _safe(node.name or (f"{call.id}/{node.operation}" if call.id else node.operation))
        ids[node] = _free(wanted, taken)
        taken.add(ids[node])
    return ids


def _free(wanted: str, taken: set[str]) -> str:
    count, name = 1, wanted
    while name in taken:
        count += 1
        name = f"{wanted}.{count}"
    return name


def _node(node: TracedNode, name: str, call: Call) -> Node:
    return Node(
        id=name,
        kind=node.kind,
        operation=node.operation,
        call=call.id,
        module=call.path,
        module_class=call.module_class,
        shapes=node.shapes,
        parameters=node.parameters,
        parameter_count=node.parameter_count,
        buffers=node.buffers,
        attributes=node.attributes,
        in_place=node.in_place,
        error=node.error,
    )
