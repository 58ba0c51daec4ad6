from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QImage

from tests.ui.network_cards import FROZEN, LENET, MLP, RESNET, StandInLink, go_to, long_graph
from visualizer.core.graph import Call, Edge, NetworkGraph, Node
from visualizer.core.numbers import exact
from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.canvas.running_lens import _number
from visualizer.ui.canvas.scene import OUTPUT
from visualizer.ui.canvas.states import wire_state
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.context import Context
from visualizer.ui.player import Player
from visualizer.ui.store import Store, View
from visualizer.ui.theme import DARK, theme


@pytest.mark.parametrize("theme_name", ["dark", "light"])
@pytest.mark.parametrize("experiment", [FROZEN, LENET, MLP], ids=["resnet20", "lenet", "mlp"])
def test_every_instant_can_be_painted(card, experiment, theme_name):
    widget = card(experiment, theme_name=theme_name)
    player = widget.context.player
    seen = set()
    for time in np.linspace(0, player.timeline.duration, 14):
        player.seek(float(time))
        picture = widget.grab().toImage()
        seen.add(picture.pixelColor(3, picture.height() // 2).name())
        assert picture.size() == widget.size()
    assert seen == {theme(theme_name).color("panel").name()}


def test_while_a_layer_runs_only_what_moves_is_painted(card):
    widget = card()
    go_to(widget, "forward", "stage2.0.conv1", 0.5)
    widget.grab()
    kept = widget.view._still
    go_to(widget, "forward", "stage2.0.conv1", 0.8)
    assert widget.view._still is kept
    go_to(widget, "forward", "stage2.0.norm1", 0.5)
    widget.grab()
    assert widget.view._still is not kept


def test_values_appear_with_the_playhead(card):
    widget = card()

    def seen(share: float) -> np.ndarray:
        go_to(widget, "forward", "stage2.0.conv1", share)
        area = widget.view.camera.transform.mapRect(widget.view.drawing.running.room).toRect()
        picture = widget.view.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(picture.constBits(), np.uint32).copy()

    empty = seen(0.2)

    def lit(share: float) -> int:
        return int((seen(share) != empty).sum())

    assert lit(0.45) < lit(0.7) < lit(0.95)


def test_before_anything_is_known_it_says_so(qtbot):
    context = Context(Store(RESNET), StandInLink([], "starting"), Player())
    widget = NetworkCard(context)
    qtbot.addWidget(widget)
    widget.resize(900, 400)
    widget.show()
    assert widget.view.drawing is None
    before = widget.grab().toImage()
    context.link.state = "stopped"
    context.link.state_changed.emit("stopped")
    assert widget.grab().toImage() != before


def test_before_the_first_recording_the_cards_are_idle(card):
    widget = card(record=False)
    states = widget.view.drawing.trunk.states(None, View())
    assert {state.look for state in states.values()} == {"idle"}
    assert not widget.grab().isNull()


def test_a_pass_that_broke_off_is_drawn_up_to_there(qtbot):
    nodes = [
        Node("input", "input", "input", "", "", "", [(1, 1, 28, 28)]),
        Node("conv1", "operation", "conv2d", "", "conv1", "Conv2d", [(1, 4, 26, 26)], ["conv1.weight"], 36),
        Node("conv2", "operation", "conv2d", "", "conv2", "Conv2d", error="expected 8 channels, got 4"),
    ]
    edges = [Edge("input", "conv1", (1, 1, 28, 28)), Edge("conv1", "conv2", (1, 4, 26, 26))]
    graph = NetworkGraph(nodes, edges, [], error="Layer 'conv2' expects 8 channels and was given 4.")
    subject = Subject(graph, ("zero", "one"), (1, 28, 28))
    drawing = CardDrawing(subject, DARK, QSizeF(1100, 400), "")
    states = drawing.trunk.states(None, View())
    assert states["conv2"].facts[0] == "stopped here"
    assert OUTPUT not in drawing.placed.diagram.card
    last = drawing.placed.diagram.wires[-1]
    assert wire_state(last, drawing.placed.diagram, subject, None, states).look == "error"
    assert drawing.error is not None and drawing.running is None
    hit = drawing.hit(drawing.trunk.plans["conv2"].rect.center(), Instant(None, View()))
    assert isinstance(hit, Hit) and "expected 8 channels" in hit.value


def test_six_hundred_operations_are_laid_out_and_painted(qtbot, card):
    widget = card(record=False)
    subject = Subject(long_graph(600), (), (1, 8, 8))
    widget.view.show_subject(subject)
    assert len(widget.view.drawing.trunk.plans) == 601
    assert widget.view.camera.zoom == 1, "what is shown first is as large as the height allows"
    widget.view.drawing.trunk._pictures.clear()
    widget.grab()
    assert 0 < len(widget.view.drawing.trunk._pictures) < 60, "only what is seen is painted"
    assert widget.minimap_shown
    widget.fit()
    assert not widget.grab().isNull()
    for _ in range(3):
        qtbot.keyClick(widget.view, Qt.Key.Key_Right)
    assert widget.context.store.view.selected == "op1"


def test_a_wire_says_its_shape_and_the_gradient_on_it(card):
    widget = card()
    line = widget.view.drawing.placed.lines["stage1", "stage2"]
    hit = widget.view.drawing.hit(line.pointAtPercent(0.5), widget.view.instant())
    assert (hit.name, hit.value) == ("stage 1 → stage 2", "16×28×28")
    widget.context.player.end()
    hit = widget.view.drawing.hit(line.pointAtPercent(0.5), widget.view.instant())
    shares = widget.context.player.recording.edge_shares
    assert exact(shares["stage1.2.relu2->stage2.0.conv1"].norm) in hit.value
    assert exact(shares["stage1.2.relu2->stage2.0.shortcut/getitem"].norm) in hit.value


def test_with_reduced_motion_a_layer_is_there_at_once(card):
    widget = card()
    widget.context.store.look(reduced_motion=True)
    scene = go_to(widget, "forward", "stage2.0.conv1", 0.2)
    assert scene.pulses and scene.fill == 0
    assert widget.view.instant().fill == 1
    early = widget.grab().toImage()
    go_to(widget, "forward", "stage2.0.conv1", 0.9)
    assert widget.grab().toImage() == early


def test_the_input_is_there_from_the_beginning_of_a_pass(card: Callable[..., NetworkCard]) -> None:
    widget = card(LENET)
    widget.context.player.seek(0.0)
    scene, lens = widget.context.player.scene, widget.view.drawing.running
    assert lens.node(scene, widget.context.store.view) == "input"
    assert lens.is_running(scene, "input") and not lens.is_filling(scene, "input")
    assert lens.area("input") == lens.room, "what reads nothing has all the room"
    tensor, tint, _ = lens._shown("input", scene)
    assert tint == "picture" and tensor is widget.context.player.recording.activations["input"]


@pytest.mark.parametrize(
    "value, text", [(0.0, "0"), (0.34, ".34"), (-0.0003, "−0.0003"), (2e-7, "2e−7"), (12.5, "12.5")]
)
def test_a_small_gradient_in_the_lens_does_not_read_as_zero(value: float, text: str) -> None:
    assert _number(value) == text


def test_a_long_row_in_the_lens_is_turned_like_pages(real_frames):
    graph = long_graph(40)
    call = Call("long", "long", "Sequential", "", 1)
    nodes = [replace(node, call="long") if node.kind != "input" else node for node in graph.nodes]
    inner = [edge for edge in graph.edges if edge.argument == 0]
    subject = Subject(NetworkGraph(nodes, inner, [Call("", "", "Net", None, 0), call]), (), (1, 8, 8))
    drawing = CardDrawing(subject, DARK, QSizeF(1150, 411), "long")
    pages = drawing.inside.content.pages
    assert sum(len(page.plans) for page in pages) == 41
    for page in pages:
        assert all(drawing.inside.rect.contains(rect) for rect in page.placed.rects.values())
    instant = Instant(None, View(selected="op39"))
    assert "op39" in drawing.inside.content.page(instant).plans
    assert drawing.inside.sample(instant).startswith(f"page {len(pages)} of {len(pages)}")


def test_branches_in_the_lens_are_made_to_fit():
    names = ["input", *(f"way{n}" for n in range(6)), "join"]
    nodes = [Node("input", "input", "input", "", "", "", [(1, 4, 8, 8)])]
    nodes += [Node(name, "operation", "relu", "mix", "mix", "Mix", [(1, 4, 8, 8)]) for name in names[1:]]
    edges = [Edge("input", name, (1, 4, 8, 8)) for name in names[1:-1]]
    edges += [Edge(name, "join", (1, 4, 8, 8), argument=n) for n, name in enumerate(names[1:-1])]
    calls = [Call("", "", "Net", None, 0), Call("mix", "mix", "Mix", "", 1)]
    drawing = CardDrawing(Subject(NetworkGraph(nodes, edges, calls), (), (4, 8, 8)), DARK, QSizeF(1150, 411), "mix")
    rects = [hit.rect for _, hit in drawing.inside.content.hits()]
    assert len(rects) == 8 and drawing.inside.content.scale < 1
    assert all(drawing.inside.rect.contains(rect) for rect in rects)
    way = drawing.find("way3")
    assert drawing.hit(way.rect.center(), Instant(None, View())).selects == "way3"
