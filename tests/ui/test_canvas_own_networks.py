from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from tests.ui.network_cards import MLP, long_graph
from visualizer.core.graph import Call, Edge, NetworkGraph, Node
from visualizer.core.grouping import grouped
from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.drawing import Instant
from visualizer.ui.canvas.neurons import columns_of, plan_neurons, room_for
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import View
from visualizer.ui.theme import DARK

SMALL, LARGE = QSizeF(870, 290), QSizeF(1480, 560)
NOW = Instant(None, View())
MAPS = (1, 4, 8, 8)


def network(rows: list[tuple[str, str]], skips: list[tuple[str, str]] = (), shape=MAPS) -> NetworkGraph:
    """Return a chain of single operations in calls of their own, with further edges."""
    nodes = [Node("input", "input", "input", "", "", "", [shape])]
    nodes += [Node(name, "operation", operation, name, name, operation.title(), [shape]) for name, operation in rows]
    calls = [Call("", "", "Net", None, 0), *(Call(name, name, word.title(), "", 1) for name, word in rows)]
    chain = itertools.pairwise(node.id for node in nodes)
    return NetworkGraph(nodes, [Edge(a, b, shape) for a, b in [*chain, *skips]], calls, [nodes[-1].id])


def branching(count: int) -> NetworkGraph:
    """Return a network that goes several ways beside each other."""
    ways = [f"way{number}" for number in range(count)]
    nodes = [Node("input", "input", "input", "", "", "", [MAPS])]
    nodes += [Node(name, "operation", "conv2d", "", "", "Net", [MAPS]) for name in ("stem", *ways, "join", "last")]
    edges = [Edge("input", "stem", MAPS), *(Edge("stem", way, MAPS) for way in ways)]
    edges += [*(Edge(way, "join", MAPS) for way in ways), Edge("join", "last", MAPS)]
    return NetworkGraph(nodes, edges, [Call("", "", "Net", None, 0)], ["last"])


def drawing(graph: NetworkGraph, size: QSizeF = SMALL, opened: str = "") -> CardDrawing:
    found = CardDrawing(Subject(grouped(graph), (), MAPS[1:], traced=graph), DARK, size, opened)
    found.follow(found.bounds.intersected(QRectF(-16, 0, size.width() + 32, size.height())))
    return found


