"""The page of a pair: invitation, stages, layers, drawing, meters and pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage as Scene
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Status
from visualizer.core.messages import AskEvolution, AskStages, Explain, Judge, Observe, Pause, Step, Walk
from visualizer.core.plane import FEWEST_DRAWN, HALF, SMILE
from visualizer.core.topics.adversarial import Adversary, Evolution, Imagined, Judgement, Stages
from visualizer.ui.adversarial.game import NOW, plan
from visualizer.ui.adversarial.layers import LAYERS
from visualizer.ui.adversarial.outcome import Outcome
from visualizer.ui.adversarial.pair_plan import DISCRIMINATOR, FAKE, GENERATOR, REAL, work_of
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.main_window import MainWindow
from visualizer.ui.player import Player
from visualizer.ui.settings import LEAST_SIZE
from visualizer.ui.store import Store
from visualizer.ui.views.gan_page import GanPage

Build = Callable[..., Scene]
Frames = Callable[[Experiment], list[Frame]]

MLP = Experiment(network="mlp", dataset="moons", weights="initial")
POINTS = Experiment(
    network="gan-2d", dataset="ring", weights="initial", loss="non-saturating", optimizer="adam-0.5", batch_size=16
)
PICTURES = Experiment(
    network="gan-images", dataset="fashion-mnist-unlabelled", loss="non-saturating", optimizer="adam-0.5", batch_size=8
)


@pytest.fixture(scope="module")
def answers() -> Callable[[Experiment], tuple[Adversary, Stages, Evolution]]:
    """What the real engine says of a pair: as it stands, the stages of its next step, its past."""
    known: dict[Experiment, tuple[Adversary, Stages, Evolution]] = {}

    def make(experiment: Experiment) -> tuple[Adversary, Stages, Evolution]:
        from visualizer.engine.session import TrainingSession
        from visualizer.engine.topics import adversarial as topic

        if experiment not in known:
            session = TrainingSession()
            list(session.configure(experiment))
            stages = [answer for answer in topic.show_stages(session, AskStages()) if answer is not None][-1]
            known[experiment] = topic.adversary(session), stages, topic.show_evolution(session, AskEvolution())
        return known[experiment]

    return make


Answers = Callable[[Experiment], tuple[Adversary, Stages, Evolution]]


def opened(stage: Build, real_frames: Frames, experiment: Experiment) -> tuple[Scene, GanPage]:
    scene = stage(experiment)
    scene.deliver(*real_frames(experiment))
    scene.context.store.look(page="gan", reduced_motion=True)
    page = scene.window.pages.currentWidget()
    assert isinstance(page, GanPage)
    return scene, page


def test_a_single_network_is_told_so_and_one_click_opens_a_pair(
    stage: Build, real_frames: Frames, qtbot: QtBot
) -> None:
    scene, page = opened(stage, real_frames, MLP)
    assert page.invitation.isVisible() and not page.work.isVisible()
    qtbot.mouseClick(page.invitation.buttons["gan-2d"], Qt.MouseButton.LeftButton)
    experiment = scene.context.store.experiment
    assert (experiment.network, experiment.dataset, experiment.loss) == ("gan-2d", "ring", "non-saturating")
    scene.deliver(*real_frames(POINTS))
    assert page.work.isVisible() and page.plane.isVisible()
    assert cast(Observe, scene.last(Observe)).live == ("adversary",)
    scene.context.store.undo_stack.undo()
    assert scene.context.store.experiment == MLP


def test_the_stages_are_asked_for_and_walked_forward_and_back(
    stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot
) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    adversary, stages, _ = answers(POINTS)
    scene.deliver(adversary, Status(True, 0, 0, 0.0))
    qtbot.mouseClick(page.pair.bar.on, Qt.MouseButton.LeftButton)
    assert isinstance(scene.sent[-2], Pause) and isinstance(scene.sent[-1], AskStages) and page.game.place == NOW
    scene.deliver(Status(False, 0, 0, 0.0), stages)
    assert page.game.place == 0 and len(stages.stages) == len(page.game.plan)
    seen = []
    for stage_ in stages.stages:
        assert page.game.stage is stage_ and page.pair._title.text() == stage_.title
        seen.append((stage_.player, stage_.name))
        line = page.pair.bar.line
        if not page.game.at_end:
            qtbot.keyClick(line, Qt.Key.Key_Right)
    assert seen == plan(POINTS)
    qtbot.keyClick(line, Qt.Key.Key_Left)
    assert page.game.place == len(seen) - 2
    qtbot.keyClick(line, Qt.Key.Key_End)
    qtbot.keyClick(line, Qt.Key.Key_Right)
    assert isinstance(scene.sent[-1], Step) and page.game.place == NOW
    qtbot.keyClick(line, Qt.Key.Key_Home)
    assert page.game.stage is None


def test_a_click_on_the_bar_goes_to_that_stage(
    stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot
) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(answers(POINTS)[0], answers(POINTS)[1])
    line = page.pair.bar.line
    for place, area in enumerate(line.segments()):
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=area.center().toPoint())
        assert page.game.place == place
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(5, 25))
    assert page.game.place == NOW


def test_stages_of_another_step_are_dropped(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    adversary, stages, _ = answers(POINTS)
    scene.deliver(adversary, stages)
    page.game.seek(3)
    assert page.game.place == 3
    later = Adversary(**{name: getattr(adversary, name) for name in adversary.__struct_fields__} | {"step": 1})
    scene.deliver(later)
    assert page.game.place == NOW and page.game.stages is None


def test_playing_runs_to_the_end_and_rests(stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.context.store.look(reduced_motion=False, speed=500.0)
    scene.deliver(*answers(POINTS)[:2])
    page.game._clock.setInterval(1)
    page.game.toggle()
    qtbot.waitUntil(lambda: not page.game.playing)
    assert page.game.at_end and page.game.progress == 1.0


def test_the_keys_of_the_animation_move_the_stages(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(*answers(POINTS)[:2])
    actions = scene.window.actions_
    actions["forward"].trigger()
    actions["forward"].trigger()
    assert page.game.place == 1
    actions["end"].trigger()
    assert page.game.at_end
    actions["start"].trigger()
    assert page.game.place == NOW


def test_leaving_the_page_stops_the_play(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(*answers(POINTS)[:2])
    page.game.toggle()
    assert page.game.playing
    scene.context.store.look(page="network")
    assert not page.game.playing


def test_the_stages_light_what_is_at_work() -> None:
    assert work_of("discriminator", "judge").ways == {(FAKE, DISCRIMINATOR), (REAL, DISCRIMINATOR)}
    assert work_of("generator", "judge").ways == {(FAKE, DISCRIMINATOR)}
    back = work_of("generator", "gradients")
    assert back.back and back.parts == {GENERATOR} and (GENERATOR, FAKE) in back.ways
    assert work_of("discriminator", "gradients").ways.isdisjoint({(GENERATOR, FAKE), (FAKE, DISCRIMINATOR)})


def test_the_outcome_is_that_of_the_engine(answers: Answers) -> None:
    adversary, stages, _ = answers(POINTS)
    now = Outcome.of_adversary(adversary)
    assert now.real == pytest.approx(float(np.mean(adversary.real_judgements)))
    assert (now.discriminator, now.generator) == (adversary.discriminator_loss, adversary.generator_loss)
    noise, last = Outcome.of_stage(stages.stages[0]), Outcome.of_stage(stages.stages[-1])
    assert math.isnan(noise.fake) and math.isnan(noise.discriminator)
    assert last.generator == stages.stages[-1].loss and math.isnan(last.discriminator) and math.isnan(last.real)


def test_every_layer_changes_the_plane(stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(answers(POINTS)[0])
    whole = page.plane.view.grab().toImage()
    for layer in LAYERS:
        qtbot.mouseClick(page.plane.switches[layer.name], Qt.MouseButton.LeftButton)
        assert scene.context.store.view.hidden_layers == (layer.name,)
        assert page.plane.view.grab().toImage() != whole, layer.name
        qtbot.mouseClick(page.plane.switches[layer.name], Qt.MouseButton.LeftButton)
    assert page.plane.view.grab().toImage() == whole


def test_each_point_of_the_plane_can_be_named(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    adversary = answers(POINTS)[0]
    scene.deliver(adversary)
    view = page.plane.view
    assert view.hover_count() == len(adversary.real) + len(adversary.fake)
    place = view.frame.point(*adversary.real[0].tolist())
    found = view.hover_at(place)
    assert view._element(found)[0] == "real"
    np.testing.assert_allclose(view.frame.place(place), adversary.real[0], atol=1e-6)
    number = view.number_of(len(adversary.real))
    assert number is not None and number.question == Explain("judgement/fake", (0, 0), "metric")


def test_a_drawing_becomes_the_data(stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(answers(POINTS)[0])
    page.plane.draw.setChecked(True)
    pad, store = page.plane.pad, scene.context.store
    assert not len(pad.points)
    middle = pad.frame.area.center().toPoint()
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=middle)
    for x in range(0, 60, 10):
        qtbot.mouseMove(pad, middle + QPoint(x, 0))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=middle)
    assert store.experiment.dataset == "drawn" and len(store.experiment.drawing) >= FEWEST_DRAWN
    assert np.abs(np.array(store.experiment.drawing)).max() <= HALF
    drawn = store.experiment.drawing
    qtbot.keyClick(pad, Qt.Key.Key_Up)
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    assert len(store.experiment.drawing) > len(drawn)
    store.undo_stack.undo()
    assert store.experiment.drawing == drawn and len(pad.points) == len(drawn)
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert not len(pad.points) and store.experiment.drawing == drawn  # what is learned from stays
    store.undo_stack.undo()
    assert store.experiment == POINTS


def test_the_eraser_takes_points_away(stage: Build, real_frames: Frames, qtbot: QtBot) -> None:
    drawn = Experiment(**{name: getattr(POINTS, name) for name in POINTS.__struct_fields__} | {"dataset": "drawn"})
    _, page = opened(stage, real_frames, drawn)
    page.plane.draw.setChecked(True)
    pad = page.plane.pad
    assert len(pad.points) == len(SMILE)
    qtbot.keyClick(pad, Qt.Key.Key_E)
    assert page.plane.tool.choice == "erase"
    pad.touch(*SMILE[0])
    distances = np.hypot(*(pad.points - np.array(SMILE[0])).T)
    assert len(pad.points) < len(SMILE) and distances.min() > 0.2


def test_the_meters_mean_what_they_say(stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    adversary = answers(POINTS)[0]
    scene.deliver(adversary)
    view = page.meters.view
    values = {meter.name: meter.value for meter in view.meters}
    assert values["modes covered"] == adversary.quality.covered
    assert values["JS divergence"] == adversary.quality.divergence
    assert all(meter.about for meter in view.meters)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.row == 1


def test_a_collapse_is_named_with_what_to_try(stage: Build, real_frames: Frames, answers: Answers) -> None:
    from visualizer.core.topics.adversarial import Verdict
    from visualizer.ui.adversarial.verdict_banner import VerdictBanner

    scene, page = opened(stage, real_frames, POINTS)
    adversary = answers(POINTS)[0]
    banner = page.plane.findChild(VerdictBanner)
    scene.deliver(adversary)
    assert banner.isHidden()
    fields = {name: getattr(adversary, name) for name in adversary.__struct_fields__}
    scene.deliver(Adversary(**fields | {"verdict": Verdict("mode collapse", "Only 1 of 8.", "Another seed.")}))
    assert not banner.isHidden() and banner._name.text() == "Mode collapse"
    assert "Another seed" in banner._advice.text()


def test_pictures_are_shown_judged_and_walked_between(
    stage: Build, real_frames: Frames, answers: Answers, qtbot: QtBot
) -> None:
    scene, page = opened(stage, real_frames, PICTURES)
    adversary, stages, _ = answers(PICTURES)
    scene.deliver(adversary, stages)
    assert page.pictures.isVisible() and len(page.pictures.grid.pictures) == len(adversary.fake)
    judged = cast(Judge, scene.last(Judge))
    np.testing.assert_array_equal(judged.sample, adversary.fake[0])
    answer = Judgement(0, judged.sample, 0.5, 0.62, -judged.sample, judged.sample)
    scene.deliver(answer)
    assert page.explore.opinion._number.text() == "62.0% real"
    qtbot.keyClick(page.pictures.grid, Qt.Key.Key_Right)
    np.testing.assert_array_equal(cast(Judge, scene.last(Judge)).sample, adversary.fake[1])
    page.explore.opinion.pad.clear()
    scene.deliver(answer)
    assert not cast(Judge, scene.last(Judge)).sample.any() and page.explore.opinion.source.choice == "drawn"
    page.explore.show_panel("latent walk")
    walk = cast(Walk, scene.last(Walk))
    np.testing.assert_allclose(walk.start, adversary.noise[1])
    np.testing.assert_allclose(walk.end, adversary.noise[page.explore.walk.end])
    places = np.repeat(adversary.fake[:1], walk.places, axis=0)
    noise = np.repeat(adversary.noise[:1], walk.places, axis=0)
    scene.deliver(Imagined(0, noise, places, np.linspace(0, 1, walk.places, dtype=np.float32)))
    page.explore.walk.slider.setValue(walk.places - 1)
    assert page.explore.walk._judgement.text() == "D finds it 100.0% real"


def test_the_past_of_the_same_noise_can_be_looked_at(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, PICTURES)
    adversary, _, evolution = answers(PICTURES)
    scene.deliver(adversary, Status(False, 9, 0, 0.0))
    assert isinstance(scene.last(AskEvolution), AskEvolution)
    now = evolution.samples[-1]
    scene.deliver(Evolution([0, 4, 9], evolution.noise, np.stack([now * 0, now, now])))
    strip = page.pictures.strip
    assert strip.time == -1 and len(page.pictures.grid.pictures) == len(adversary.fake)
    strip.slider.setValue(0)
    assert not page.pictures.grid.pictures.any() and "After 0 steps" in page.pictures._words.text()


def test_game_asks_no_engine_for_what_it_knows(stage: Build, real_frames: Frames, answers: Answers) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(*answers(POINTS)[:2])
    page.game.seek(2)
    page.game.seek(5)
    assert not [command for command in scene.sent if isinstance(command, AskStages)]


def test_a_living_engine_plays_the_game(qtbot: QtBot) -> None:
    store = Store(POINTS)
    context = Context(store, Link(store), Player())
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    store.look(page="gan", reduced_motion=True)
    page = cast(GanPage, window.pages.currentWidget())
    context.link.start()
    qtbot.waitUntil(lambda: page.game.adversary is not None, timeout=60_000)
    page.game.seek(3)
    qtbot.waitUntil(lambda: page.game.place == 3, timeout=60_000)
    told = page.game.stage
    page.game.seek(len(page.game.plan) - 1)
    page.game.step(1)
    qtbot.waitUntil(lambda: page.game.adversary.step == 1, timeout=60_000)  # type: ignore[union-attr]
    assert told is not None and told.loss == pytest.approx(float(context.link.history.discriminator_loss[0]), rel=1e-6)
    window.close()


def test_other_data_keep_the_chosen_loss_and_training_shows_the_plane(
    stage: Build, real_frames: Frames, answers: Answers
) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.context.store.patch("Another loss", loss="least-squares")
    page.plane.data.chosen.emit("spiral")
    experiment = scene.context.store.experiment
    assert (experiment.dataset, experiment.loss) == ("spiral", "least-squares")
    page.plane.draw.setChecked(True)
    scene.deliver(Status(True, 0, 0, 0.0))
    assert not page.plane.draw.isChecked()


def test_a_pair_is_no_single_network_before_the_engine_has_said_so(stage: Build) -> None:
    scene = stage(PICTURES)
    scene.context.store.look(page="gan")
    page = scene.window.pages.currentWidget()
    assert isinstance(page, GanPage)
    assert page.work.isVisible() and page.pictures.isVisible() and not page.invitation.isVisible()


def test_in_the_smallest_window_no_part_of_the_pair_lies_over_another(
    stage: Build, real_frames: Frames, answers: Answers
) -> None:
    scene, page = opened(stage, real_frames, POINTS)
    scene.deliver(answers(POINTS)[0])
    scene.window.resize(LEAST_SIZE)
    page.grab()
    assert page.pair.view.geometry().bottom() < page.pair.bar.geometry().top()
