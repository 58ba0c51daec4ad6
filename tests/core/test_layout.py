from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.core.layout import Box, Layout, as_row, layered, longest_path


@st.composite
def directed_acyclic_graphs(draw):
    """Nodes in forward order, links that follow it, and a size for each node."""
    count = draw(st.integers(1, 14))
    nodes = [f"n{number}" for number in range(count)]
    pairs = list(itertools.combinations(nodes, 2))
    links = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=30)) if pairs else []
    side = st.floats(10, 200)
    sizes = {node: draw(st.tuples(side, side)) for node in nodes}
    return nodes, links, sizes


def overlap(a: Box, b: Box) -> bool:
    across = a.x < b.x + b.width - 1e-6 and b.x < a.x + a.width - 1e-6
    return across and a.y < b.y + b.height - 1e-6 and b.y < a.y + a.height - 1e-6


def crosses(box: Box, route: list[tuple[float, float]]) -> bool:
    """Whether a broken line has a point well inside a box; sampled densely."""
    for (x1, y1), (x2, y2) in itertools.pairwise(route):
        for step in range(51):
            x, y = x1 + (x2 - x1) * step / 50, y1 + (y2 - y1) * step / 50
            inside_x = box.x + 0.5 < x < box.x + box.width - 0.5
            if inside_x and box.y + 0.5 < y < box.y + box.height - 0.5:
                return True
    return False


def check(layout: Layout, nodes, links, sizes) -> None:
    assert set(layout.boxes) == set(nodes)
    assert set(layout.routes) == set(links)
    for node, box in layout.boxes.items():
        assert (box.width, box.height) == sizes[node]
        assert box.x >= -1e-6 and box.y >= -1e-6
        assert box.x + box.width <= layout.width + 1e-6
        assert box.y + box.height <= layout.height + 1e-6
    for a, b in itertools.combinations(layout.boxes.values(), 2):
        assert not overlap(a, b)
    for source, target in links:
        assert layout.boxes[source].x + layout.boxes[source].width < layout.boxes[target].x
    for (source, target), route in layout.routes.items():
        first, last = layout.boxes[source], layout.boxes[target]
        assert route[0] == pytest.approx((first.x + first.width, first.middle))
        assert route[-1] == pytest.approx((last.x, last.middle))
        for node, box in layout.boxes.items():
            assert node in (source, target) or not crosses(box, route)


@settings(max_examples=150)
@given(directed_acyclic_graphs())
def test_layers_keep_order_and_never_touch(graph):
    nodes, links, sizes = graph
    check(layered(sizes, links), nodes, links, sizes)


def test_layout_is_the_same_every_time():
    sizes = {name: (60.0, 40.0) for name in "abcdefg"}
    links = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"), ("d", "e"), ("f", "g")]
    assert layered(sizes, links) == layered(sizes, links)


def test_a_chain_lies_on_one_line():
    sizes = {name: (60.0, 20.0 + 10 * number) for number, name in enumerate("abcd")}
    layout = layered(sizes, [("a", "b"), ("b", "c"), ("c", "d")])
    middles = [box.middle for box in layout.boxes.values()]
    assert max(middles) - min(middles) < 1e-6
    assert [box.x for box in layout.boxes.values()] == [0, 108, 216, 324]


def test_many_operations():
    names = [f"n{number}" for number in range(800)]
    sizes = {name: (116.0, 104.0) for name in names}
    links = list(itertools.pairwise(names)) + [(names[n], names[n + 5]) for n in range(0, 790, 3)]
    layout = layered(sizes, links)
    xs = [layout.boxes[name].x for name in names]
    assert xs == sorted(xs)


def test_nothing_and_one():
    assert layered({}, []) == Layout({}, {}, 0.0, 0.0)
    assert layered({"a": (10.0, 20.0)}, []).boxes == {"a": Box(0.0, 0.0, 10.0, 20.0)}


def test_longest_path_takes_the_way_with_most_cards():
    nodes = ["x", "conv1", "conv2", "add", "relu"]
    links = [("x", "conv1"), ("conv1", "conv2"), ("conv2", "add"), ("x", "add"), ("add", "relu")]
    assert longest_path(nodes, links) == nodes
    assert longest_path([], []) == []


def test_a_residual_block_is_a_row_with_a_skip():
    nodes = ["x", "conv1", "conv2", "add", "relu"]
    links = [("x", "conv1"), ("conv1", "conv2"), ("conv2", "add"), ("x", "add"), ("add", "relu")]
    row = as_row(nodes, links)
    assert row is not None
    assert (row.order, row.skips, row.carried) == (nodes, [("x", "add")], {})


def test_a_shortcut_rides_on_the_skip():
    nodes = ["x", "conv1", "conv2", "shortcut", "add"]
    links = [("x", "conv1"), ("conv1", "conv2"), ("conv2", "add"), ("x", "shortcut"), ("shortcut", "add")]
    row = as_row(nodes, links)
    assert row is not None
    assert row.order == ["x", "conv1", "conv2", "add"]
    assert row.carried == {"shortcut": ("x", "add")}


def test_branches_are_no_row():
    nodes = ["x", "a", "b", "c", "cat"]
    links = [("x", "a"), ("x", "b"), ("x", "c"), ("a", "cat"), ("b", "cat"), ("c", "cat")]
    assert as_row(nodes, links) is None


def test_a_skip_over_another_one_goes_higher():
    nodes = list("abcdef")
    links = [*itertools.pairwise(nodes), ("a", "f"), ("b", "d"), ("d", "f")]
    row = as_row(nodes, links)
    assert row is not None
    assert row.levels == {("b", "d"): 1, ("d", "f"): 1, ("a", "f"): 2}


def test_too_many_skips_over_each_other_are_no_row():
    nodes = list("abcdefghij")
    links = [*itertools.pairwise(nodes), *(("a", other) for other in "efgh")]
    assert as_row(nodes, links) is None
    nodes = list("abcde")
    apart = [*itertools.pairwise(nodes), ("a", "c"), ("c", "e")]
    row = as_row(nodes, apart)
    assert row is not None and row.skips == [("a", "c"), ("c", "e")]
