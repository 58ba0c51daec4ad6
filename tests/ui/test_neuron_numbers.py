"""A number written beside a neuron answers for itself, and not for a weight that runs below it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF

from tests.ui.conftest import MLP, Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame
from visualizer.core.messages import Explain
from visualizer.core.timeline import Phase
from visualizer.ui.canvas.interactive_view import InteractiveView
from visualizer.ui.explanations.questions import Told


@pytest.fixture
def scene(stage: Callable[..., Stage], real_frames: Callable[..., list[Frame]]) -> Stage:
    built = stage(MLP)
    built.deliver(*real_frames(MLP))
    return built


def canvas(scene: Stage) -> InteractiveView:
    return scene.window.pages.network.canvas.view


def go_to(scene: Stage, phase: Phase, node: str = "") -> None:
    player = scene.context.player
    station = next(s for s in player.timeline.stations if s.phase == phase and (node in s.nodes or not node))
    place = station.nodes.index(node) if node else 0
    player.seek(station.start + (station.end - station.start) * (place + 0.9) / max(len(station.nodes), 1))


def asked_at(scene: Stage, point: QPointF) -> list[object]:
    hit = canvas(scene).drawing.hit(point, canvas(scene).instant())
    return list(hit.asks) if hit is not None else []


def test_the_number_beside_a_neuron_is_asked_about_and_not_the_weight_below_it(scene: Stage) -> None:
    go_to(scene, "loss")
    plan = canvas(scene).drawing.plan
    for column, node in ((0, "input"), (1, "tanh1"), (2, "tanh2"), (3, "output")):
        spot = plan.label(column, 1, gradient=False)
        assert spot is not None
        assert asked_at(scene, spot.center())[0] == Explain(node, (1,))


def test_while_a_layer_runs_the_sum_that_is_shown_is_asked_about(scene: Stage) -> None:
    go_to(scene, "forward", "hidden1")
    plan = canvas(scene).drawing.plan
    assert canvas(scene).drawing.states(scene.context.player.scene)[1].node == "hidden1"
    assert asked_at(scene, plan.centers[1][0])[0] == Explain("hidden1", (0,))
    go_to(scene, "forward", "tanh1")
    assert asked_at(scene, plan.centers[1][0])[0] == Explain("tanh1", (0,))


def test_the_probability_above_an_output_is_asked_about(scene: Stage) -> None:
    go_to(scene, "loss")
    drawing = canvas(scene).drawing
    place = drawing.neurons.answer_place(drawing.plan.centers[3][1], drawing.neurons.answer(1))
    (question,) = asked_at(scene, place.center())
    assert isinstance(question, Told)
    told = question.tell(scene.context.player.recording)
    assert told.result == pytest.approx(float(scene.context.player.recording.probabilities[1]))


def test_what_a_regression_should_give_is_asked_about(
    stage: Callable[..., Stage], real_frames: Callable[..., list[Frame]]
) -> None:
    wave = Experiment(network="mlp", dataset="wave", loss="mean-squared-error", weights="initial")
    scene = stage(wave)
    scene.deliver(*real_frames(wave))
    go_to(scene, "loss")
    drawing = canvas(scene).drawing
    place = drawing.neurons.answer_place(drawing.plan.centers[3][0], drawing.neurons.answer(0))
    (question,) = asked_at(scene, place.center())
    recording = scene.context.player.recording
    assert question.index == (0,)
    assert float(recording.activations[question.name].values[0]) == float(recording.wanted[0])
