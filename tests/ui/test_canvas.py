from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Freezing, Recording
from visualizer.core.graph import Call, Edge, NetworkGraph, Node
from visualizer.core.numbers import exact
from visualizer.core.timeline import SceneState, Timeline
from visualizer.ui import paint
from visualizer.ui.announcing import said
from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.canvas.neuron_drawing import NeuronDrawing
from visualizer.ui.canvas.neurons import columns_of
from visualizer.ui.canvas.running_lens import _number
from visualizer.ui.canvas.scene import OUTPUT
from visualizer.ui.canvas.states import card_state, wire_state
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.context import Context
from visualizer.ui.player import Player
from visualizer.ui.store import Store, View
from visualizer.ui.theme import DARK, font, theme

RESNET = Experiment(network="resnet20", dataset="mnist", weights="initial")
FROZEN = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stage1", "stem"))
LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
MLP = Experiment(network="mlp", dataset="moons", weights="initial")
SIZES = ((896, 291), (1168, 411), (1472, 560))
Frames = Callable[[Experiment], list[Frame]]


class StandInLink(QObject):
    arrived = Signal(object)
    state_changed = Signal(str)

    def __init__(self, frames: list[Frame], state: str = "running") -> None:
        super().__init__()
        self.state = state
        self._latest = {type(frame): frame for frame in frames}

    def latest(self, frame_type: type) -> Frame | None:
        return self._latest.get(frame_type)

    def deliver(self, frame: Frame) -> None:
        self._latest[type(frame)] = frame
        self.arrived.emit(frame)


def of(frames: list[Frame], kind: type) -> Frame:
    return next(frame for frame in frames if isinstance(frame, kind))


def subject_of(frames: list[Frame], frozen: tuple[str, ...] = ()) -> Subject:
    configured, recording = of(frames, Configured), of(frames, Recording)
    timeline = Timeline(
        recording.graph, recording.forward_order, recording.backward_order, recording.parameter_gradients.keys()
    )
    return Subject(recording.graph, configured.classes, configured.input_shape, recording, timeline, frozen)


@pytest.fixture
def card(qtbot: QtBot, real_frames: Frames) -> Callable[..., NetworkCard]:
    def build(
        experiment: Experiment = RESNET,
        size: tuple[int, int] = (1184, 471),
        theme_name: str = "dark",
        record: bool = True,
    ) -> NetworkCard:
        frames = real_frames(experiment)
        context = Context(Store(experiment, View(theme=theme_name)), StandInLink(frames), Player())
        widget = NetworkCard(context)
        qtbot.addWidget(widget)
        widget.resize(*size)
        widget.show()
        if record:
            context.player.show(of(frames, Recording))
        QApplication.processEvents()
        return widget

    return build


def go_to(card: NetworkCard, phase: str, node: str, share: float = 0.7) -> SceneState:
    """Put the playhead to where a node is `share` done."""
    player = card.context.player
    station = next(s for s in player.timeline.stations if s.phase == phase and (node in s.nodes or not node))
    place = station.nodes.index(node) if node else 0
    player.seek(station.start + (station.end - station.start) * (place + share) / max(len(station.nodes), 1))
    QApplication.processEvents()
    return player.scene


def on_screen(card: NetworkCard, point: QPointF) -> QPoint:
    return card.view.camera.transform.map(point).toPoint()


def click(qtbot: QtBot, card: NetworkCard, point: QPointF) -> None:
    qtbot.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=on_screen(card, point))


def plan(card: NetworkCard, name: str):
    return card.view.drawing.trunk.plans[name]


# What is drawn.


def test_the_trunk_is_the_network_folded_to_its_children(real_frames):
    diagram = subject_of(real_frames(RESNET)).diagram()
    kinds = {card.id: card.kind for card in diagram.cards}
    assert kinds == {
        "input": "input", "stem": "maps", "stage1": "stage", "stage2": "stage", "stage3": "stage", "pool": "column",
        "linear": "column", OUTPUT: "output",
    }  # fmt: skip
    assert [(wire.source, wire.target) for wire in diagram.wires] == list(itertools.pairwise(kinds))
    assert "flatten" in diagram.card["pool"].nodes, "what only re-arranges is no card of its own"
    assert diagram.card["stage1"].facts[0] == "3 blocks, 14\u202f016 parameters"
    assert diagram.card["stem"].facts[:2] == ("conv 3×3 · bn · relu", "conv 3×3 · bn")
    assert [wire.shape for wire in diagram.wires][:4] == [(1, 28, 28), (16, 28, 28), (16, 28, 28), (32, 14, 14)]
    every = [node for card in diagram.cards for node in card.nodes]
    assert sorted(every) == sorted(node.id for node in subject_of(real_frames(RESNET)).graph.nodes)


