"""The page of recurrent networks: walked through, opened, compared, written with and forecast."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from tests.ui.sequences.shown import compared, forecast, longer, page, recurrent, text
from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import Cancel, CompareMemory, Forecast, Generate, Observe, Record, Unroll
from visualizer.core.topics.sequences import Generated, Unrolled, Vector
from visualizer.engine.session import TrainingSession
from visualizer.ui.sequences import unrolled_view
from visualizer.ui.sequences.cell_numbers import cell_numbers
from visualizer.ui.sequences.column import gradient_width
from visualizer.ui.sequences.gate_lines import _spread
from visualizer.ui.sequences.invitation import Invitation
from visualizer.ui.sequences.lanes import Lanes
from visualizer.ui.sequences.memory_words import verdict
from visualizer.ui.sequences.narration import narrate
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.playhead import Moment, instant_of, moment_at
from visualizer.ui.sequences.state_map import StateMap
from visualizer.ui.sequences.unrolling import find
from visualizer.ui.sequences.words import percent, said_at
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.combo import Combo


@given(st.integers(1, 600), st.data(), st.sampled_from(["forward", "backward"]), st.booleans())
def test_every_place_has_its_instant(steps: int, data: st.DataObject, phase: str, reverse: bool) -> None:
    place = data.draw(st.integers(0, steps - 1))
    assert moment_at(instant_of(phase, place, steps, reverse), steps, reverse) == Moment(phase, place, 1.0)


def test_the_walk_goes_over_the_loss_and_back() -> None:
    places = [(moment.phase[0], moment.place) for moment in (moment_at(instant, 3) for instant in range(7))]
    assert places == [("f", 0), ("f", 1), ("f", 2), ("l", 2), ("b", 2), ("b", 1), ("b", 0)]
    backwards = [moment_at(instant, 3, reverse=True).place for instant in range(7)]
    assert backwards == [2, 1, 0, 0, 0, 1, 2]
    assert moment_at(0.25, 3) == Moment("forward", 1, 0.25)
    assert moment_at(3, 3, last=1).place == 1


def test_keys_walk_through_time_and_units(opened: Callable[..., Stage]) -> None:
    scene = opened()
    view, player = page(scene).upper.view, page(scene).player
    assert player.moment.phase == "loss"
    player.start()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(view, key)
    assert (player.moment, scene.context.store.view.unit) == (Moment("forward", 1, 1.0), 1)
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert player.moment == Moment("backward", 1, 1.0)
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert scene.context.store.view.unit == 0


def test_the_keys_of_the_animation_move_the_page_that_is_looked_at(opened: Callable[..., Stage]) -> None:
    scene = opened()
    actions, player = scene.window.actions_, page(scene).player
    before = scene.context.player.time
    actions["start"].trigger()
    actions["forward"].trigger()
    assert (player.time, scene.context.player.time) == (1.0, before)
    actions["play"].trigger()
    assert player.playing and not scene.context.player.playing
    scene.context.store.look(page="network")
    assert not player.playing
    actions["forward"].trigger()
    assert player.time == pytest.approx(1.0, abs=0.5) and scene.context.player.time > before


def test_a_click_in_the_heat_map_selects_unit_and_time_step(opened: Callable[..., Stage], qtbot: QtBot) -> None:
    scene = opened()
    heat = page(scene).lower.findChild(StateMap)
    spot = heat._cell_area(5, 3).center().toPoint()
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=spot)
    assert (page(scene).player.moment.place, scene.context.store.view.unit) == (3, 5)
    assert heat.hover_at(QPointF(spot)) == 5 * 12 + 3


def test_a_long_sequence_paints_only_what_can_be_seen(
    opened: Callable[..., Stage], unrolled: Callable[..., Unrolled], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = opened()
    scene.deliver(longer(unrolled(recurrent()), 500))
    painted: list[int] = []
    monkeypatch.setattr(unrolled_view, "paint_column", lambda painter, what, place: painted.append(place))
    page(scene).player.seek(250.0)
    painted.clear()
    page(scene).upper.view.grab()
    assert 250 in painted and len(painted) < 25
    for _ in range(20):
        page(scene).upper.view.zoom(0.5)
    painted.clear()
    page(scene).upper.view.grab()
    assert not painted and not page(scene).upper.view.lanes.close


def test_lanes_know_which_steps_are_in_sight() -> None:
    lanes = Lanes(500, 50.0, 200.0, offset=1000.0)
    for place in lanes.visible(400.0):
        assert lanes.left(place) + lanes.width >= 0 and lanes.left(place) <= 400
        assert lanes.place_at(lanes.cell(place).center().x()) == place
    assert lanes.left(lanes.visible(400.0)[0] - 1) + lanes.width < 0
    assert Lanes(5, 50.0, 200.0).place_at(10_000) == -1


@pytest.mark.parametrize("network", ["rnn", "lstm", "gru"])
def test_the_numbers_of_a_cell_fulfil_its_equations(network: str, unrolled: Callable[..., Unrolled]) -> None:
    frame = unrolled(recurrent(network))
    for place, unit in ((0, 0), (4, 7), (11, 23)):
        numbers = {name: float(value) for name, value in cell_numbers(frame, place, unit).items()}
        if network == "lstm":
            assert numbers["c"] == pytest.approx(numbers["f"] * numbers["c-"] + numbers["i"] * numbers["g"], abs=1e-6)
            assert numbers["h"] == pytest.approx(numbers["o"] * np.tanh(numbers["c"]), abs=1e-6)
        elif network == "gru":
            kept = numbers["z"] * numbers["h-"]
            assert numbers["h"] == pytest.approx((1 - numbers["z"]) * numbers["n"] + kept, abs=1e-6)
        else:
            assert numbers["h"] == pytest.approx(np.tanh(numbers["a"]), abs=1e-6)
        before = frame.initial["h"][unit] if place == 0 else find(frame, "h").values[place - 1, unit]
        assert numbers["h-"] == before


def test_a_number_can_be_asked_about(opened: Callable[..., Stage]) -> None:
    scene = opened()
    unrolling = page(scene).upper._unrolling
    page(scene).player.show(2)
    hidden, forget = number_of(unrolling, unit=3), number_of(unrolling, unit=3, vector="f")
    assert (hidden.question.name, hidden.question.index) == ("lstm/lstm", (2, 3))
    assert (forget.question.name, forget.question.kind) == ("lstm/lstm/f", "inner")
    value = find(unrolling.frame, "f").values[2, 3]
    assert str(value) in forget.hover


@pytest.mark.parametrize("network", ["rnn", "lstm", "gru"])
def test_every_number_of_a_cell_has_an_explanation(network: str, opened: Callable[..., Stage]) -> None:
    scene = opened(recurrent(network))
    session = TrainingSession()
    session.configure(recurrent(network))
    session.record(0)
    unrolling = page(scene).upper._unrolling
    for vector in unrolling.frame.vectors:
        question = number_of(unrolling, 2, 3, vector.name).question
        answer = session.explain(question.name, question.index, question.kind)
        assert answer.result == pytest.approx(float(vector.values[2, 3]), abs=1e-6)


def test_without_a_recurrent_network_the_page_offers_one(
    stage: Callable[..., Stage], real_frames: Callable[..., list[Frame]]
) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    scene.context.store.look(page="sequence")
    assert scene.last(Observe).live == ()
    page(scene).currentWidget().findChild(Invitation).findChild(Button).click()
    chosen = scene.context.store.experiment
    assert (chosen.network, chosen.dataset, chosen.loss) == ("lstm", "names", "cross-entropy")
    scene.deliver(*real_frames(recurrent())[:-1])
    assert page(scene).currentWidget() is page(scene).work
    assert scene.last(Observe).live == ("sequence",)
    scene.context.store.undo_stack.undo()
    assert scene.context.store.experiment == MLP


def test_another_sample_is_unrolled_when_it_has_been_recorded(
    opened: Callable[..., Stage], real_frames: Callable[..., list[Frame]]
) -> None:
    scene = opened()
    scene.context.store.look(sample=4)
    assert scene.last(Record) == Record(4)
    scene.sent.clear()
    scene.deliver(msgspec.structs.replace(real_frames(recurrent())[-1], sample=4))
    assert Unroll() in scene.sent


def test_truncation_is_chosen_and_shown(opened: Callable[..., Stage], unrolled: Callable[..., Unrolled]) -> None:
    scene = opened(recurrent("rnn", "sunspots"))
    combos = page(scene).findChildren(Combo)
    combo = next(found for found in combos if found.accessibleName() == "BPTT window")
    combo.picked.emit("8")
    assert scene.context.store.experiment.truncation == 8
    cut = unrolled(recurrent("rnn", "sunspots", truncation=8))
    assert cut.cuts == [8, 16]
    assert "window ends here" in text(narrate(cut, Moment("backward", 15, 1.0)))
    assert "none comes back" in text(narrate(cut, Moment("backward", 3, 1.0)))
    scene.deliver(cut)
    page(scene).player.seek(40.0)
    assert not page(scene).grab().isNull()


def test_gradients_are_drawn_by_their_decades() -> None:
    assert gradient_width(1.0, 1.0) == 6.0
    assert gradient_width(1e-3, 1.0) == pytest.approx(3.5)
    assert gradient_width(1e-30, 1.0) == gradient_width(0.0, 1.0) == 1.0


def test_what_was_said_is_read_from_the_outcome(unrolled: Callable[..., Unrolled]) -> None:
    names = unrolled(recurrent())
    said, row = said_at(names, 0), names.outcome.outputs[0]
    target = int(names.outcome.targets[0])
    assert said.short.startswith(f"{names.outcome.classes[target]} ")
    assert said.loss == pytest.approx(-np.log(row[target]), rel=1e-5)
    assert said_at(names, 11) is None
    spots = unrolled(recurrent("rnn", "sunspots"))
    assert said_at(spots, 3) is None
    assert said_at(spots, 23).loss == pytest.approx(spots.loss)
    assert [percent(share) for share in (0.0, 0.0001, 0.042, 0.314)] == ["0 %", "<0.1 %", "4.2 %", "31 %"]


def test_the_comparison_is_started_followed_and_cancelled(opened: Callable[..., Stage]) -> None:
    scene = opened()
    lower = page(scene).lower
    lower.show_part("RNN against LSTM")
    panel = lower._built["RNN against LSTM"]
    panel._start.click()
    assert scene.last(CompareMemory) == CompareMemory(("rnn", "lstm"), 200, 24)
    scene.deliver(compared(0.25))
    assert panel.running and panel._start.text() == "Cancel 25 %"
    panel._start.click()
    assert scene.last(Cancel) == Cancel("CompareMemory") and not panel.running
    panel._start.click()
    scene.deliver(compared(1.0))
    assert not panel.running
    assert "RNN: the gradient vanishes" in panel._verdict.text() and "LSTM: the gradient lasts" in panel._verdict.text()
    assert panel.norms.hover_count() == 5 and "0,9.99" in panel.norms.table()
    panel._recall.click()
    assert scene.context.store.experiment.dataset == "recall"
    scene.deliver(Problem("input", "Not so.", command="CompareMemory"))
    assert panel._verdict.text() == "Not so."


def test_a_gradient_that_never_arrives_is_said_to_be_none() -> None:
    frame = compared(1.0)
    frame.curves[0].norms[:] = 0
    assert "no gradient flows" in text(verdict(frame))
    frame.curves[1].norms[0] = 0
    assert "nothing of the gradient reaches the first step" in text(verdict(frame))


def test_the_network_writes_what_was_begun(opened: Callable[..., Stage]) -> None:
    scene = opened()
    lower = page(scene).lower
    lower.show_part("Writing")
    panel = lower._built["Writing"]
    panel._heat.setValue(10)
    QTest.keyClicks(panel._prompt, "An")
    QTest.keyClick(panel._prompt, Qt.Key.Key_Return)
    assert scene.last(Generate) == Generate("an", 0.5, seed=0)
    share = np.array([[0.1, 0.7, 0.2], [0.9, 0.05, 0.05]], np.float32)
    scene.deliver(Generated(7, "an", "ana", ["a", "."], (".", "a", "n"), share, np.array([0.7, 0.9], np.float32), True))
    assert panel.names.item(0).text() == "Ana"
    assert panel.bars.hover_count() == 2 and "0.7" in panel.bars.table()
    scene.deliver(Problem("input", "The network does not know 'ö'.", command="Generate"))
    assert panel._problem.text() == "The network does not know 'ö'."


def test_the_forecast_follows_the_slider_and_the_training(
    opened: Callable[..., Stage], unrolled: Callable[..., Unrolled]
) -> None:
    wanted = recurrent("rnn", "sunspots")
    scene = opened(wanted)
    lower = page(scene).lower
    lower.show_part("Forecast")
    panel = lower._built["Forecast"]
    assert scene.last(Forecast).start == 0
    panel._start.setValue(5)
    scene.sent.clear()
    scene.deliver(forecast(79))
    assert scene.last(Forecast).start == 5
    scene.deliver(forecast(74))
    scene.sent.clear()
    scene.deliver(unrolled(wanted))
    assert not scene.sent
    scene.deliver(msgspec.structs.replace(unrolled(wanted), step=9))
    assert scene.last(Forecast).start == 5
    assert "1930,0.0,0.0,0.0" in panel.plot.table()


def test_names_at_the_end_of_lines_have_room() -> None:
    assert _spread([5.0, 6.0, 7.0], 10, 0, 100) == [5.0, 15.0, 25.0]
    assert _spread([-4.0, 95.0, 96.0], 10, 0, 90) == [0, 80.0, 90.0]


def test_no_gradient_is_no_fault(opened: Callable[..., Stage], unrolled: Callable[..., Unrolled]) -> None:
    def without(vector: Vector) -> Vector:
        return msgspec.structs.replace(vector, gradients=vector.gradients[:0], norms=vector.norms[:0])

    scene = opened()
    frame = unrolled(recurrent())
    scene.deliver(msgspec.structs.replace(frame, vectors=[without(vector) for vector in frame.vectors]))
    scene.context.store.look(slopes=True)
    page(scene).player.end()
    assert not page(scene).grab().isNull()
    assert number_of(page(scene).upper._unrolling) is not None
    QTest.mouseMove(page(scene).upper.view.viewport(), QPoint(40, 80))
