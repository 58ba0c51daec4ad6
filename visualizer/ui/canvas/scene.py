"""What is to be drawn of a graph: cards and wires as plain values, before anything has a place or a colour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

from visualizer.core.graph import FoldedGraph, Link, NetworkGraph, Node, Part, fold
from visualizer.core.numbers import shape_text, whole
from visualizer.ui.canvas import words

Shape = tuple[int, ...]
Kind = Literal["input", "maps", "stage", "column", "sign", "output"]

OUTPUT = "output"
_WITH_STEPS = 2  # sizes of an output that has a class for each time step
_PROBABILISTIC = {"cross_entropy", "nll_loss", "log_softmax", "softmax"}
_QUIET = {"flatten", "view", "reshape", "contiguous", "squeeze", "unsqueeze", "identity"}


@dataclass(frozen=True)
class Block:
    """One column of a stage card: a call inside it, and the node that gives its output."""

    call: str
    title: str
    nodes: tuple[str, ...]
    output: str


@dataclass(frozen=True)
class LayerCard:
    """One card: a node, or a call with all that ran inside it.

    `id` is the call or node that a click selects, `output` the node whose tensor the card shows at rest, `layers` the
    module paths inside that hold parameters, `path` the module that the freeze switch means ("" for none), `facts`
    the line below the title from the longest to the shortest wording. `parallel` blocks do not feed each other.
    """

    id: str
    kind: Kind
    title: str
    facts: tuple[str, ...]
    nodes: tuple[str, ...]
    output: str
    shape: Shape
    call: str = ""
    path: str = ""
    layers: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    parallel: bool = False
    footnote: str = ""
    error: str = ""

    @cached_property
    def holds(self) -> frozenset[str]:
        """Its nodes, for asking."""
        return frozenset(self.nodes)


@dataclass(frozen=True)
class Wire:
    """An arrow between two cards and the edges of the graph that it stands for."""

    source: str
    target: str
    shape: Shape
    edges: tuple[str, ...]


def source_of(edge: str) -> str:
    """Return the node that an edge of this id comes from."""
    source, _, output = edge.partition("->")[0].rpartition(":")
    return source if output.isdigit() else edge.partition("->")[0]


@dataclass(frozen=True, eq=False)
class Diagram:
    """Cards in forward order and the wires between them; "" is the inside of the whole network. Equal is the same."""

    inside: str
    cards: tuple[LayerCard, ...]
    wires: tuple[Wire, ...]
    card: dict[str, LayerCard] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.card.update({card.id: card for card in self.cards})

    @cached_property
    def card_of(self) -> dict[str, str]:
        """The card in which a node is."""
        return {node: card.id for card in self.cards for node in card.nodes}

    @cached_property
    def wire_of(self) -> dict[str, Wire]:
        """The wire that stands for an edge."""
        return {edge: wire for wire in self.wires for edge in wire.edges}

    def after(self, card: str) -> list[str]:
        return [wire.target for wire in self.wires if wire.source == card]

    def before(self, card: str) -> list[str]:
        return [wire.source for wire in self.wires if wire.target == card]


class Shapes(Protocol):
    """Gives shapes without the batch dimension."""

    def shape_of(self, node: str) -> Shape:
        """Return the shape of a node's output."""

    def without_batch(self, shape: Shape) -> Shape:
        """Return a shape of the graph without its batch dimension."""


def diagram(graph: NetworkGraph, shapes: Shapes, inside: str = "", classes: int = 0) -> Diagram:
    """Return what is to be drawn of the inside of a call.

    Operations that only re-arrange a shape join the card before them; those of the loss become the output card,
    which at the outermost level is there even where no loss has run yet if the network gives `classes` numbers.
    """
    folded = fold(graph, inside)
    home = _homes(graph, folded)
    nodes: dict[str, list[str]] = {}
    for part in folded.parts:
        nodes.setdefault(home[part.id], []).extend(part.nodes)
    parts = {part.id: part for part in folded.parts}
    maker = _Maker(graph, shapes, inside)
    cards = [maker.card(parts[name], tuple(inner)) for name, inner in nodes.items() if name in parts]
    wires = _wires(folded.links, home, shapes)
    shown = _logits(graph)
    gives_classes = shapes.shape_of(shown)[-1:] == (classes,) and len(shapes.shape_of(shown)) <= _WITH_STEPS
    if OUTPUT in nodes or (gives_classes and not inside and not graph.error):
        cards.append(_output_card(graph, shown, tuple(nodes.get(OUTPUT, ())), shapes.shape_of(shown)))
        source = next((card.id for card in cards if shown in card.holds), "")
        if OUTPUT not in nodes and source:
            wires.append(Wire(source, OUTPUT, shapes.shape_of(shown), ()))
    return Diagram(inside, tuple(cards), tuple(wires))


