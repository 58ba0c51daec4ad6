"""Each number on the page of a pair, asked for where it stands and answered by the real engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Stage as Scene
from tests.ui.opened import answer
from visualizer.core.experiment import Experiment, patch
from visualizer.core.frames import Explanation
from visualizer.core.messages import Command, Explain
from visualizer.ui.adversarial.losses_plot import LossesPlot
from visualizer.ui.explanations.questions import Number
from visualizer.ui.views.gan_page import GanPage

POINTS = Experiment(
    network="gan-2d", dataset="ring", weights="initial", loss="non-saturating", optimizer="adam-0.5", batch_size=16
)
PICTURES = patch(POINTS, network="gan-images", dataset="fashion-mnist-unlabelled", batch_size=4)
STEPS = 2
Build = Callable[..., Scene]


class Played(NamedTuple):
    """A window whose engine is a session in this process."""

    scene: Scene
    page: GanPage
    session: Any

    def told(self, number: Number | None) -> Explanation:
        assert number is not None and isinstance(number.question, Explain)
        return self.session.explain(number.question.name, number.question.index, number.question.kind)


@pytest.fixture
def played(stage: Build, monkeypatch: pytest.MonkeyPatch) -> Callable[[Experiment], Played]:
    def build(experiment: Experiment) -> Played:
        from visualizer.engine.session import TrainingSession
        from visualizer.engine.topics import ANSWERS, LIVE

        session, scene = TrainingSession(), stage(experiment)
        scene.context.link.state = "running"

        def send(command: Command) -> None:
            if isinstance(command, Explain):
                scene.deliver(session.explain(command.name, command.index, command.kind))
            elif type(command) in ANSWERS:
                told = ANSWERS[type(command)](session, command)
                scene.deliver(*[frame for frame in told if frame] if isinstance(told, Iterator) else [told])

        monkeypatch.setattr(scene.context.link, "send", send)
        scene.deliver(*session.configure(experiment))
        for _ in range(STEPS):
            session.step()
        scene.deliver(session.metrics(), session.freezing(), session.record(0))
        scene.context.store.look(page="gan", reduced_motion=True)
        scene.deliver(LIVE["adversary"](session))
        page = scene.window.pages.currentWidget()
        assert isinstance(page, GanPage)
        return Played(scene, page, session)

    return build


def said(hover: str) -> float:
    """Return the full value that a hover names."""
    return float(re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", hover.split("\n")[0].replace("−", "-"))[-1])


def numbers_in(view: QWidget, at: Callable[[QPointF], Number | None]) -> dict[object, Number]:
    places = (QPointF(x, y) for y in range(0, view.height(), 6) for x in range(0, view.width(), 24))
    return {number.question: number for place in places if (number := at(place)) is not None}


def test_meters_and_the_outcome_of_every_stage_are_answered(played: Callable[[Experiment], Played]) -> None:
    game = played(POINTS)
    meters, pair = game.page.meters.view, game.page.pair
    for row, meter in enumerate(meters.meters):
        assert game.told(meters._number(row)).result == pytest.approx(meter.value, rel=1e-5, abs=1e-6), meter.name
    for place in range(-1, len(game.page.game.plan)):
        game.page.game.seek(place)
        found = numbers_in(pair.view, pair.view._number_at)
        asked = [number for question, number in found.items() if isinstance(question, Explain)]
        stage = game.page.game.stage
        assert len(asked) >= (4 if stage is None else stage.name not in ("noise", "generate"))
        for number in asked:
            assert game.told(number).result == pytest.approx(said(number.hover), rel=1e-4), number
        if stage is not None:
            ends = game.told(pair._asked()).result
            if stage.name in ("judge", "loss", "gradients", "update"):
                assert ends == pytest.approx(said(pair._asked().hover), rel=1e-3), stage.name  # type: ignore[union-attr]


def test_points_places_and_arrows_of_the_plane_are_answered(played: Callable[[Experiment], Played]) -> None:
    game = played(POINTS)
    view, adversary = game.page.plane.view, game.page.game.adversary
    assert adversary is not None and adversary.plane is not None
    first_fake = len(adversary.real)
    assert game.told(view.number_of(3)).result == pytest.approx(float(adversary.real_judgements[3]), rel=1e-5)
    fake = view.number_of(first_fake + 5)
    assert game.told(fake).result == pytest.approx(float(adversary.fake_judgements[5]), rel=1e-5)
    wish = view._asked("wish", "fake", 5, (1,))
    assert game.told(wish).result == pytest.approx(float(adversary.arrows[5, 1]), rel=1e-4)
    corner = view.frame.point(2.9, -2.9)
    place = view._number_at(corner)
    assert game.told(place).result == pytest.approx(float(adversary.plane.judgements[1, 46]), rel=1e-5)
    assert said(place.hover) == pytest.approx(float(adversary.plane.judgements[1, 46]), rel=1e-6)  # type: ignore[union-attr]
    game.page.game.seek(2)
    judged = game.page.game.stage
    assert judged is not None
    assert game.told(view.number_of(1)).result == pytest.approx(float(judged.real_judgements[1]), rel=1e-5)


def test_pixels_opinions_and_places_of_a_walk_are_answered(played: Callable[[Experiment], Played]) -> None:
    game = played(PICTURES)
    grid, opinion, walk = game.page.pictures.grid, game.page.explore.opinion, game.page.explore.walk
    area = grid.place(7)
    bar, middle = QPointF(area.center().x(), area.bottom() - 1), area.center()
    assert game.told(grid._asked_at(bar)).result == pytest.approx(float(grid.judgements[7]), rel=1e-5)
    row, column = grid.pixel_at(7, middle) or (0, 0)
    pixel = game.told(grid._asked_at(middle))
    assert pixel.result == pytest.approx(float(grid.pictures[7, 0, row, column]), rel=1e-5)

    assert game.told(opinion._asked_as("judgement")).result == pytest.approx(opinion.judgement.judgement, rel=1e-5)
    assert game.told(opinion._asked_as("output")).result == pytest.approx(opinion.judgement.output, rel=1e-4)
    for choice, values in (("wish", opinion.judgement.wish), ("∂z/∂x", opinion.judgement.gradient)):
        opinion.sort.choose(choice)
        number = opinion._gradient_at(QPointF(opinion.gradient.width() / 2, opinion.gradient.height() / 2))
        assert game.told(number).result == pytest.approx(float(values[0, 14, 14]), rel=1e-3)
        assert said(number.hover) == pytest.approx(float(values[0, 14, 14]), rel=1e-6)  # type: ignore[union-attr]
    assert opinion._asked_as("output").question.name == "output/fake"  # type: ignore[union-attr]
    drawn = np.zeros((1, 28, 28), np.float32)
    drawn[0, 3, 4] = 1.0
    opinion._draw(drawn)
    assert game.told(opinion._of_pixel((3, 4))).result == 1.0

    game.page.explore.show_panel("latent walk")
    walk.slider.setValue(20)
    assert walk.walk is not None
    assert game.told(walk._asked_as("judgement")).result == pytest.approx(float(walk.walk.judgements[20]), rel=1e-5)
    length = np.linalg.norm(walk.walk.noise[20])
    assert game.told(walk._asked_as("noise_length")).result == pytest.approx(float(length), rel=1e-5)


def test_both_losses_of_the_plot_are_asked_by_mouse_and_key(
    played: Callable[[Experiment], Played], qtbot: QtBot
) -> None:
    game = played(POINTS)
    plot = game.page.lower_left.currentWidget().findChild(LossesPlot)
    assert plot is not None
    history = game.scene.context.link.history
    plot.grab()
    for name in ("loss", "discriminator_loss"):
        spot = plot._axes.point(float(history.steps[1]), float(getattr(history, name)[1]))
        told = game.told(plot._number_at(spot))
        assert told.name == name and told.result == pytest.approx(float(getattr(history, name)[1]), rel=1e-5)
    plot.hover(1)
    assert plot.number_of(plot.hovered).question.name == "discriminator_loss"
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.number_of(plot.hovered).question == Explain("loss", (int(history.steps[1]),), "metric")
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert plot.hovered == 1


@pytest.mark.parametrize("words", ["_number", "_words"])
def test_a_click_on_words_opens_the_card(played: Callable[[Experiment], Played], qtbot: QtBot, words: str) -> None:
    game = played(PICTURES)
    label = getattr(game.page.explore.opinion, words)
    qtbot.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    judged = game.page.explore.opinion.judgement
    wanted = judged.judgement if words == "_number" else judged.output
    assert answer(game.scene.window).result == pytest.approx(wanted, rel=1e-4)
    assert game.scene.window.explanations.isVisible()
    label.setFocus(Qt.FocusReason.TabFocusReason)
    game.scene.window.explanations._trail.close()
    qtbot.keyClick(label, Qt.Key.Key_Equal)
    assert game.scene.window.explanations.isVisible()
