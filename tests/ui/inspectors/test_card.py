from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.inspectors.shown import RESNET, explained, shown
from visualizer.core.frames import Frame
from visualizer.core.numbers import exact
from visualizer.engine.session import TrainingSession
from visualizer.ui.formula import typesetter
from visualizer.ui.inspectors.inspector_card import WIDTH
from visualizer.ui.inspectors.menu import picture, table


def test_head_says_what_a_convolution_is(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage2.0.conv1")
    assert card.head.line == "Conv2d 16 → 32, 3×3, stride 2, padding 1"
    weight = resnet[0].network.get_parameter("stage2.0.conv1.weight")
    assert card.head.facts == (
        ("in", "16×28×28"),
        ("out", "32×14×14"),
        ("parameters", f"{weight.numel():,}".replace(",", "\u202f")),
    )


def test_nothing_selected_shows_the_first_layer(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet)
    assert card.look is not None and card.look.subject.id == "stem.conv"


@pytest.mark.parametrize(
    "selected",
    ["stem.conv", "stage2.0.norm1", "stage2.0.relu1", "stage1", "stage1.1/add", "pool", "linear", "loss", "input"],
)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_kind_of_layer_fits_into_the_narrowest_column(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]], selected: str, theme: str
) -> None:
    card = shown(qtbot, resnet, width=WIDTH, height=612, selected=selected, theme=theme, channel=1)
    if selected != "input":
        explained(qtbot, card)
    page = card.scroll.widget()
    assert page.minimumSizeHint().width() <= card.scroll.viewport().width()
    assert card.minimumSizeHint().width() <= WIDTH
    assert not card.grab().isNull()


