from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Frame, Problem, TensorView
from visualizer.core.messages import Command, Explain
from visualizer.core.numbers import exact
from visualizer.engine.session import TrainingSession
from visualizer.ui.announcing import said
from visualizer.ui.context import Context
from visualizer.ui.explanations.asking import Asking
from visualizer.ui.formula import typesetter
from visualizer.ui.inspectors.facts import fact_line
from visualizer.ui.inspectors.histogram import symmetric_counts
from visualizer.ui.inspectors.inspector_card import WIDTH, InspectorCard
from visualizer.ui.inspectors.menu import picture, table
from visualizer.ui.inspectors.number_grid import _fitting
from visualizer.ui.inspectors.pictures import Pictures, Place
from visualizer.ui.inspectors.subject import find
from visualizer.ui.inspectors.sums import added_up
from visualizer.ui.inspectors.symbols import plain_symbol
from visualizer.ui.paint import width_of
from visualizer.ui.player import Player
from visualizer.ui.store import Store, View
from visualizer.ui.theme import font

RESNET = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stem", "stage1.0"))
MLP = Experiment(network="mlp", dataset="moons", weights="initial")
LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


class SessionLink(QObject):
    """Answers from a session in this process and keeps what was asked."""

    arrived = Signal(object)
    state_changed = Signal(str)

    def __init__(self, session: TrainingSession, frames: list[Frame]) -> None:
        super().__init__()
        self.session, self.state = session, "running"
        self.sent: list[Command] = []
        self._latest = {type(frame): frame for frame in frames}

    def latest(self, frame_type: type) -> Frame | None:
        return self._latest.get(frame_type)

    def receive(self, frame: Frame) -> None:
        self._latest[type(frame)] = frame
        self.arrived.emit(frame)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Explain):
            try:
                self.receive(self.session.explain(command.name, command.index))
            except UserError as problem:
                self.receive(Problem("input", str(problem), command="Explain"))


def configured(experiment: Experiment, steps: int = 1) -> tuple[TrainingSession, list[Frame]]:
    session = TrainingSession()
    frames = session.configure(experiment)
    for _ in range(steps):
        session.step()
    return session, [*frames, session.freezing()]


@pytest.fixture(scope="module")
def resnet() -> tuple[TrainingSession, list[Frame]]:
    return configured(RESNET)


@pytest.fixture(scope="module")
def mlp() -> tuple[TrainingSession, list[Frame]]:
    return configured(MLP, steps=20)


@pytest.fixture(scope="module")
def lenet() -> tuple[TrainingSession, list[Frame]]:
    return configured(LENET)


def shown(
    qtbot: QtBot, ready: tuple[TrainingSession, list[Frame]], width: int = 336, height: int = 834, **view: object
) -> InspectorCard:
    session, frames = ready
    context = Context(Store(session.experiment, View(**view)), SessionLink(session, frames), Player())
    card = InspectorCard(context)
    qtbot.addWidget(card)
    card.resize(width, height)
    context.player.show(session.record(0))
    context.player.seek(next(station.start for station in context.player.timeline.stations if station.phase == "loss"))
    card.show()
    return card


def explained(qtbot: QtBot, card: InspectorCard) -> Explanation:
    qtbot.waitUntil(lambda: card.column.arithmetic.explanation is not None)
    assert card.column.arithmetic.explanation is not None
    return card.column.arithmetic.explanation


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