def _logits(graph: NetworkGraph) -> str:
    if graph.outputs:
        name = graph.outputs[0]
        return name if name in graph.node else name.rpartition(":")[0]
    return next(node.id for node in reversed(graph.nodes) if node.call != "loss")


def _output_card(graph: NetworkGraph, output: str, nodes: tuple[str, ...], shape: Shape) -> LayerCard:
    """Return the card after the last layer: the probabilities where the loss makes some, else what it compares."""
    compared = [graph.node[node] for node in nodes if graph.node[node].kind == "operation"]
    if compared and not any(node.operation in _PROBABILISTIC for node in compared):
        return LayerCard(OUTPUT, "output", "loss", (words.operation_title(compared[-1]), ""), nodes, output, shape)
    return LayerCard(OUTPUT, "output", "softmax", ("probabilities", ""), nodes, output, shape)


def _homes(graph: NetworkGraph, folded: FoldedGraph) -> dict[str, str]:
    """Return for every part the card it is drawn in: its own, the one before it, or the output card."""
    arriving: dict[str, list[Link]] = {}
    leaving: dict[str, list[Link]] = {}
    for link in folded.links:
        arriving.setdefault(link.target, []).append(link)
        leaving.setdefault(link.source, []).append(link)
    home: dict[str, str] = {}
    for part in folded.parts:
        only = graph.node[part.nodes[0]]
        before = arriving.get(part.id, [])
        if all(graph.node[node].call == "loss" for node in part.nodes):
            home[part.id] = OUTPUT
        elif len(part.nodes) == 1 and not part.external and len(before) == 1 and _is_quiet(only):
            home[part.id] = home[before[0].source]
        else:
            home[part.id] = part.id
    for part in folded.parts:  # what feeds only the loss, the target, is part of it
        ahead = leaving.get(part.id, [])
        fixed = graph.node[part.nodes[0]].kind in ("constant", "input") and not arriving.get(part.id)
        if fixed and ahead and all(home[link.target] == OUTPUT for link in ahead):
            home[part.id] = OUTPUT
    return home


def _is_quiet(node: Node) -> bool:
    return node.operation in _QUIET and not node.parameters and not node.error


def _wires(links: Iterable[Link], home: dict[str, str], shapes: Shapes) -> list[Wire]:
    found: dict[tuple[str, str], Wire] = {}
    for link in links:
        ends = home[link.source], home[link.target]
        if ends[0] != ends[1]:
            known = found.get(ends)
            edges = (*known.edges, *link.edges) if known else tuple(link.edges)
            found[ends] = Wire(*ends, known.shape if known else shapes.without_batch(link.shape), edges)
    return list(found.values())


