from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.ui.network_cards import FROZEN, LENET, MLP, click, go_to, of, on_screen, plan
from visualizer.core.frames import Freezing
from visualizer.core.numbers import exact
from visualizer.ui.announcing import said
from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.store import View


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


def test_while_the_wheel_turns_the_picture_is_stretched_and_then_painted_anew(qtbot, card):
    widget = card()
    widget.grab()
    painted = widget.view._still
    wheel(widget, QPoint(300, 120), 1)
    widget.grab()
    assert widget.view._still is painted
    qtbot.waitUntil(lambda: widget.view._still is not painted)
    now = widget.view.grab().toImage()
    widget.view._still = None
    assert widget.view.grab().toImage() == now


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