def test_a_click_on_a_pixel_asks_for_this_value(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", channel=2)
    explained(qtbot, card)
    output = card.column.output.maps.output
    pixel = output.width() / 28
    qtbot.mouseClick(output, Qt.MouseButton.LeftButton, pos=QPoint(round(10.5 * pixel), round(9.5 * pixel)))
    assert card.context.store.view.element == (2, 9, 10)
    link = card.context.link
    qtbot.waitUntil(lambda: Explain("stem.conv", (2, 9, 10)) in link.sent)
    qtbot.waitUntil(
        lambda: (
            card.column.arithmetic.explanation is not None and card.column.arithmetic.explanation.index == (2, 9, 10)
        )
    )
    qtbot.keyClick(output, Qt.Key.Key_Left)
    assert card.context.store.view.element == (2, 9, 9)
    value = card.look.subject.recording.activations["stem.conv"].values[2, 9, 9]
    assert said(output) == f"row 9, column 9: {exact(float(value))}"


@pytest.mark.parametrize("node, channels", [("stem.conv", 1), ("stage3.0.conv1", 32)])
def test_products_of_all_channels_give_the_result(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]], node: str, channels: int
) -> None:
    card = shown(qtbot, resnet, selected=node, channel=3)
    answer = explained(qtbot, card)
    assert answer.products is not None
    total = 0.0
    for channel in range(channels):
        card._pick_input(channel)
        patch, kernel, product = (grid.values.astype(np.float64) for grid in card.column.arithmetic.grid.grids)
        assert np.allclose(product, patch * kernel, rtol=1e-6)
        total += float((patch * kernel).sum())
    assert total == pytest.approx(answer.result, abs=1e-5)
    assert answer.result == card.look.subject.recording.activations[node].values[answer.index]


def test_the_printed_sum_of_a_neuron_adds_up(qtbot: QtBot, mlp: tuple[TrainingSession, list[Frame]]) -> None:
    for neuron in range(8):
        card = shown(qtbot, mlp, selected="hidden2", element=(neuron,), channel=neuron)
        answer = explained(qtbot, card)
        words = [text.replace("−", "-") for kind, text in card.column.arithmetic.result.words if kind != "quiet"]
        decimals = len(words[-1].partition(".")[2])
        assert round(float(words[0]) + float(words[1]), decimals) == float(words[2])
        assert float(words[2]) == pytest.approx(answer.result, abs=0.6 * 10.0**-decimals)
        assert [row.value for row in card.column.arithmetic.rows.rows] == pytest.approx(answer.products.terms.tolist())


def test_many_products_are_the_largest_and_the_sum_of_the_rest(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="linear", channel=4)
    answer = explained(qtbot, card)
    rows = card.column.arithmetic.rows.rows
    assert len(rows) == 8 and rows[-1].name == "57 others"
    bias = answer.operands[0].value
    assert sum(row.value for row in rows) + bias == pytest.approx(answer.result, abs=1e-5)


def test_a_pooling_shows_its_window_and_the_winner(qtbot: QtBot, lenet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, lenet, selected="pool1", channel=2)
    answer = explained(qtbot, card)
    grid = card.column.arithmetic.window_grid
    assert not grid.isHidden() and card.column.arithmetic.rows.isHidden()
    values = grid._grid.values
    assert values.shape == (2, 2)
    assert values.flat[grid._ringed] == np.float32(answer.result) == values.max()


def test_an_operand_leads_to_where_it_was_read(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stage1.1.conv1", element=(0, 9, 10))
    explained(qtbot, card)
    grid = card.column.arithmetic.grid
    card._pick_input(6)
    cell = grid.grids[0].cell(2, 0).center().toPoint()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=cell)
    view = card.context.store.view
    assert (view.selected, view.channel, view.element) == ("stage1.0.relu2", 6, (6, 10, 9))


def test_padding_leads_nowhere(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    card = shown(qtbot, resnet, selected="stem.conv", element=(0, 0, 0))
    explained(qtbot, card)
    assert card.column.arithmetic.grid.text_at(0, 0, 0) == "zero padding"
    assert card.column.arithmetic.grid.source_index(0, 0) is None
    assert card.column.arithmetic.grid.source_index(1, 1) == (0, 0, 0)


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


def test_an_unknown_operation_is_answered_with_its_reason(
    qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]
) -> None:
    card = shown(qtbot, resnet, selected="stem.conv")
    explained(qtbot, card)
    card.context.link.session = configured(MLP, steps=0)[0]
    card.context.store.look(element=(0, 3, 3))
    qtbot.waitUntil(lambda: not card.column.arithmetic.note.isHidden())
    assert "Nothing was recorded" in card.column.arithmetic.note.text()
    assert card.column.arithmetic.grid.isHidden()


class SlowLink(SessionLink):
    """Answers only when it is told to."""

    def send(self, command: Command) -> None:
        self.sent.append(command)


