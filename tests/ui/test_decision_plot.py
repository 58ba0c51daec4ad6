from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Stage
from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Metrics, Recording, Samples, Status
from visualizer.core.messages import Observe
from visualizer.core.numbers import exact
from visualizer.core.topics.neurons import Responses

Build = Callable[..., Stage]
Scene = Callable[[str], tuple[Stage, Responses]]


def experiment(dataset: str) -> Experiment:
    loss = catalogue.loss_for("mlp", dataset)
    return Experiment(network="mlp", dataset=dataset, weights="initial", loss=loss, learning_rate=0.02)


@pytest.fixture
def scene(stage: Build) -> Scene:
    def build(dataset: str) -> tuple[Stage, Responses]:
        from visualizer.engine.session import TrainingSession
        from visualizer.engine.topics.neurons import responses

        session = TrainingSession()
        frames: list[Frame] = session.configure(experiment(dataset))
        for _ in range(3):
            session.step()
        built = stage(experiment(dataset))
        found = responses(session)
        metrics = session.metrics()
        assert isinstance(metrics, Metrics)
        built.deliver(*frames, session.record(1), metrics, session.browse(0, 64), Status(False, 3, 0, 0.0), found)
        built.context.store.look(sample=1)
        return built, found

    return build


def third_card(built: Stage):
    from visualizer.ui.plots.decision_card import AnswersOrLoss

    return built.window.findChild(AnswersOrLoss)


@pytest.mark.parametrize("dataset", ["moons", "blobs", "wave", "hills"])
def test_the_answers_are_shown_with_exact_values_and_a_click_selects_a_sample(scene: Scene, dataset: str) -> None:
    built, found = scene(dataset)
    card = third_card(built)
    assert card.currentWidget() is card.answers
    plot = card.answers.plot
    plot.renew()
    plot.grab()
    places = plot._places(found.held_out)
    assert len(places) == len(found.held_out.inputs) == plot.hover_at(QPointF(-9, -9)) + 1 + len(places)
    chosen = 17
    nearest = plot.hover_at(places[chosen])
    assert nearest < len(places)
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[chosen].toPoint())
    assert (places[built.context.store.view.sample] - places[chosen]).manhattanLength() < 9
    place = len(found.held_out.inputs) + len(found.training.inputs) + 40
    lines = plot.spot(place).lines
    answers = found.surface.reshape(len(found.surface), -1)[:, 40]
    assert all(exact(float(answer)) in line for answer, line in zip(answers, lines[1:], strict=True))
    assert plot.table().count("\n") == found.surface[0].size + 1


def test_the_surface_is_the_mixture_of_the_classes_colours(scene: Scene) -> None:
    built, found = scene("blobs")
    plot = third_card(built).answers.plot
    plot.renew()
    image = plot._plane(found)
    sure = np.unravel_index(found.surface[2].argmax(), found.surface[2].shape)
    from visualizer.ui.plots.points import ink_of

    color = image.pixelColor(int(sure[1]), image.height() - 1 - int(sure[0]))
    distances = [
        sum(abs(a - b) for a, b in zip(color.getRgb()[:3], ink_of(built.context.theme, n).getRgb()[:3], strict=True))
        for n in range(4)
    ]
    assert int(np.argmin(distances)) == 2 or found.surface[2][sure] < 0.5


def test_the_loss_surface_is_one_click_away_and_pictures_have_no_other(scene: Scene, stage: Build) -> None:
    built, _ = scene("moons")
    card = third_card(built)
    built.context.store.look(decision=False)
    assert card.currentWidget() is card.loss
    built.context.store.look(decision=True)
    assert card.currentWidget() is card.answers
    live = [command.live for command in built.sent if isinstance(command, Observe)]
    assert live[-1] == ("responses",)


def test_a_regression_names_its_loss_and_what_is_wanted_and_has_no_accuracy(scene: Scene) -> None:
    built, _ = scene("wave")
    page = built.window.pages.network
    recording = built.context.player.recording
    assert isinstance(recording, Recording) and recording.target == -1
    view = page.canvas.view
    plan = view.drawing.plan
    answer = view.drawing.hit(plan.centers[-1][0], view.instant())
    assert "wanted" in answer.value and plan.columns[-1].subtitle == "output"
    built.context.store.look(metric="accuracy")
    from visualizer.ui.plots.loss_card import LossCard

    card = page.findChild(LossCard)
    assert card.plot.metric == "loss" and card._shown.isHidden()
    for part in range(21):
        built.context.player.seek(built.context.player.timeline.duration * part / 20)
        page.canvas.grab()


def test_the_data_page_shows_points_of_a_line_over_their_targets(scene: Scene) -> None:
    built, _ = scene("wave")
    built.context.store.look(page="data")
    page = built.window.pages.currentWidget()
    built.deliver(built.context.link.latest(Samples))
    assert page._views.currentWidget() is page._plane
    values = page._plane._places()
    frame = built.context.link.latest(Samples)
    np.testing.assert_allclose(values, np.column_stack([frame.inputs, frame.numbers]), rtol=1e-6)
    page.grab()


def test_the_curve_of_an_activation_function_shows_where_the_neuron_works(scene: Scene) -> None:
    built, _ = scene("moons")
    recording = built.context.player.recording
    built.context.store.look(selected="hidden1", element=(4,), channel=4)
    from visualizer.ui.inspectors.activation_curve import working

    card = built.window.pages.network.inspector
    at = working(card.look)
    a = float(recording.activations["tanh1"].values[4])
    assert at.z == float(recording.activations["hidden1"].values[4]) and at.a == a
    assert at.slope == pytest.approx(1 - a * a, abs=1e-6)
    card.column.curve.plot.grab()
    built.context.store.look(selected="output", element=(0,), channel=0)
    assert working(card.look) is None and card.column.curve.isHidden()


def test_from_near_a_neuron_shows_its_curve(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    built, _ = scene("moons")
    view = built.window.pages.network.canvas.view
    from visualizer.ui.canvas import neuron

    painted: list[tuple[float, float]] = []
    paint = neuron.paint_working_point

    def note(painter, disc, node, z, a, theme):
        painted.append((z, a))
        return paint(painter, disc, node, z, a, theme)

    monkeypatch.setattr(neuron, "paint_working_point", note)
    built.context.player.end()
    view.grab()
    assert not painted
    built.context.player.seek(built.context.player.timeline.stations[3].end - 0.01)
    view.zoom_by(6.0)
    view.grab()
    recording = built.context.player.recording
    values = recording.activations
    pairs = [(values[f"hidden{n}"].values, values[f"tanh{n}"].values) for n in (1, 2)]
    known = {(float(z), float(a)) for before, after in pairs for z, a in zip(before, after, strict=True)}
    assert painted and set(painted) <= known | {(float(z), float(z)) for z in recording.activations["output"].values}


@pytest.mark.parametrize(("width", "title"), [(400, "Decision surface"), (248, "Decisions")])
def test_the_title_has_room_beside_the_way_to_the_loss(scene: Scene, width: int, title: str) -> None:
    built, _ = scene("moons")
    answers = third_card(built).answers
    answers.resize(width, 200)
    answers.arrange()
    assert answers._title.text() == title
    assert answers.fits(title, answers._other)
