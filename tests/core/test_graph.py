"""Foldings show every node once and every edge between parts, whatever is open."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.graph import Call, Edge, FoldedGraph, NetworkGraph, Node, call_title, fold, tensor_name


def node(name: str, call: str = "") -> Node:
    return Node(name, "operation", name.split("/")[-1], call, call, "Module", [(2, 3)])


def residual() -> NetworkGraph:
    """input → stage (block0 (conv, relu), add of both) → fc; the add takes the input too."""
    calls = [
        Call("", "", "Net", None, 0),
        Call("stage", "stage", "Stage", "", 1),
        Call("stage.0", "stage.0", "Block", "stage", 2),
        Call("fc", "fc", "Linear", "", 1),
    ]
    nodes = [
        node("input"),
        node("stage.0/conv", "stage.0"),
        node("stage.0/relu", "stage.0"),
        node("stage/add", "stage"),
        node("fc", "fc"),
    ]
    edges = [
        Edge("input", "stage.0/conv", (2, 3)),
        Edge("stage.0/conv", "stage.0/relu", (2, 3)),
        Edge("input", "stage/add", (2, 3)),
        Edge("stage.0/relu", "stage/add", (2, 3), argument=1),
        Edge("stage/add", "fc", (2, 3)),
    ]
    return NetworkGraph(nodes, edges, calls, ["fc"])


def arrows(folded: FoldedGraph) -> list[tuple[str, str]]:
    return [(link.source, link.target) for link in folded.links]


def test_names_of_tensors_and_edges():
    assert tensor_name("lstm", 0) == "lstm" and tensor_name("lstm", 2) == "lstm:2"
    assert Edge("lstm", "fc", (1,), output=1).id == "lstm:1->fc"


def test_what_flows_in_and_out():
    graph = residual()
    assert [edge.source for edge in graph.incoming["stage/add"]] == ["input", "stage.0/relu"]
    assert [edge.target for edge in graph.outgoing["input"]] == ["stage.0/conv", "stage/add"]
    assert graph.incoming["input"] == graph.outgoing["fc"] == []


def test_the_closed_graph_shows_the_parts_of_the_root():
    folded = fold(residual())
    assert [part.id for part in folded.parts] == ["input", "stage", "fc"]
    assert [part.folded for part in folded.parts] == [False, True, False]
    assert arrows(folded) == [("input", "stage"), ("stage", "fc")]
    assert folded.links[0].edges == ["input->stage.0/conv", "input->stage/add"]


def test_an_opened_call_shows_its_content():
    folded = fold(residual(), opened=frozenset(["stage"]))
    assert [part.id for part in folded.parts] == ["input", "stage.0", "stage/add", "fc"]
    assert ("stage.0", "stage/add") in arrows(folded)


def test_what_is_open_in_a_closed_call_is_not_seen():
    assert fold(residual(), opened=frozenset(["stage.0"])) == fold(residual())


def test_inside_of_a_call_tensors_from_outside_stand_at_the_front():
    folded = fold(residual(), inside="stage")
    assert [(part.id, part.title, part.external) for part in folded.parts] == [
        ("outside:input", "input", True),
        ("stage.0", "stage.0", False),
        ("stage/add", "add", False),
    ]
    assert arrows(folded) == [
        ("outside:input", "stage.0"),
        ("outside:input", "stage/add"),
        ("stage.0", "stage/add"),
    ]


def test_titles_keep_the_parent_of_a_number():
    graph = residual()
    assert [call_title(graph, call) for call in ("stage", "stage.0", "stage.0#2", "a.b.conv", "0")] == [
        "stage",
        "stage.0",
        "stage.0#2",
        "conv",
        "0",
    ]


def test_a_graph_survives_the_wire():
    graph = residual()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(graph), type=NetworkGraph) == graph


@st.composite
def graphs(draw) -> NetworkGraph:
    calls = [Call("", "", "Net", None, 0)]
    for number in range(draw(st.integers(0, 8))):
        parent = calls[draw(st.integers(0, len(calls) - 1))]
        calls.append(Call(f"c{number}", f"c{number}", "Module", parent.id, parent.depth + 1))
    homes = draw(st.lists(st.integers(0, len(calls) - 1), min_size=1, max_size=20))
    nodes = [node(f"n{number}", calls[home].id) for number, home in enumerate(homes)]
    pairs = draw(st.sets(st.tuples(st.integers(0, 19), st.integers(0, 19), st.integers(0, 1)), max_size=40))
    ends = sorted((a, b, output) for a, b, output in pairs if a < b < len(nodes))
    return NetworkGraph(nodes, [Edge(f"n{a}", f"n{b}", (1,), output) for a, b, output in ends], calls)


@given(graphs(), st.data())
def test_every_node_is_in_one_part_and_every_edge_between_parts_in_one_link(graph, data):
    names = [call.id for call in graph.calls]
    inside = data.draw(st.sampled_from(names))
    folded = fold(graph, inside, frozenset(data.draw(st.sets(st.sampled_from(names)))))
    own = [part for part in folded.parts if not part.external]
    assert Counter(name for part in own for name in part.nodes) == Counter(n.id for n in graph.nodes_in(inside))
    assert len({part.id for part in folded.parts}) == len(folded.parts)
    part_of = {name: part.id for part in own for name in part.nodes}
    outside = {part.id for part in folded.parts if part.external}
    crossing = [
        edge for edge in graph.edges if edge.target in part_of and part_of.get(edge.source) != part_of[edge.target]
    ]
    source_of = {edge.id: part_of.get(edge.source, f"outside:{edge.tensor}") for edge in crossing}
    shown = {edge: (link.source, link.target) for link in folded.links for edge in link.edges}
    assert shown == {edge.id: (source_of[edge.id], part_of[edge.target]) for edge in crossing}
    assert sum(len(link.edges) for link in folded.links) == len(crossing)
    assert outside == {source for source in source_of.values() if source.startswith("outside:")}
    order = {n.id: place for place, n in enumerate(graph.nodes)}
    firsts = [order[part.nodes[0]] for part in own]
    assert firsts == sorted(firsts)


@given(graphs())
def test_with_all_calls_open_the_graph_is_whole(graph):
    folded = fold(graph, opened=frozenset(call.id for call in graph.calls))
    assert [part.nodes for part in folded.parts] == [[n.id] for n in graph.nodes]
    assert [part.id for part in folded.parts] == [n.id for n in graph.nodes]
    assert sorted(edge for link in folded.links for edge in link.edges) == sorted(edge.id for edge in graph.edges)