def test_the_newest_question_wins(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    session, frames = resnet
    session.record(0)
    link = SlowLink(session, frames)
    asking = Asking(link, link)
    answers: list[Explanation] = []
    asking.explained.connect(answers.append)
    for column in range(5):
        asking.ask(Explain("stem.conv", (0, 4, column)))
    assert link.sent == [Explain("stem.conv", (0, 4, 0))]
    session_answers = [session.explain(question.name, question.index) for question in link.sent]
    link.receive(session_answers[0])
    assert answers == []
    assert link.sent[1:] == [Explain("stem.conv", (0, 4, 4))]
    link.receive(session.explain("stem.conv", (0, 4, 4)))
    assert [answer.index for answer in answers] == [(0, 4, 4)]


def test_a_live_recording_does_not_ask_each_time(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    link = SlowLink(*resnet)
    asking = Asking(link, link)
    for _ in range(3):
        asking.ask(Explain("stem.conv", (0, 4, 4)), live=True)
    assert len(link.sent) == 1
    asking.forget()


def test_facts_of_stages_and_operations(qtbot: QtBot, resnet: tuple[TrainingSession, list[Frame]]) -> None:
    recording = resnet[0].record(0)
    assert fact_line(find(recording, "stage1")) == "Sequential of 3 × Block, 21 operations"
    assert fact_line(find(recording, "stage1.0/add")) == "add"
    assert fact_line(find(recording, "stem.norm")) == "BatchNorm2d 16, ε 1e-05"
    assert fact_line(find(recording, "linear")) == "Linear 64 → 10"


def view_of(values: np.ndarray) -> TensorView:
    return TensorView(values.shape, values, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("value", [0.34, -0.16, 9.9, -13.62, 46.8, -123.4, 5.3e8, -1.3e23])
def test_a_number_in_a_cell_is_shown_whole_or_not_at_all(value: float) -> None:
    face = font(10, 500, tabular=True)
    text = _fitting(value, 24, face)
    assert text == "…" or float(text.replace("−", "-")) == pytest.approx(value, rel=0.06)
    assert width_of(text, face) <= 24


@given(st.lists(st.integers(1, 4), max_size=5), st.data())
def test_places_and_indices_are_one_to_one(sizes: list[int], data: st.DataObject) -> None:
    values = np.arange(np.prod(sizes, dtype=int), dtype=np.float32).reshape(sizes)
    pictures = Pictures(view_of(values))
    index = tuple(data.draw(st.integers(0, size - 1)) for size in sizes)
    channel = 0 if len(sizes) == 2 and not pictures.is_vector else index[0] if index else 0
    place = pictures.place(channel, index)
    assert pictures.index(place) == index
    assert pictures.values[place] == values[index]


def test_without_an_index_the_largest_value_is_looked_at() -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[1, 2, 3] = -5
    assert Pictures(view_of(values)).strongest == Place(1, 2, 3)
    assert Pictures(view_of(values)).place(1, ()) == Place(1, 2, 3)
    assert Pictures(view_of(values)).place(7, (0, 0)) == Place(1, 2, 3)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=3))
def test_printed_sums_are_right_or_say_that_they_are_not(parts: list[float]) -> None:
    texts, result, exactly = added_up(parts, sum(parts))
    if exactly:
        decimals = len(result.partition(".")[2])
        numbers = [float(text.replace("−", "-")) for text in [*texts, result]]
        assert round(sum(numbers[:-1]), decimals) == round(numbers[-1], decimals)


@given(st.lists(st.floats(width=32, allow_nan=True), min_size=1, max_size=300))
def test_every_finite_value_is_in_a_bin(numbers: list[float]) -> None:
    values = np.array(numbers, np.float32)
    counts, limit = symmetric_counts(values)
    finite = values[np.isfinite(values)]
    assert counts.sum() == finite.size
    assert (finite > 0).sum() <= counts[32:].sum() and limit >= np.abs(finite).max(initial=0)


def test_symbols_are_read_as_plain_text() -> None:
    assert [plain_symbol(tex) for tex in (r"\sigma^2", "x_1", "z_{12}", "x_{0,3}")] == ["σ²", "x₁", "z₁₂", "x₀,₃"]
