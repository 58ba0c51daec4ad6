from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from visualizer.core.experiment import Edit
from visualizer.core.frames import Frame, Recording, Status
from visualizer.core.messages import Pause, Play
from visualizer.ui.canvas.interactive_view import InteractiveView
from visualizer.ui.canvas.number_field import NumberField, number_in
from visualizer.ui.hand import Hand

Build = Callable[..., Stage]
AT_REST = Status(False, 7, 0, 0.0)


@pytest.fixture
def scene(stage: Build, real_frames: Callable[..., list[Frame]]) -> Stage:
    built = stage(MLP)
    built.deliver(*real_frames(MLP), AT_REST)
    return built


def canvas(scene: Stage) -> InteractiveView:
    return scene.window.pages.network.canvas.view


def place(view: InteractiveView, point: QPointF) -> QPoint:
    return view.camera.transform.map(point).toPoint()


def drag(view: InteractiveView, start: QPoint, *ways: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for way in ways:
        event_position = start + way
        QTest.mouseMove(view, event_position)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + ways[-1])


def recorded(scene: Stage, parameter: str, number: tuple[int, ...]) -> float:
    return float(scene.context.player.recording.parameters[parameter].values[number])


def test_a_weight_is_dragged_with_one_undo_step(scene: Stage) -> None:
    view, store = canvas(scene), scene.context.store
    plan = view.drawing.plan
    a, b = plan.centers[1][0], plan.centers[2][7]
    spot = place(view, a + (b - a) * 0.31)
    drag(view, spot, QPoint(0, -10), QPoint(3, -25), QPoint(3, -50))
    (edit,) = store.experiment.edits
    unit = Hand(scene.context, "hidden2.weight", (7, 0)).unit
    was = recorded(scene, "hidden2.weight", (7, 0))
    assert (edit.parameter, edit.index, edit.step) == ("hidden2.weight", (7, 0), 7)
    assert edit.value == pytest.approx(was + 0.5 * unit)
    assert (store.view.parameter, store.view.number) == ("hidden2.weight", (7, 0))
    assert store.undo_stack.count() == 1 and "hidden2.weight[7, 0]" in store.undo_stack.undoText()
    store.undo_stack.undo()
    assert store.experiment == MLP
    store.undo_stack.redo()
    assert store.experiment.edits == (edit,)


def test_a_bias_is_dragged_down(scene: Stage) -> None:
    view = canvas(scene)
    start, end = view.drawing.plan.bias(3, 1)
    spot = place(view, start * 0.7 + end * 0.3)
    drag(view, spot, QPoint(0, 10), QPoint(0, 20))
    (edit,) = scene.context.store.experiment.edits
    assert (edit.parameter, edit.index) == ("output.bias", (1,))
    assert edit.value < recorded(scene, "output.bias", (1,))


def test_a_click_without_a_drag_only_selects(scene: Stage) -> None:
    view = canvas(scene)
    start, end = view.drawing.plan.bias(1, 2)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(view, (start + end) / 2))
    assert scene.context.store.view.parameter == "hidden1.bias" and not scene.context.store.experiment.edits


def test_a_frozen_layer_is_not_dragged(stage: Build, real_frames: Callable[..., list[Frame]]) -> None:
    frozen = replace(MLP, frozen=("hidden1",))
    scene = stage(frozen)
    scene.deliver(*real_frames(frozen), AT_REST)
    view = canvas(scene)
    start, end = view.drawing.plan.bias(1, 2)
    drag(view, place(view, (start + end) / 2), QPoint(0, 10), QPoint(0, 30))
    assert scene.context.store.experiment == frozen
    assert "unfreeze" in view.hit(QPointF(place(view, (start + end) / 2))).value


def test_training_pauses_for_the_hand_and_nothing_is_set_before_it_rests(scene: Stage) -> None:
    scene.deliver(Status(True, 90, 0, 100.0))
    hand = Hand(scene.context, "hidden1.weight", (0, 0))
    assert isinstance(scene.sent[-1], Pause)
    hand.set(1.0)
    assert not scene.context.store.experiment.edits
    scene.deliver(Status(False, 94, 0, 0.0))
    hand.set(2.0)
    assert scene.context.store.experiment.edits == (Edit("hidden1.weight", (0, 0), 2.0, 94),)


def test_training_goes_on_when_the_drag_ends(scene: Stage) -> None:
    view, store = canvas(scene), scene.context.store
    scene.deliver(Status(True, 90, 0, 100.0))
    start, end = view.drawing.plan.bias(1, 2)
    spot = place(view, (start + end) / 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    scene.deliver(Status(False, 94, 0, 0.0))
    QTest.mouseMove(view, spot - QPoint(0, 40))
    assert store.experiment.edits and not any(isinstance(command, Play) for command in scene.sent)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot - QPoint(0, 40))
    assert isinstance(scene.sent[-1], Play)
    drag(view, spot, QPoint(0, 10), QPoint(0, 20))  # at rest: nothing has to go on
    assert sum(isinstance(command, Play) for command in scene.sent) == 1


def test_training_goes_on_when_a_number_was_typed(qtbot: QtBot, scene: Stage) -> None:
    view, store = canvas(scene), scene.context.store
    store.look(selected="hidden2", element=(3,))
    scene.deliver(Status(True, 90, 0, 100.0))
    view.type_number()
    scene.deliver(Status(False, 94, 0, 0.0))
    field = view.findChild(NumberField)
    field.setText("0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.experiment.edits == (Edit("hidden2.weight", (3, 0), 0.5, 94),)
    assert sum(isinstance(command, Play) for command in scene.sent) == 1


def test_keys_reach_weights_and_bias_and_set_them(qtbot: QtBot, scene: Stage) -> None:
    view, store = canvas(scene), scene.context.store
    store.look(selected="output", element=(1,))
    view.setFocus()
    for expected in [*(("output.weight", (1, source)) for source in range(8)), ("output.bias", (1,))]:
        view.select_next_parameter()
        assert (store.view.parameter, store.view.number) == expected
    was, unit = recorded(scene, "output.bias", (1,)), Hand(scene.context, "output.bias", (1,)).unit
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [edit.value for edit in store.experiment.edits] == pytest.approx(
        [was + 0.1 * unit, was + 0.2 * unit, was + 0.19 * unit]
    )
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not store.view.parameter and store.view.selected == "output"


def test_a_value_can_be_typed(qtbot: QtBot, scene: Stage) -> None:
    view, store = canvas(scene), scene.context.store
    store.look(selected="hidden2", element=(3,))
    view.select_next_parameter()
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    field = view.findChild(NumberField)
    assert field.text() == "-"
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not store.experiment.edits
    field.setText("-1,25")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.experiment.edits == (Edit("hidden2.weight", (3, 0), -1.25, 7),)


@pytest.mark.parametrize(
    ("text", "value"), [("0.5", 0.5), ("−2", -2.0), (" 1e-3 ", 0.001), ("1,5", 1.5), ("inf", None), ("", None)]
)
def test_what_is_typed_is_a_finite_number_or_nothing(text: str, value: float | None) -> None:
    assert number_in(text) == value


def test_all_that_was_set_by_hand_can_be_taken_back(scene: Stage) -> None:
    store, action = scene.context.store, scene.window.actions_["take-back-edits"]
    assert not action.isEnabled()
    Hand(scene.context, "hidden1.weight", (0, 0)).set(1.0)
    Hand(scene.context, "hidden1.weight", (0, 1)).set(1.0)
    action.trigger()
    assert not store.experiment.edits
    assert store.undo_stack.count() == 3
    assert isinstance(scene.context.player.recording, Recording)