def test_the_graph_alone_gives_the_same_cards_as_a_recording(real_frames):
    configured = of(real_frames(RESNET), Configured)
    idle = Subject(configured.graph, configured.classes, configured.input_shape)
    recorded = subject_of(real_frames(RESNET)).diagram()
    assert [(c.id, c.kind, c.shape) for c in idle.diagram().cards] == [(c.id, c.kind, c.shape) for c in recorded.cards]


def test_a_block_is_a_row_with_its_skip(real_frames):
    diagram = subject_of(real_frames(RESNET)).diagram("stage1.0")
    assert [card.title for card in diagram.cards] == [
        "x",
        "conv 3×3",
        "batch norm",
        "relu",
        "conv 3×3",
        "batch norm",
        "+",
        "relu",
    ]
    assert diagram.cards[0].shape == (16, 28, 28)
    assert ("outside:stem.relu", "stage1.0/add") in [(wire.source, wire.target) for wire in diagram.wires]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("experiment", [RESNET, LENET], ids=["resnet20", "lenet"])
def test_nothing_overlaps_and_everything_is_in_view(real_frames, experiment, size):
    drawing = CardDrawing(subject_of(real_frames(experiment)), DARK, QSizeF(*size), "")
    assert drawing.bounds.width() == pytest.approx(size[0], abs=0.5)
    for diagram in [d for d in (drawing.trunk, drawing.inside and drawing.inside.content.pages[0]) if d]:
        rects = list(diagram.placed.rects.values())
        assert all(not a.intersects(b) for a, b in itertools.combinations(rects, 2))
        assert all(drawing.bounds.adjusted(-1, -1, 1, 1).contains(rect) for rect in rects)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("opened", ["stage1.0", "stage2.0", "stage1"])
def test_no_card_clips_its_words(real_frames, size, opened):
    subject = subject_of(real_frames(RESNET))
    drawing = CardDrawing(subject, DARK, QSizeF(*size), opened)
    columns = [p for p in drawing.trunk.plans.values() if p.card.kind == "column"]
    for plan in drawing.trunk.plans.values():
        words = paint.width_of(plan.card.title, plan.title_font)
        if plan.card.kind != "column":
            assert words <= plan.rect.width() - 16, plan.card.title
        if plan.card.kind == "output":
            for number, bar in drawing.trunk.cards.bar_rects(plan):
                assert paint.width_of(subject.classes[number], font(10, 600)) <= bar.x() - plan.rect.x() - 10
                assert bar.width() >= 30
    for a, b in itertools.pairwise(columns):
        halves = (paint.width_of(a.card.title, font(10, 600)) + paint.width_of(b.card.title, font(10, 600))) / 2
        assert halves < b.rect.center().x() - a.rect.center().x()
    for plan in drawing.inside.content.pages[0].plans.values():
        if plan.card.id in drawing.inside.placed.pills:
            assert paint.width_of(plan.card.title, font(10, 500)) <= plan.rect.width() - 12


# How it looks at an instant.


def test_cards_follow_the_pass(real_frames):
    subject, view = subject_of(real_frames(RESNET)), View()
    timeline, diagram = subject.timeline, subject.diagram()
    for time in np.arange(0.05, timeline.duration, 0.37):
        scene = timeline.at(float(time))
        states = {card.id: card_state(card, subject, scene, view) for card in diagram.cards}
        running = [name for name, state in states.items() if "active" in (state.look, state.gradient)]
        wanted = diagram.card_of.get(scene.active)
        if scene.phase in ("forward", "backward"):
            assert running == [wanted]
        for card in diagram.cards[1:-1]:
            state, order = states[card.id], timeline.forward_rank
            if scene.phase == "forward" and card.id != wanted:
                past = order[card.nodes[-1]] < scene.forward
                assert state.look == ("done" if past else "dim")
            if scene.phase in ("backward", "update") and card.id != wanted:
                past = timeline.backward_rank[card.nodes[0]] < scene.backward
                assert state.gradient == ("done" if past else "later")


