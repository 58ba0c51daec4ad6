from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.graph import Call, Edge, NetworkGraph, Node, fold
from visualizer.core.grouping import MOST_PARTS, grouped, is_group

ROOT = Call("", "", "Net", None, 0)


def chain(names: list[tuple[str, str]], skips: list[tuple[int, int]] = ()) -> NetworkGraph:
    """Return a chain of operations, each in a call of its own (path, operation) or, without a path, in the network."""
    nodes = [Node("input", "input", "input", "", "", "", [(1, 4)])]
    calls = [ROOT]
    for number, (path, operation) in enumerate(names):
        call = Call(path, path, operation.title(), "", 1) if path else ROOT
        calls += [call] if path else []
        name = path or f"{operation}.{number}"
        nodes.append(Node(name, "operation", operation, call.id, path, "", [(1, 4)]))
    pairs = [*itertools.pairwise(range(len(nodes))), *skips]
    edges = [Edge(nodes[a].id, nodes[b].id, (1, 4)) for a, b in pairs]
    return NetworkGraph(nodes, edges, calls, [nodes[-1].id])


def trunk(graph: NetworkGraph) -> list[str]:
    return [part.id for part in fold(graph).parts]


def test_what_repeats_in_a_long_row_becomes_one_part_with_its_repetitions():
    graph = grouped(chain([("", "conv2d"), *[("", "conv2d"), ("", "batch_norm"), ("", "relu")] * 20, ("", "linear")]))
    group = next(call for call in graph.calls if is_group(call))
    assert trunk(graph) == ["input", "conv2d.0", group.id, "linear.61"]
    assert group.module_class == "20 × (conv2d, batch norm, relu)"
    repetitions = fold(graph, group.id).parts[1:]  # the first is what comes in
    assert len(repetitions) == 20
    assert repetitions[4].nodes == ["conv2d.13", "batch_norm.14", "relu.15"]


def test_a_short_row_stays_as_it_is():
    graph = chain([("", "conv2d"), ("", "relu")] * (MOST_PARTS // 2 - 1))
    assert grouped(graph) is graph


def test_a_long_row_without_repetition_is_cut_into_sections():
    graph = grouped(chain([("", f"operation{number}") for number in range(49)]))
    parts = fold(graph).parts
    assert [len(part.nodes) for part in parts] == [1, *[7] * 7]
    assert graph.call[parts[2].id].module_class == "operations 8–14"


def test_a_list_of_modules_becomes_one_part_with_what_runs_between_them():
    rows = [("stem", "conv2d"), ("blocks.0", "linear"), ("", "add"), ("blocks.1", "linear"), ("head", "linear")]
    graph = grouped(chain(rows))
    assert trunk(graph) == ["input", "stem", "blocks", "head"]
    assert graph.call["blocks"].path == "blocks"
    assert graph.call["blocks.1"].parent == "blocks"
    assert is_group(graph.call["blocks"]) and not is_group(graph.call["blocks.1"])


def test_two_lists_in_turn_are_left_alone():
    rows = [("a.0", "conv2d"), ("b.0", "relu"), ("a.1", "conv2d"), ("b.1", "relu"), ("head", "linear")]
    graph = chain(rows)
    assert grouped(graph) is graph


def test_a_list_that_is_visited_twice_is_left_alone():
    rows = [("a.0", "conv2d"), ("a.1", "relu"), ("b", "tanh"), ("a.2", "conv2d"), ("a.3", "relu")]
    graph = chain(rows)
    assert grouped(graph) is graph


@st.composite
def networks(draw: st.DrawFn) -> NetworkGraph:
    words = st.sampled_from(["conv2d", "relu", "add", "tanh"])
    names: list[tuple[str, str]] = []
    for number in range(draw(st.integers(1, 12))):
        unit = draw(st.lists(words, min_size=1, max_size=4))
        listed = draw(st.booleans())
        for again in range(draw(st.integers(1, 8))):
            names += [
                (f"list{number}.{again}.{place}".rpartition(".")[0] + f"x{place}" if listed else "", word)
                for place, word in enumerate(unit)
            ]
    places = st.integers(0, len(names))
    skips = draw(st.lists(st.tuples(places, places).filter(lambda ends: ends[0] < ends[1]), max_size=8))
    return chain(names, skips)


@given(networks())
def test_grouping_moves_nodes_into_parts_and_changes_nothing_else(graph):
    found = grouped(graph)
    assert [node.id for node in found.nodes] == [node.id for node in graph.nodes]
    assert found.edges == graph.edges
    for call in graph.calls:
        assert [node.id for node in found.nodes_in(call.id)] == [node.id for node in graph.nodes_in(call.id)]
    for before, after in zip(graph.nodes, found.nodes, strict=True):
        chain_before = graph.call_chains[before.call]
        assert [call for call in found.call_chains[after.call] if call in graph.call] == list(chain_before)
    for call in found.calls:
        assert call.parent is None or call.depth == found.call[call.parent].depth + 1
        parts = fold(found, call.id)
        order = {part.id: number for number, part in enumerate(parts.parts)}
        assert all(order[link.source] < order[link.target] for link in parts.links)
        if is_group(call):
            assert len([part for part in parts.parts if not part.external]) > 1