def overlapping(found: CardDrawing) -> list[tuple[str, str]]:
    rects = found.placed.rects.items()
    return [(a, b) for (a, one), (b, two) in itertools.combinations(rects, 2) if one.intersects(two)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_trunk_with_branches_keeps_its_lenses(size, count):
    found = drawing(branching(count), size)
    assert found.running is not None
    assert not overlapping(found)
    assert all(rect.bottom() <= found.running.rect.top() for rect in found.placed.rects.values())


def test_skips_of_a_u_net_nest_over_one_row():
    names = ("down1", "down2", "bottom", "up2", "up1", "out")
    found = drawing(network([(name, "conv2d") for name in names], [("down1", "up1"), ("down2", "up2")]))
    assert found.placed.row
    outer, inner = (found.placed.lines[link].boundingRect() for link in (("down1", "up1"), ("down2", "up2")))
    assert outer.top() < inner.top() < found.placed.rects["bottom"].top()
    assert not overlapping(found)


def test_hundreds_of_operations_in_a_row_become_blocks_that_are_all_in_view():
    graph = network([(str(number), ("conv2d", "relu")[number % 2]) for number in range(500)])
    found = drawing(graph)
    assert found.bounds.width() <= SMALL.width()
    group = next(plan for plan in found.trunk.plans.values() if plan.card.blocks)
    assert len(group.blocks) == len(group.card.blocks) == 250
    assert all(group.rect.contains(area) for area in group.blocks)
    assert not any(a.intersects(b) for a, b in itertools.pairwise(group.blocks))
    assert group.blocks[0].width() >= 8 and group.blocks[0].height() >= 8
    for number in (0, 124, 499):
        assert group.rect.contains(found.place_of(str(number))), "what runs is seen in its block"
    block = group.card.blocks[7]
    hit = found.hit(group.blocks[7].center(), NOW)
    assert hit.opens == block.call
    assert drawing(graph, opened=block.call).inside.content.pages[0].plans.keys() == {"14", "15", "outside:13"}


def test_a_click_on_a_group_selects_what_leaves_it():
    found = drawing(network([(str(number), ("conv2d", "relu")[number % 2]) for number in range(40)]))
    group = next(plan for plan in found.trunk.plans.values() if plan.card.blocks)
    hit = found.hit(group.rect.topLeft() + QPointF(4, 4), NOW)
    assert hit.selects == "39" and hit.name == "20 × (conv2d, relu)" and hit.opens == group.card.call


def test_branches_of_one_list_lie_one_above_the_other():
    ways = [f"branches.{number}.{layer}" for number in range(3) for layer in range(2)]
    nodes = [Node("input", "input", "input", "", "", "", [MAPS])]
    nodes += [Node(way, "operation", "conv2d", way, way, "Conv2d", [MAPS]) for way in ways]
    nodes += [Node("cat", "operation", "cat", "", "", "Net", [MAPS])]
    calls = [Call("", "", "Net", None, 0), *(Call(f"branches.{n}", f"branches.{n}", "Way", "", 1) for n in range(3))]
    calls += [Call(way, way, "Conv2d", way.rpartition(".")[0], 2) for way in ways]
    edges = [Edge("input", way, MAPS) for way in ways[::2]] + [
        Edge(a, b, MAPS) for a, b in zip(ways[::2], ways[1::2], strict=True)
    ]
    edges += [Edge(way, "cat", MAPS) for way in ways[1::2]]
    found = drawing(NetworkGraph(nodes, edges, calls, ["cat"]), LARGE)
    plan = found.trunk.plans["branches"]
    assert plan.card.parallel and plan.card.facts[1] == "3 branches"
    assert len({area.x() for area in plan.blocks}) == 1 and len({area.y() for area in plan.blocks}) == 3


def test_the_lenses_follow_where_the_trunk_is_longer_than_the_view():
    found = drawing(network([(f"layer{number}", f"operation{number}") for number in range(23)]))
    assert found.bounds.width() > 1.5 * SMALL.width()
    for left in (-16.0, 300.0, found.bounds.width() - SMALL.width() - 16):
        seen = QRectF(left, 0, SMALL.width() + 32, SMALL.height())
        found.follow(seen)
        lenses = [rect for rect, token in found.outline(NOW) if token == "raised"]
        assert lenses and all(seen.contains(rect) for rect in lenses)
    found.follow(QRectF(400, 0, 200, 60))  # from near: the lens stays where it covers what is seen
    near = next(rect for rect, token in found.outline(NOW) if token == "raised")
    found.follow(QRectF(430, 0, 200, 60))
    assert next(rect for rect, token in found.outline(NOW) if token == "raised") == near


def test_the_view_follows_what_runs_and_the_lenses_the_view(card):
    widget = card(record=False)
    widget.view.show_subject(Subject(long_graph(23), (), (1, 8, 8)))
    widget.view.look_from(widget.view.camera.moved(-700, 0))
    seen = widget.view.camera.seen(QSizeF(widget.view.size()))
    lens = next(rect for rect, token in widget.view.drawing.outline(widget.view.instant()) if token == "raised")
    assert seen.contains(lens)


def layers(sizes: list[int]) -> Subject:
    nodes = [Node("input", "input", "input", "", "", "", [(1, sizes[0])])]
    for number, size in enumerate(sizes[1:]):
        path = f"layer{number}"
        nodes.append(Node(path, "operation", "linear", path, path, "Linear", [(1, size)], [f"{path}.weight"], size))
        nodes.append(Node(f"gelu{number}", "operation", "gelu", "", "", "Net", [(1, size)]))
    edges = [Edge(a.id, b.id, a.shape) for a, b in itertools.pairwise(nodes)]
    return Subject(NetworkGraph(nodes, edges, [Call("", "", "Net", None, 0)], [nodes[-1].id]), (), (sizes[0],))


@pytest.mark.parametrize("sizes", [[2, *[8] * 10, 2], [2, 64, 64, 2], [1000, 1, 1], [2, *[8] * 30, 2]])
def test_columns_of_neurons_keep_apart(sizes):
    columns = columns_of(layers(sizes))
    room = room_for(columns, SMALL)
    plan = plan_neurons(columns, room)
    across = [centers[0].x() for centers in plan.centers]
    assert all(b - a >= 2 * plan.radius + 40 for a, b in itertools.pairwise(across))
    for number, column in enumerate(plan.columns):
        assert len(plan.centers[number]) == column.drawn
        assert plan.apart(number) >= min(2 * plan.radius, 15)
        assert plan.switch(number).right() <= across[number] + (across[1] - across[0]) / 2, "it is on its own column"
    assert plan.loss.left() > across[-1] + plan.radius


def test_the_neuron_under_the_pointer_shows_its_activation_curve(card):
    widget = card(MLP)
    before = widget.view.grab().toImage()
    columns = widget.view.drawing.plan
    widget.view.hover(widget.view.hit(widget.view.camera.transform.map(columns.centers[1][3])))
    shown = widget.view.grab().toImage()
    assert shown != before
    widget.view.hover(widget.view.hit(widget.view.camera.transform.map(columns.centers[1][4])))
    assert widget.view.grab().toImage() != shown, "each neuron has its own point"
    widget.view.hover(widget.view.hit(widget.view.camera.transform.map(columns.centers[0][0])))
    plain = widget.view.grab().toImage()
    widget.view.hover(None)
    assert widget.view.grab().toImage() == plain, "an input has no curve"