def test_a_stage_shows_the_block_at_work(real_frames):
    subject = subject_of(real_frames(RESNET))
    start = next(s for s in subject.timeline.stations if "stage2.1.conv1" in s.nodes).start
    scene = subject.timeline.at(start + 0.05)
    state = card_state(subject.diagram().card["stage2"], subject, scene, View(opened="stage2.0"))
    assert [block.look for block in state.blocks] == ["done", "active", "dim"]
    assert [block.opened for block in state.blocks] == [True, False, False]
    assert state.blocks[1].node == "stage2.1.conv1"
    assert state.facts[0] == "running block 2 of 3"


def test_no_gradient_runs_into_what_is_frozen(real_frames):
    subject = subject_of(real_frames(FROZEN), FROZEN.frozen)
    diagram, view = subject.diagram(), View()
    scene = subject.timeline.at(subject.timeline.duration)
    states = {card.id: card_state(card, subject, scene, view) for card in diagram.cards}
    assert states["stage1"].frozen and states["stage1"].gradient == "none"
    assert not states["stage2"].frozen and states["stage2"].gradient == "done"
    looks = [wire_state(wire, diagram, subject, scene, states).look for wire in diagram.wires]
    assert looks == ["frozen", "frozen", "frozen", "gradient", "gradient", "gradient", "gradient"]


def test_a_frozen_middle_lets_gradients_through(real_frames):
    experiment = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stage2",))
    subject = subject_of(real_frames(experiment), experiment.frozen)
    scene = subject.timeline.at(subject.timeline.duration)
    states = {card.id: card_state(card, subject, scene, View()) for card in subject.diagram().cards}
    assert states["stage2"].frozen and states["stage2"].gradient == "done" and states["stage1"].gradient == "done"


# The neurons.


def test_an_mlp_is_drawn_neuron_by_neuron(real_frames):
    columns = columns_of(subject_of(real_frames(MLP)))
    assert [(c.title, c.subtitle, c.count) for c in columns] == [
        ("Input", "x", 2), ("Linear 2 → 8", "tanh", 8), ("Linear 8 → 8", "tanh", 8), ("Linear 8 → 2", "logits", 2),
    ]  # fmt: skip
    assert columns_of(subject_of(real_frames(RESNET))) is None
    assert columns_of(subject_of(real_frames(LENET))) is None


@pytest.mark.parametrize("size", SIZES)
def test_neurons_keep_apart(real_frames, size):
    plan = NeuronDrawing(subject_of(real_frames(MLP)), DARK, QSizeF(*size), "").plan
    for column in plan.centers:
        for a, b in itertools.pairwise(column):
            assert b.y() - a.y() >= 2 * plan.radius
        assert column[0].y() - plan.radius > 38 and column[-1].y() + plan.radius < size[1] - 24


def test_a_click_on_a_neuron_selects_it(qtbot, card):
    widget = card(MLP)
    drawing = widget.view.drawing
    click(qtbot, widget, drawing.plan.centers[2][3])
    view = widget.context.store.view
    assert (view.selected, view.element) == ("hidden2", (3,))
    recording = widget.context.player.recording
    activation = float(recording.activations["tanh2"].values[3])
    assert exact(activation) in said(widget.view)
    qtbot.keyClick(widget.view, Qt.Key.Key_Down)
    assert widget.context.store.view.element == (4,)
    qtbot.keyClick(widget.view, Qt.Key.Key_Left)
    assert widget.context.store.view.selected == "hidden1"


def test_a_weight_says_its_value_and_its_gradient(card):
    widget = card(MLP)
    plan = widget.view.drawing.plan
    start, end = plan.centers[1][0], plan.centers[2][7]
    hit = widget.view.drawing.hit(start + (end - start) * 0.31, widget.view.instant())
    recording = widget.context.player.recording
    assert hit.value == (
        f"w = {exact(float(recording.parameters['hidden2.weight'].values[7, 0]))}\n"
        f"∂L/∂w = {exact(float(recording.parameter_gradients['hidden2.weight'].values[7, 0]))}\n"
        "drag up or down to set it"
    )