class _Maker:
    """Makes the cards of one diagram."""

    def __init__(self, graph: NetworkGraph, shapes: Shapes, inside: str) -> None:
        self.graph, self.shapes, self.inside = graph, shapes, inside

    def card(self, part: Part, nodes: tuple[str, ...]) -> LayerCard:
        inner = [self.graph.node[node] for node in nodes]
        output = part.nodes[-1]
        shape = self.shapes.shape_of(output)
        call = part.call or ""
        blocks = self._blocks(call) if part.folded else ()
        parallel = bool(blocks) and self._are_apart(blocks)
        layers = tuple(dict.fromkeys(node.module for node in inner if node.parameters))
        return LayerCard(
            id=part.id,
            kind="stage" if blocks else self._kind(inner, part, shape),
            title=self._title(part, inner[0]),
            facts=self._facts(part, inner, blocks, shape, parallel),
            nodes=() if part.external else nodes,
            output=output,
            shape=shape,
            call=call if part.folded else "",
            path="" if part.external or not layers else (self.graph.call[call].path if call else inner[0].module),
            layers=() if part.external else layers,
            blocks=blocks,
            parallel=parallel,
            footnote=words.what_it_does(inner[0], shape)
            if len(inner) == 1 and not part.external
            else shape_text(shape),
            error=next((node.error for node in inner if node.error), ""),
        )

    def _kind(self, inner: list[Node], part: Part, shape: Shape) -> Kind:
        if any(node.error for node in inner):
            return "maps"
        if part.external:
            return "column" if is_vector(shape) else "maps"
        if inner[0].kind == "input":
            return "input"
        if part.call is None and words.symbol(inner[0]) and not inner[0].parameters:
            return "sign"
        return "column" if is_vector(shape) else "maps"

    def _title(self, part: Part, first: Node) -> str:
        if part.external:
            return "x"
        if first.kind == "input":
            return "Input" if first.id in ("x", "input") else words.spaced(first.id)
        if part.call is not None and (part.folded or not self.inside):
            return words.call_words(self.graph, part.call)
        return self._joined(first) or words.symbol(first) or self._state(first) or words.operation_title(first)

    def _joined(self, first: Node) -> str:
        """Return the sign of an operation with the parameter that it joins, + pos embed; "" for anything else."""
        sign = words.symbol(first)
        return f"{sign} {words.spaced(first.parameters[0].rpartition('.')[2])}" if sign and first.parameters else ""

    def _state(self, first: Node) -> str:
        """Return which state before the first step a constant is, h₀ or c₀; "" for anything else."""
        readers = [self.graph.node[edge.target] for edge in self.graph.outgoing[first.id]]
        if first.kind != "constant" or not readers or readers[0].operation not in words.RECURRENT:
            return ""
        states = [edge.source for edge in self.graph.incoming[readers[0].id] if self._is_constant(edge.source)]
        return f"{'hc'[min(states.index(first.id), 1)]}₀"

    def _is_constant(self, node: str) -> bool:
        return self.graph.node[node].kind == "constant"

    def _facts(
        self, part: Part, inner: list[Node], blocks: tuple[Block, ...], shape: Shape, parallel: bool
    ) -> tuple[str, ...]:
        count = sum(node.parameter_count for node in inner)
        if blocks:
            counted = f"{len(blocks)} {'branches' if parallel else 'blocks'}"
            return (f"{counted}, {whole(count)} parameters", counted, "")
        recurrent = [node for node in inner if node.operation in words.RECURRENT]
        if len(recurrent) == 1 and len(shape) == 2:
            return words.recurrent_facts(recurrent[0], shape)
        if part.folded:
            steps = [words.short_operation(node) for node in inner]
            if len(steps) > 4:
                return (f"{len(steps)} operations, {whole(count)} parameters", f"{len(steps)} operations", "")
            return (*(" · ".join(steps[:end]) for end in range(len(steps), 0, -1)), "")
        if words.operation_title(inner[0]) == self._title(part, inner[0]):
            return (shape_text(shape), "")
        return (words.operation_title(inner[0]), words.short_operation(inner[0]), "")

    def _blocks(self, call: str) -> tuple[Block, ...]:
        """Return the calls directly inside `call` where they are two or more, and all that there is."""
        children = [child for child in self.graph.calls if child.parent == call]
        if len(children) < 2:
            return ()
        blocks = []
        for child in children:
            nodes = tuple(node.id for node in self.graph.nodes_in(child.id))
            if len(nodes) < 2:
                return ()
            blocks.append(Block(child.id, words.call_words(self.graph, child.id), nodes, nodes[-1]))
        inside = sum(len(block.nodes) for block in blocks)
        return tuple(blocks) if inside == len(self.graph.nodes_in(call)) else ()

    def _are_apart(self, blocks: tuple[Block, ...]) -> bool:
        """Return whether no block reads what another one has made."""
        made = {node: number for number, block in enumerate(blocks) for node in block.nodes}
        return all(
            made.get(edge.source, number) == number
            for node, number in made.items()
            for edge in self.graph.incoming[node]
        )


def is_vector(shape: Shape) -> bool:
    """Return whether a tensor is drawn as one column of cells; a sequence of single numbers is not."""
    return len(shape) < 2 or (len(shape) > 2 and all(size == 1 for size in shape[1:]))