def test_kernels_are_those_of_the_recording(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv")
    weight = resnet[0].network.get_parameter("stem.conv.weight").detach().numpy()
    kernels = card.column.weights.kernels
    text = kernels.words_at(3, kernels.place(3).center())
    assert text == f"kernel 3, row 1, column 1: {exact(float(weight[3, 0, 1, 1]))}"


def test_a_click_on_a_kernel_selects_its_channel(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", element=(0, 9, 10))
    area = card.column.weights.kernels.place(5).center().toPoint()
    qtbot.mouseClick(card.column.weights.kernels, Qt.MouseButton.LeftButton, pos=area)
    assert card.context.store.view.channel == 5
    assert card.context.store.view.element == (5, 9, 10)


def test_frozen_layers_say_that_they_have_no_gradient(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="stage1.0.conv1")
    card.context.player.end()
    assert card.look is not None and card.look.backward
    assert card.column.weights.toggle.choice == "gradient"
    assert card.column.weights.empty.words == "frozen: no gradient"
    assert card.freeze_row.state.text() == "Frozen"
    assert "max |Δw| = 0" in card.freeze_row.proof.text()


def test_the_playhead_turns_the_toggles(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage3.0.conv1")
    card.context.player.end()
    assert card.column.output.toggle.choice == "gradient"
    card.context.player.start()
    assert card.column.output.toggle.choice == "activation"
    assert "last pass" in card.column.output.note.text()


def test_the_switch_freezes_and_can_be_taken_back(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage2")
    store = card.context.store
    qtbot.mouseClick(card.freeze_row.switch, Qt.MouseButton.LeftButton)
    assert store.experiment.frozen == ("stage1.0", "stage2", "stem")
    assert store.undo_stack.undoText() == "Freeze stage2"
    assert card.freeze_row.switch.state == "frozen"
    store.undo_stack.undo()
    assert card.freeze_row.switch.state == "trainable"


def test_one_layer_of_a_frozen_block_can_be_released(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage1.0.conv1")
    card.freeze_row.toggle()
    frozen = card.context.store.experiment.frozen
    assert frozen == ("stage1.0.conv2", "stage1.0.norm1", "stage1.0.norm2", "stem")
    card.context.store.look(selected="stage1")
    assert card.freeze_row.switch.state == "part"
    assert card.freeze_row.scope.text() == "freezes 12 layers"


def test_an_operation_without_parameters_cannot_be_frozen(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="stage1.0/add")
    assert not card.freeze_row.switch.isEnabled()
    card.freeze_row.toggle()
    assert card.context.store.experiment.frozen == RESNET.frozen


def test_a_pin_keeps_the_layer(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv")
    card.pin.setChecked(True)
    card.context.store.look(selected="linear")
    assert card.look.subject.id == "stem.conv"
    card.pin.setChecked(False)
    assert card.look.subject.id == "linear"


def test_classes_are_named_and_probabilities_are_those_recorded(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="linear")
    card.column.output.toggle.choose("probability")
    card.column.output.refresh(card.look)
    probabilities = torch.softmax(torch.tensor(card.look.subject.recording.activations["linear"].values), 0)
    assert card.column.output.bars.text_of(7).startswith("seven: ")
    assert np.allclose(card.column.output.bars._values, probabilities.numpy(), atol=1e-6)


def test_numbers_are_at_full_precision(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage3.2.conv2", channel=9)
    card.column.numbers.fold(False)
    values = card.look.subject.recording.activations["stage3.2.conv2"].values[9]
    model = card.column.numbers.model
    read = [[np.float32(model.index(r, c).data().replace("−", "-")) for c in range(7)] for r in range(7)]
    assert np.array_equal(np.array(read, np.float32), values)
    card.column.numbers.table.clicked.emit(model.index(2, 5))
    assert card.context.store.view.element == (9, 2, 5)


def test_copied_values_are_exact(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.relu", channel=1)
    card.menu.csv.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    values = np.array([line.split(",") for line in lines], np.float32)
    assert np.array_equal(values, card.look.subject.recording.activations["stem.relu"].values[1])
    assert table(values[:1, :2], "\t").count("\t") == 1
    assert picture(card.context, card.look).size().toTuple() == (504, 504)


def test_the_menu_turns_to_gradients(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="linear")
    card.menu.gradient.trigger()
    assert {
        part.toggle.choice
        for part in (card.column.weights, card.column.output, card.column.histogram, card.column.numbers)
    } == {"gradient"}
    values = card.look.subject.recording.gradients["linear"].values
    assert card.column.output.bars.text_of(4) == f"four: {exact(float(values[4]))}"
    card.menu.gradient.trigger()
    assert (card.column.weights.toggle.choice, card.column.output.toggle.choice) == ("weight", "logit")


def test_the_menu_opens_the_block_around_a_layer(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage2.1.conv2")
    card.menu.lens.trigger()
    assert card.context.store.view.opened == "stage2.1"


def test_everything_has_a_name_for_those_who_cannot_see_it(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="stage2.1.conv2", channel=3)
    explained(qtbot, card)
    focusable = [w for w in card.findChildren(QWidget) if w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.isVisible()]
    assert len(focusable) > 10
    nameless = [w for w in focusable if not (w.accessibleName() or getattr(w, "text", str)())]
    assert nameless == []


def test_a_folded_section_stays_folded(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv")
    card.column.weights.fold(True)
    again = shown(qtbot, resnet, selected="stem.conv")
    assert again.column.weights.folded and not again.column.output.folded


def test_the_histogram_is_folded_in_a_low_window(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    assert shown(qtbot, resnet, height=612).column.histogram.folded
    assert not shown(qtbot, resnet, height=834).column.histogram.folded


def test_without_a_recording_it_says_why(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet)
    card.context.player.clear()
    assert card.hint.text() == "No pass is recorded yet."
    assert card.scroll.isHidden() and card.freeze_row.isHidden()


def test_a_new_theme_repaints_everything(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", theme="dark")
    explained(qtbot, card)
    card.context.store.look(theme="light")
    light = shown(qtbot, resnet, selected="stem.conv", theme="light")
    explained(qtbot, light)
    typesetter().finish()
    assert card.scroll.grab().toImage() == light.scroll.grab().toImage()