# Working with it.


def test_a_click_selects_a_card_and_a_pixel(qtbot, card):
    widget = card()
    go_to(widget, "loss", "")
    stem = plan(widget, "stem")
    click(qtbot, widget, stem.rect.topLeft() + QPointF(20, 16))
    assert widget.context.store.view.selected == "stem"
    cell = stem.grid((16, 28, 28)).cell(5)
    click(qtbot, widget, cell.topLeft() + QPointF(cell.width() * 10.5 / 28, cell.height() * 20.5 / 28))
    view = widget.context.store.view
    assert (view.selected, view.element, view.channel) == ("stem.relu", (5, 20, 10), 5)


def test_the_tool_tip_says_the_recorded_value(card):
    widget = card()
    go_to(widget, "loss", "")
    lens = widget.view.drawing.running
    recording = widget.context.player.recording
    cell = plan(widget, "stem").grid((16, 28, 28)).cell(2)
    hit = widget.view.drawing.hit(cell.center(), widget.view.instant())
    assert hit.name == "stem · relu"
    assert hit.value.endswith(exact(float(recording.activations["stem.relu"].values[hit.element])))
    logits = lens.grid("linear")
    hit = widget.view.drawing.hit(logits.cell(4).center(), widget.view.instant())
    assert hit.value == f"number 4: value {exact(float(recording.activations['linear'].values[4]))}"


def test_gradients_are_told_as_gradients(card):
    widget = card()
    widget.context.player.end()
    recording = widget.context.player.recording
    cell = plan(widget, "stem").grid((16, 28, 28)).cell(2)
    hit = widget.view.drawing.hit(cell.center(), widget.view.instant())
    assert hit.value.endswith(f"∂L/∂a {exact(float(recording.gradients['stem.relu'].values[hit.element]))}")


def test_a_double_click_opens_a_block_and_backspace_goes_up(qtbot, card):
    widget = card()
    assert widget.view.opened == "stage1.0", "the first block is open where nobody has chosen"
    block = plan(widget, "stage3").blocks[1]
    qtbot.mouseDClick(widget.view, Qt.MouseButton.LeftButton, pos=on_screen(widget, block.center()))
    assert widget.context.store.view.opened == "stage3.1"
    assert widget.view.drawing.inside.crumbs[-1][1] == "block 2"
    qtbot.keyClick(widget.view, Qt.Key.Key_Backspace)
    assert widget.context.store.view.opened == "stage3"
    titles = [p.card.title for p in widget.view.drawing.inside.content.pages[0].plans.values()]
    assert titles == ["x", "block 1", "block 2", "block 3"]


def test_a_crumb_leads_up(qtbot, card):
    widget = card()
    call, _, place = widget.view.drawing.inside.crumbs[0]
    click(qtbot, widget, place.center())
    assert call == "stage1" and widget.context.store.view.opened == "stage1"


def test_arrows_follow_the_edges(qtbot, card):
    widget = card()
    seen = []
    for _ in range(9):
        qtbot.keyClick(widget.view, Qt.Key.Key_Right)
        seen.append(widget.context.store.view.selected)
    loss = widget.context.player.timeline.graph.nodes[-1].id
    assert seen == ["input", "stem", "stage1", "stage2", "stage3", "pool", "linear", loss, loss]
    assert said(widget.view).startswith("probabilities")
    qtbot.keyClick(widget.view, Qt.Key.Key_Left)
    assert widget.context.store.view.selected == "linear"
    widget.context.store.look(selected="stage1")
    qtbot.keyClick(widget.view, Qt.Key.Key_Down)
    assert widget.context.store.view.selected.startswith("stage1.0")
    qtbot.keyClick(widget.view, Qt.Key.Key_Escape)
    assert widget.context.store.view.selected == ""


def test_enter_opens_the_selected_part(qtbot, card):
    widget = card()
    widget.context.store.look(selected="stem")
    qtbot.keyClick(widget.view, Qt.Key.Key_Return)
    assert widget.context.store.view.opened == "stem"


