"""The graph of one traced network: nodes, edges, the calls they happened in, and its foldings."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec

NodeKind = Literal["input", "operation", "constant", "decision", "opaque"]
Attribute = bool | int | float | str | list[int]


class Call(msgspec.Struct, frozen=True):
    """One execution of one module; a module that is used twice has two calls.

    `id` is the module path for the first call (the root's is ""), `path#2` for the second, and so on.
    """

    id: str
    path: str
    module_class: str
    parent: str | None
    depth: int


class Node(msgspec.Struct, frozen=True):
    """One operation of the forward pass.

    `id` is stable: the call's id where the call consists of this one operation (`stage1.0.conv1`), else
    `call/operation`, with `.2`, `.3` for repetitions (`stage1.0/add`). `shapes` holds one shape per output tensor.
    `parameters` and `buffers` name those the operation itself uses; a tied parameter goes by its first name.
    """

    id: str
    kind: NodeKind
    operation: str
    call: str
    module: str
    module_class: str
    shapes: list[tuple[int, ...]] = []
    parameters: list[str] = []
    parameter_count: int = 0
    buffers: list[str] = []
    attributes: dict[str, Attribute] = {}
    in_place: bool = False
    error: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the first output, () where there is none."""
        return self.shapes[0] if self.shapes else ()


class Edge(msgspec.Struct, frozen=True):
    """A tensor that goes from one node (its output number `output`) into another (at place `argument`)."""

    source: str
    target: str
    shape: tuple[int, ...]
    output: int = 0
    argument: int = 0

    @property
    def tensor(self) -> str:
        """Name of the tensor that flows: `SOURCE`, or `SOURCE:1` for a second output."""
        return tensor_name(self.source, self.output)

    @property
    def id(self) -> str:
        """`SOURCE->TARGET`; unique, as a tensor used twice by one operation is one edge."""
        return f"{self.tensor}->{self.target}"


def tensor_name(node: str, output: int) -> str:
    """Return the name under which output number `output` of a node is recorded."""
    return node if output == 0 else f"{node}:{output}"


class NetworkGraph(msgspec.Struct, frozen=True, dict=True):
    """What ran: `nodes` in forward order, `edges` by target in argument order, `calls` parents first.

    `outputs` and `loss` are tensor names; `error` says where a pass broke off. The operations of the loss run in
    a call of their own, `loss`.
    """

    nodes: list[Node]
    edges: list[Edge]
    calls: list[Call]
    outputs: list[str] = []
    loss: str = ""
    error: str = ""

    @cached_property
    def node(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def call(self) -> dict[str, Call]:
        """Calls by id."""
        return {call.id: call for call in self.calls}

    @cached_property
    def incoming(self) -> dict[str, list[Edge]]:
        """Edges by target, in argument order."""
        return self._edges_by("target")

    @cached_property
    def outgoing(self) -> dict[str, list[Edge]]:
        """Edges by source."""
        return self._edges_by("source")

    def _edges_by(self, end: Literal["source", "target"]) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[getattr(edge, end)].append(edge)
        return found

    @cached_property
    def call_chains(self) -> dict[str, tuple[str, ...]]:
        """For each call its ancestors and itself, outermost first (without the root)."""
        chains: dict[str, tuple[str, ...]] = {}
        for call in self.calls:  # parents come before their children
            above = chains.get(call.parent, ()) if call.parent is not None else ()
            chains[call.id] = (*above, call.id) if call.parent is not None else ()
        return chains

    def nodes_in(self, call: str) -> list[Node]:
        """Return the nodes that ran inside a call, in forward order; the root call "" holds all."""
        chains = self.call_chains
        return [node for node in self.nodes if call in ("", node.call) or call in chains.get(node.call, ())]


class Part(msgspec.Struct, frozen=True):
    """One card of a folded graph: a single node, or a call with all nodes inside it."""

    id: str
    title: str
    nodes: list[str]
    call: str | None = None
    external: bool = False

    @property
    def folded(self) -> bool:
        """Whether there is something inside to open."""
        return self.call is not None and len(self.nodes) > 1


class Link(msgspec.Struct, frozen=True):
    """An arrow between two parts and the edges of the full graph that it stands for."""

    source: str
    target: str
    shape: tuple[int, ...]
    edges: list[str]


class FoldedGraph(msgspec.Struct, frozen=True):
    """The graph as seen at one level: parts in forward order, links between them."""

    parts: list[Part]
    links: list[Link]


def fold(graph: NetworkGraph, inside: str = "", opened: frozenset[str] = frozenset()) -> FoldedGraph:
    """Return the view of the call `inside` in which only the calls in `opened` show their own content.

    Tensors that come in from outside of `inside` appear as external parts at the front.
    """
    depth = len(graph.call_chains.get(inside, ()))
    parts: dict[str, Part] = {}
    part_of: dict[str, str] = {}
    for node in graph.nodes_in(inside):
        part = _part(graph, node, depth, opened)
        parts.setdefault(part.id, part).nodes.append(node.id)
        part_of[node.id] = part.id
    outside: dict[str, Part] = {}
    links: dict[tuple[str, str], Link] = {}
    for edge in graph.edges:
        target = part_of.get(edge.target)
        if target is None:
            continue
        source = part_of.get(edge.source)
        if source is None:
            source = f"outside:{edge.tensor}"
            outside[source] = _external(graph, source, edge.source)
        if source != target:
            link = links.setdefault((source, target), Link(source, target, edge.shape, []))
            link.edges.append(edge.id)
    return FoldedGraph([*outside.values(), *parts.values()], list(links.values()))


def _part(graph: NetworkGraph, node: Node, depth: int, opened: frozenset[str]) -> Part:
    """Return the part a node is shown in, still without nodes."""
    for call in graph.call_chains.get(node.call, ())[depth:]:
        if call not in opened:
            return Part(call, call_title(graph, call), [], call=call)
    return Part(node.id, node.operation, [])


def _external(graph: NetworkGraph, name: str, source: str) -> Part:
    node = graph.node[source]
    title = call_title(graph, node.call) if node.call else node.operation
    return Part(name, title, [source], external=True)


def call_title(graph: NetworkGraph, call: str) -> str:
    """Return the last word of a call's path; a bare number keeps its parent: `stage1.0` is `stage1.0`."""
    words = call.split(".")
    return ".".join(words[-2:]) if words[-1].split("#")[0].isdigit() else words[-1]
