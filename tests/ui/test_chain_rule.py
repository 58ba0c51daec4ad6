from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Problem
from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.messages import Cancel, Command, Explain
from visualizer.core.topics.chain_rule import AskChain, Chain, Costs, MeasureCost, Proof, Prove, Script, WriteScript
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics.chain_rule import ask_chain, ask_proof, measure_cost, write_script
from visualizer.ui.canvas.neuron_drawing import NeuronDrawing
from visualizer.ui.chain_rule.cost_card import CostCard
from visualizer.ui.chain_rule.gradient_matrix_card import GradientMatrixCard
from visualizer.ui.chain_rule.micro import micro_steps
from visualizer.ui.chain_rule.side import Side
from visualizer.ui.chain_rule.wording import agreeing, digits_of, kind_of, place_of, seconds
from visualizer.ui.code.code_card import CodeCard
from visualizer.ui.code.places import time_of
from visualizer.ui.explanations.trail import trail
from visualizer.ui.main_window import MainWindow

Opened = Callable[..., Stage]


@pytest.fixture
def opened(stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Return a window whose questions the real engine answers at once."""

    def build(experiment: Experiment = MLP, size: tuple[int, int] = (1600, 900)) -> Stage:
        session = TrainingSession()
        shown = stage(experiment, size)
        shown.context.link.state = "running"

        def send(command: Command) -> None:
            shown.sent.append(command)
            try:
                shown.deliver(*(frame for frame in _answers(session, command) if frame is not None))
            except UserError as error:
                shown.deliver(Problem("input", str(error), command=type(command).__name__))

        monkeypatch.setattr(shown.context.link, "send", send)
        shown.deliver(*session.configure(experiment), session.freezing(), session.record(0))
        return shown

    return build


def _answers(session: TrainingSession, command: Command) -> Iterator[Frame | None]:
    if isinstance(command, AskChain):
        yield ask_chain(session, command)
    elif isinstance(command, Prove):
        yield from ask_proof(session, command)
    elif isinstance(command, MeasureCost):
        yield from measure_cost(session, command)
    elif isinstance(command, WriteScript):
        yield write_script(session, command)
    elif isinstance(command, Explain):
        yield session.explain(command.name, command.index, command.kind)


def side(scene: Stage) -> Side:
    return scene.window.pages.network.side


def show_weight(scene: Stage, parameter: str = "hidden2.weight", number: tuple[int, ...] = (1, 0)) -> Chain:
    scene.context.store.look(selected=parameter.rpartition(".")[0], parameter=parameter, number=number)
    chain = side(scene).weight.chain
    assert chain is not None
    return chain


def to_phase(scene: Stage, phase: str, place: int = 0, share: float = 0.9) -> None:
    timeline = scene.context.player.timeline
    assert timeline is not None
    station = [station for station in timeline.stations if station.phase == phase][place]
    scene.context.player.seek(station.start + share * (station.end - station.start))


def test_a_click_on_a_line_opens_the_chain_of_its_weight(opened: Opened) -> None:
    scene = opened()
    to_phase(scene, "backward", 1)
    view = scene.window.pages.network.canvas.view
    plan = cast(NeuronDrawing, view.drawing).plan
    a, b = plan.centers[1][0], plan.centers[2][7]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.camera.transform.map(a + (b - a) * 0.31).toPoint())
    assert scene.last(AskChain) == AskChain("hidden2.weight", (7, 0))
    card = side(scene).weight
    assert side(scene).currentWidget() is card and card.chain is not None
    gradient = scene.context.player.recording.parameter_gradients["hidden2.weight"].values[7, 0]
    assert card.chain.gradient == pytest.approx(float(gradient))
    titles = [row.factor.title for row in card.view.rows if row.kind == "factor" and row.factor is not None]
    assert titles == ["error from the right", "slope of tanh", "what came in"]


def test_escape_or_another_layer_leads_back_to_the_layer(qtbot: QtBot, opened: Opened) -> None:
    scene = opened()
    show_weight(scene)
    qtbot.keyClick(side(scene).weight.view, Qt.Key.Key_Escape)
    assert side(scene).currentWidget() is side(scene).layer
    show_weight(scene)
    scene.context.store.look(selected="output")
    assert scene.context.store.view.parameter == ""
    assert side(scene).currentWidget() is side(scene).layer


def test_a_factor_says_where_it_comes_from_and_the_weight_stays(opened: Opened) -> None:
    scene = opened()
    show_weight(scene)
    view = side(scene).weight.view
    last = [row for row in view.rows if row.kind == "factor"][-1]
    spot = QPoint(view.width() - 20, round(last.top + last.height / 2))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot)
    stop = trail(scene.context).present
    assert stop is not None and stop.question == Explain("tanh1", (0,), "activation")
    assert side(scene).currentWidget() is side(scene).weight


def test_a_sum_unfolds_into_terms_that_add_up_to_it(qtbot: QtBot, opened: Opened) -> None:
    scene = opened()
    show_weight(scene)
    view = side(scene).weight.view
    before = view.height()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(90, 15))
    terms = [row.term for row in view.rows if row.term is not None]
    factor = view.rows[0].factor
    assert factor is not None and len(terms) == 2 and view.height() > before
    assert sum(term.value for term in terms) == pytest.approx(factor.value, rel=1e-6)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert view.unfolded == frozenset()


def test_the_proof_is_asked_for_shown_and_gone_with_the_weight(opened: Opened) -> None:
    scene = opened()
    show_weight(scene)
    card = side(scene).weight
    assert [way.digits == "" for way in card.ways.ways] == [False, False, True]
    scene.window.actions_["prove"].trigger()
    assert scene.last(Prove) == Prove("hidden2.weight", (1, 0))
    proof = card.proof
    assert proof is not None and proof.agreed_digits >= 6
    assert [way.digits for way in card.ways.ways] == [
        digits_of(value) for value in (proof.chain_rule, proof.autograd, proof.finite_difference)
    ]
    card.curve.grab()
    assert card.curve.hover_count() == len(proof.curve_weights)
    assert card.curve.table().startswith("weight,loss\n")
    show_weight(scene, number=(2, 3))
    assert card.proof is None and card.curve.hover_count() == 0


def test_kinks_are_told_as_sentences(opened: Opened) -> None:
    scene = opened()
    show_weight(scene)
    card = side(scene).weight
    scene.window.actions_["prove"].trigger()
    known = card.proof
    assert known is not None and card.kinks.isHidden()
    fields = {name: getattr(known, name) for name in known.__struct_fields__} | {"kinks": ["relu1 has a kink here."]}
    scene.deliver(Proof(**fields))
    assert card.kinks.text() == "relu1 has a kink here." and not card.kinks.isHidden()


def test_a_proof_under_way_can_be_cancelled(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = opened()
    show_weight(scene)
    card = side(scene).weight
    sent: list[Command] = []
    monkeypatch.setattr(scene.context.link, "send", sent.append)
    card.act.click()
    assert card.questions.proving and card.act.text() == "Cancel"
    card.act.click()
    assert sent == [Prove("hidden2.weight", (1, 0)), Cancel("Prove")]
    assert card.act.text() == "Prove"


def test_a_refused_chain_is_told_in_the_card_and_nowhere_else(opened: Opened) -> None:
    scene = opened(Experiment(network="mlp", dataset="moons", weights="initial", frozen=("hidden2",)))
    raised: list[object] = []
    scene.window.notices.raised.connect(raised.append)
    scene.context.store.look(selected="hidden2", parameter="hidden2.weight", number=(0, 0))
    card = side(scene).weight
    assert card.chain is None and card.refused.text().endswith(".") and not card.refused.isHidden()
    assert raised == []


def matrix_card(window: MainWindow) -> GradientMatrixCard:
    return cast(GradientMatrixCard, window.pages.network.cards.card("matrix"))


def test_the_backward_pass_brings_its_cards_and_choices_are_remembered(opened: Opened) -> None:
    scene = opened()
    cards = scene.window.pages.network.cards
    assert cards.shown == ("loss", "gradients", "surface")
    to_phase(scene, "backward")
    assert cards.shown == ("code", "matrix", "gradients")
    cards.menu(0).actions()[-1].trigger()
    assert cards.shown == ("cost", "matrix", "gradients")
    cards.choose(0, "gradients")
    assert cards.shown == ("gradients", "matrix", "cost")
    to_phase(scene, "forward")
    assert cards.shown == ("loss", "gradients", "surface")
    assert cards.card("loss").isVisible() and not cards.card("matrix").isVisible()
    again = opened()
    to_phase(again, "backward")
    assert again.window.pages.network.cards.shown == ("gradients", "matrix", "cost")
    again.window.reset_layout()
    assert again.window.pages.network.cards.shown == ("code", "matrix", "gradients")


def test_a_cell_of_the_matrix_opens_its_weight_and_arrows_go_on(qtbot: QtBot, opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(selected="hidden2")
    to_phase(scene, "backward", 1)
    matrix = matrix_card(scene.window).matrix
    assert matrix.shows_numbers
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(3, 5).center().toPoint())
    assert (scene.context.store.view.parameter, scene.context.store.view.number) == ("hidden2.weight", (3, 5))
    assert side(scene).weight.chain is not None and side(scene).weight.chain.index == (3, 5)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert scene.context.store.view.number == (4, 5) == matrix.marked


def test_a_kernel_is_a_map_whose_cells_are_weights(opened: Opened) -> None:
    scene = opened(Experiment(network="lenet", dataset="mnist", weights="initial"))
    scene.context.store.look(selected="conv2")
    to_phase(scene, "backward")
    shown = matrix_card(scene.window).matrix.shown
    assert shown is not None and shown.shape == (16, 6, 5, 5) and shown.values is not None
    gradient = scene.context.player.recording.parameter_gradients["conv2.weight"].values
    for cell in ((0, 0), (3, 77), (15, 149)):
        assert shown.values[cell] == gradient[shown.index(*cell)]
        assert shown.cell(shown.index(*cell)) == cell
    matrix_card(scene.window).matrix.pick((3, 77))
    assert side(scene).weight.chain is not None and side(scene).weight.chain.index == shown.index(3, 77)


def test_the_cost_is_measured_and_told(opened: Opened) -> None:
    scene = opened()
    scene.window.actions_["measure-cost"].trigger()
    card = cast(CostCard, scene.window.pages.network.cards.card("cost"))
    assert card.isVisible() and isinstance(card.costs, Costs)
    assert card.costs.passes == 2 * 114
    assert "times as fast" in card.words.text() and not card.bars.isHidden()


def code_card(scene: Stage) -> CodeCard:
    return cast(CodeCard, scene.window.pages.network.cards.card("code"))


def lit_text(scene: Stage) -> list[str]:
    lines = code_card(scene).view.lines
    return [lines.lines[place].text for place in lines.lit]


def test_the_lit_line_follows_the_playhead(opened: Opened) -> None:
    scene = opened()
    to_phase(scene, "backward")
    assert lit_text(scene) == ["loss.backward()"]
    scene.window.pages.network.cards.choose(0, "loss")
    to_phase(scene, "forward", 1, 0.2)
    scene.window.pages.network.cards.choose(0, "code")
    assert lit_text(scene) == ["x = net.hidden2(x)"]
    to_phase(scene, "update")
    scene.window.pages.network.cards.choose(0, "code")
    assert lit_text(scene) == ["optimizer.step()"]


@pytest.mark.parametrize("extent", [0, 1])
def test_a_click_on_a_line_goes_to_where_it_is_lit(opened: Opened, extent: int) -> None:
    scene = opened()
    scene.window.pages.network.cards.choose(2, "code")
    to_phase(scene, "backward")
    scene.window.pages.network.cards.choose(0, "code")
    card = code_card(scene)
    card.extent._pick(extent)
    for place, line in enumerate(card.view.lines.lines):
        scene.context.player.start()
        card.go(place)
        if time_of(line, scene.context.player.timeline) is None:
            assert scene.context.player.time == 0
        else:
            card._renew()
            assert line.text in [card.view.lines.lines[n].text for n in lit_now(scene)]
            assert not line.nodes or scene.context.store.view.selected in line.nodes


def lit_now(scene: Stage) -> list[int]:
    from visualizer.core.script import lit

    known = scene.context.player.scene
    assert known is not None
    return lit(code_card(scene).view.lines.lines, known)


def test_the_pass_is_copied_as_a_program(opened: Opened) -> None:
    scene = opened()
    scene.window.actions_["copy-script"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "loss.backward()" in text
    compile(text, "pass.py", "exec")
    assert "clipboard" in scene.window._toast.sentence
    scene.deliver(Script("", "/tmp/pass.py", "/tmp/pass.safetensors"))
    assert "pass.safetensors" in scene.window._toast.sentence


def test_full_stop_and_comma_go_through_the_numbers_of_a_neuron(qtbot: QtBot, opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(selected="hidden2", element=(2,))
    to_phase(scene, "forward", 1)
    view, steps = scene.window.pages.network.canvas.view, micro_steps(scene.context)
    forth, back = (scene.window.actions_[name] for name in ("micro-forward", "micro-back"))
    assert [action.shortcut().toString() for action in (forth, back)] == [".", ","]
    forth.trigger()
    assert scene.context.store.view.micro == (("hidden2", (2,)), ("tanh1", (0,)))
    forth.trigger()
    assert (steps.place, len(steps.steps)) == (1, 11)
    caption = scene.window.pages.network.transport.caption
    assert caption.accessibleDescription().startswith("Input 1 times its weight")
    back.trigger()
    assert steps.place == 0
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert steps.present is None and scene.context.store.view.micro == ()
    assert scene.context.store.view.selected == "hidden2"
    assert not caption.accessibleDescription().startswith("Input")


def test_the_steps_of_a_neuron_end_in_the_next_layer(qtbot: QtBot, opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(selected="hidden2", element=(2,))
    to_phase(scene, "backward", 1)
    player, steps = scene.context.player, micro_steps(scene.context)
    station = player.scene.station
    kinds = []
    for _ in range(100):
        scene.window.actions_["micro-forward"].trigger()
        if steps.present is None:
            break
        kinds.append(steps.present.kind)
    assert kinds[0] == "incoming" and {"slope", "weight_gradient", "input_gradient"} <= set(kinds)
    assert player.scene.station == station + 1


def test_an_ordinary_step_leaves_the_single_steps(opened: Opened) -> None:
    scene = opened()
    to_phase(scene, "forward", 1)
    scene.window.actions_["micro-forward"].trigger()
    assert micro_steps(scene.context).present is not None
    scene.window.actions_["forward"].trigger()
    assert micro_steps(scene.context).present is None


def kinds_until_the_next_station(scene: Stage) -> list[str]:
    steps, kinds = micro_steps(scene.context), []
    for _ in range(400):
        scene.window.actions_["micro-forward"].trigger()
        if steps.present is None:
            break
        kinds.append(steps.present.kind)
    return kinds


@pytest.mark.parametrize(
    ("phase", "place", "first", "others"),
    [
        ("forward", 0, "product", {"bias", "result", "activation"}),
        ("forward", 1, "candidate", {"result"}),
        ("loss", 0, "addend", {"normalise", "result"}),
        ("backward", 0, "normalise", {"result", "weight_gradient", "input_gradient"}),
        ("backward", 4, "slope", {"weight_gradient", "input_gradient"}),
        ("backward", 5, "incoming", {"result", "input_gradient"}),
    ],
)
def test_every_station_is_stepped_through_number_by_number(
    opened: Opened, phase: str, place: int, first: str, others: set[str]
) -> None:
    scene = opened(Experiment(network="lenet", dataset="mnist", weights="initial"))
    to_phase(scene, phase, place)
    station = scene.context.player.scene.station
    kinds = kinds_until_the_next_station(scene)
    assert kinds[0] == first and others <= set(kinds)
    assert scene.context.player.scene.station == station + 1


def test_the_number_whose_steps_are_shown_is_selected(opened: Opened) -> None:
    scene = opened(Experiment(network="lenet", dataset="mnist", weights="initial"))
    to_phase(scene, "forward", 1)
    scene.window.actions_["micro-forward"].trigger()
    view, present = scene.context.store.view, micro_steps(scene.context).present
    assert present is not None and (view.selected, view.element) == ("pool1", present.target.index)
    chosen = (2, 3, 4)
    scene.context.store.look(element=chosen)
    assert micro_steps(scene.context).present is None
    scene.window.actions_["micro-forward"].trigger()
    assert micro_steps(scene.context).present.target.index == scene.context.store.view.element == chosen


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.39168047302412, "0.391680473024"),
        (-2.0, "−2.000000000000"),
        (1.0469e-4, "1.04690000000e-4"),
        (math.nan, "none"),
        (math.inf, "none"),
    ],
)
def test_twelve_digits_are_written(value: float, text: str) -> None:
    assert digits_of(value) == text.replace("e-", "e−")


def test_digits_agree_from_the_left() -> None:
    assert agreeing(["0.1234", "0.1239", "0.1235"]) == 5
    assert agreeing(["1.5", "1.5"]) == 3


def test_what_cannot_be_compared_is_not_compared(opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(parameter="hidden2.weight", number=(3, 1))
    card = scene.window.pages.network.side.weight
    card.questions.prove()
    proof = card.proof
    assert proof is not None
    scene.deliver(msgspec.structs.replace(proof, chain_rule=math.nan))
    assert "nan" not in card.apart.text() and "finite difference" in card.apart.text()
    assert card.ways.ways[0].digits == "none"
    scene.deliver(msgspec.structs.replace(proof, finite_difference=math.inf))
    assert "nothing to compare" in card.apart.text()


def test_a_recurrent_weight_is_called_by_its_gate() -> None:
    node = Node("lstm", "operation", "lstm", "", "lstm", "LSTM", attributes={"hidden_size": 24},
                parameters=["lstm.weight_hh_l0", "lstm.bias_ih_l0"])  # fmt: skip
    recording = SimpleNamespace(graph=NetworkGraph([node], [], []))
    assert kind_of("lstm.weight_hh_l0") == "recurrent weight"
    assert place_of(recording, "lstm.weight_hh_l0", (27, 1)) == "lstm, forget gate of unit 3, from unit 1"
    assert place_of(recording, "lstm.bias_ih_l0", (95,)) == "lstm, output gate of unit 23"


def test_many_ways_are_told_and_one_is_not(opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(parameter="hidden2.weight", number=(3, 1))
    card = scene.window.pages.network.side.weight
    assert card.chain is not None and card.chain.ways == 1 and card.gathered.isHidden()
    scene.deliver(msgspec.structs.replace(card.chain, ways=256.0))
    assert card.gathered.text().startswith("256 ways lead from here")


@pytest.mark.parametrize(("time", "text"), [(2.5e-4, "250 µs"), (0.0118, "11.8 ms"), (42.0, "42.0 s"), (9e3, "2.50 h")])
def test_times_are_said_in_their_unit(time: float, text: str) -> None:
    assert seconds(time) == text


def test_the_matrix_is_where_it_is_painted(opened: Opened) -> None:
    scene = opened()
    scene.context.store.look(selected="output")
    to_phase(scene, "backward")
    matrix = matrix_card(scene.window).matrix
    assert matrix.shown is not None and matrix.shown.shape == (2, 8)
    assert matrix.cell_at(matrix.cell_rect(1, 7).center()) == (1, 7)
    assert matrix.cell_at(QPointF(-5, -5)) is None