def test_the_switch_freezes_a_stage_and_undo_thaws_it(qtbot, card):
    widget = card()
    store = widget.context.store
    spot = plan(widget, "stage1").switch.center()
    click(qtbot, widget, spot)
    assert store.experiment.frozen == ("stage1",)
    assert store.undo_stack.undoText() == "Freeze stage 1"
    assert store.view.selected == ""
    store.undo_stack.undo()
    assert store.experiment.frozen == ()
    click(qtbot, widget, plan(widget, "linear").switch.center())
    assert store.experiment.frozen == ("linear",)


def test_a_part_of_a_frozen_stage_can_be_thawed(card):
    widget = card(FROZEN)
    widget.view.freeze("stage1.1")
    frozen = widget.context.store.experiment
    assert not frozen.is_frozen("stage1.1.conv1")
    assert all(frozen.is_frozen(path) for path in ("stem.conv", "stage1.0.conv2", "stage1.2.norm1"))
    assert widget.context.store.undo_stack.undoText() == "Unfreeze stage 1 · block 2"


def test_the_tick_comes_only_with_the_proof(card, real_frames):
    widget = card(FROZEN)
    states = widget.view.drawing.trunk.states(widget.context.player.scene, View())
    assert of(real_frames(FROZEN), Freezing).layers[0].verified is True
    assert states["stem"].frozen and states["stem"].verified
    widget.context.store.patch("Freeze stage 2", frozen=("stage1", "stage2", "stem"))
    states = widget.view.drawing.trunk.states(widget.context.player.scene, View())
    assert states["stage2"].frozen and not states["stage2"].verified


def test_the_menu_offers_what_can_be_done(card):
    widget = card()
    hit = widget.view.drawing.find("stage2")
    menu = widget.view.menu(hit)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Open", "Freeze stage 2", "Show shape", "Copy as image", "Fit"]
    next(action for action in menu.actions() if action.text() == "Freeze stage 2").trigger()
    assert widget.context.store.experiment.frozen == ("stage2",)
    widget.view.copy_image()
    assert not QGuiApplication.clipboard().image().isNull()
    menu.deleteLater()
    assert widget.image().size() == widget.view.size()


# Looking from elsewhere.


def wheel(card: NetworkCard, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at), card.view.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(card.view, event)


def test_the_wheel_zooms_to_the_pointer(card):
    widget = card()
    at = QPoint(400, 150)
    before = widget.view.camera.to_drawing(QPointF(at))
    wheel(widget, at, 4)
    after = widget.view.camera.to_drawing(QPointF(at))
    assert widget.view.camera.zoom > 1.9
    assert (after - before).manhattanLength() < 1e-6
    assert widget.minimap_shown
    widget.fit()
    assert widget.view.camera.zoom == 1 and not widget.minimap_shown
    widget.toggle_minimap()
    assert widget.minimap_shown


def test_dragging_moves_and_selects_nothing(qtbot, card):
    widget = card()
    start = widget.view.camera
    qtbot.mousePress(widget.view, Qt.MouseButton.LeftButton, pos=QPoint(300, 120))
    for x in (320, 360):
        qtbot.mouseMove(widget.view, QPoint(x, 130))
        QApplication.processEvents()
    event_camera = widget.view.camera
    qtbot.mouseRelease(widget.view, Qt.MouseButton.LeftButton, pos=QPoint(360, 130))
    assert widget.context.store.view.selected == ""
    assert event_camera.zoom == start.zoom


def test_numbers_appear_from_very_near(card):
    widget = card(LENET)
    go_to(widget, "loss", "")
    widget.view.zoom_by(20, QPointF(on_screen(widget, plan(widget, "pool2").grid((16, 5, 5)).cell(0).center())))
    near = widget.grab().toImage()
    assert not near.isNull() and widget.view.camera.zoom == pytest.approx(20)


# Painting.


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


def long_graph(count: int) -> NetworkGraph:
    nodes = [Node("input", "input", "input", "", "", "", [(1, 1, 8, 8)])]
    nodes += [Node(f"op{n}", "operation", "tanh", "", "", "", [(1, 1, 8, 8)]) for n in range(count)]
    names = [node.id for node in nodes]
    edges = [Edge(a, b, (1, 1, 8, 8)) for a, b in itertools.pairwise(names)]
    edges += [Edge(names[n], names[n + 4], (1, 1, 8, 8), argument=1) for n in range(0, count - 5, 7)]
    return NetworkGraph(nodes, edges, [])


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
