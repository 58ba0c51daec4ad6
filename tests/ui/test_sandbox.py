"""The sandbox: settings, the kernel's walk by mouse, keys and clock, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QSettings, Qt
from pytestqt.qtbot import QtBot
from torch.nn import functional

from tests.ui.conftest import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.ui.explanations.questions import Told
from visualizer.ui.views.sandbox_page import SandboxPage

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


@pytest.fixture
def sandbox(stage: Callable[..., Stage]) -> SandboxPage:
    made = stage()
    made.context.store.look(page="sandbox")
    page = made.window.pages.currentWidget()
    assert isinstance(page, SandboxPage)
    return page


def test_what_is_shown_is_what_torch_computes(sandbox: SandboxPage) -> None:
    for name, value in (("source", "cross"), ("channels", "2"), ("stride", "2"), ("padding", "3"), ("dilation", "2")):
        sandbox.choose(name, value)
    sandbox.set_weight(0, 1, 2.5)
    wanted = functional.conv2d(
        torch.tensor(sandbox.values)[None], torch.tensor(sandbox.weights)[None], stride=2, padding=3, dilation=2
    )[0, 0]
    np.testing.assert_allclose(sandbox.output, wanted.numpy())
    assert sandbox.board.output.shape == tuple(wanted.shape)
    sandbox.move_to(1, 2)
    assert sandbox.terms is not None and sandbox.terms.result == pytest.approx(float(wanted[1, 2]))
    assert sandbox.weights[0, 0, 1] == 2.5 and sandbox.combos["named"].shown == "own numbers"


def test_moving_over_the_output_moves_the_kernel(sandbox: SandboxPage, qtbot: QtBot) -> None:
    output = sandbox.board.output
    sandbox.choose("stride", "2")
    unit = output.width() / output.shape[1]
    qtbot.mouseMove(output, QPoint(round(2.5 * unit), round(1.5 * unit)))
    assert sandbox.place == (1, 2)
    assert sandbox.board.source.marked == (2, 4, 3, 3)
    qtbot.keyClick(output, Qt.Key.Key_Up)
    qtbot.keyClick(output, Qt.Key.Key_Left)
    assert sandbox.place == (0, 1)


def test_the_kernel_walks_to_the_end_and_rests(sandbox: SandboxPage, qtbot: QtBot) -> None:
    sandbox.choose("size", "4")
    sandbox.move_to(0, 0)
    sandbox.walk.timer.setInterval(1)
    seen = []
    sandbox.walk.moved.connect(lambda row, column: seen.append((row, column)))
    qtbot.mouseClick(sandbox.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not sandbox.walk.walking)
    assert seen[:3] == [(0, 1), (1, 0), (1, 1)] and sandbox.play.text() == "Slide"


def test_leaving_the_page_ends_the_walk(sandbox: SandboxPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(sandbox.play, Qt.MouseButton.LeftButton)
    assert sandbox.walk.walking
    sandbox._context.store.look(page="network")
    assert not sandbox.walk.walking


def test_a_kernel_larger_than_its_input_is_told_and_can_be_mended(sandbox: SandboxPage) -> None:
    sandbox.choose("size", "3")
    sandbox.choose("kernel", "7")
    assert sandbox.output is None and "a padding of 2 or a smaller kernel would fit" in sandbox.obstacle.text()
    assert not sandbox.obstacle.isHidden() and sandbox.board.isHidden() and not sandbox.play.isEnabled()
    sandbox.choose("padding", "2")
    assert sandbox.output is not None and sandbox.output.shape == (1, 1)
    assert sandbox.obstacle.isHidden() and not sandbox.board.isHidden()


def test_keys_set_the_numbers_of_the_kernel(sandbox: SandboxPage, qtbot: QtBot) -> None:
    before = sandbox.weights[0, 1, 0]
    qtbot.keyClick(sandbox.view, Qt.Key.Key_Down)
    qtbot.keyClicks(sandbox.view, "+")
    assert sandbox.weights[0, 1, 0] == before + 0.25
    qtbot.keyClicks(sandbox.view, "--")
    assert sandbox.weights[0, 1, 0] == before - 0.25


def test_the_sample_of_the_network_can_be_convolved(
    stage: Callable[..., Stage], real_frames: Callable[[Experiment], list[Frame]]
) -> None:
    made = stage(LENET)
    made.deliver(*real_frames(LENET))
    made.context.store.look(page="sandbox")
    page = made.window.pages.currentWidget()
    page.choose("source", "sample")
    np.testing.assert_array_equal(page.values[0], made.context.player.recording.activations["input"].values[0])
    assert page.output.shape == (26, 26)


def test_it_begins_where_the_sample_has_its_strongest_edge(
    stage: Callable[..., Stage], real_frames: Callable[[Experiment], list[Frame]]
) -> None:
    made = stage(LENET)
    made.deliver(*real_frames(LENET))
    made.context.store.look(page="sandbox")
    page = made.window.pages.currentWidget()
    assert page.combos["source"].shown == "the sample" and page.combos["named"].shown == "vertical edges"
    assert abs(page.terms.result) == np.abs(page.output).max() > 0


def test_what_was_chosen_is_there_again(sandbox: SandboxPage) -> None:
    for name, value in (("source", "checks"), ("channels", "2"), ("kernel", "5"), ("dilation", "2"), ("size", "12")):
        sandbox.choose(name, value)
    sandbox.set_weight(1, 2, -3.5)
    again = SandboxPage(sandbox._context)
    assert (again.source, again.numbers, again.setting) == (sandbox.source, sandbox.numbers, sandbox.setting)
    np.testing.assert_array_equal(again.weights, sandbox.weights)
    again.deleteLater()


@pytest.mark.parametrize("broken", ["", "nonsense", '{"numbers": {"kernel": 99}}', '{"kernel": [[[1.0, 2.0]]]}'])
def test_settings_that_make_no_sense_are_left_aside(sandbox: SandboxPage, broken: str) -> None:
    QSettings().setValue("sandbox", broken)
    again = SandboxPage(sandbox._context)
    assert again.setting.kernel == 3 and again.weights.shape == (1, 3, 3) and again.output is not None
    again.deleteLater()


def test_it_begins_where_there_is_something_to_see_and_its_sum_is_explained(sandbox: SandboxPage) -> None:
    assert sandbox.output is not None and sandbox.terms is not None
    assert abs(sandbox.terms.result) == np.abs(sandbox.output).max() > 0
    sandbox.choose("padding", "1")
    sandbox.set_weight(0, 1, 2.5)
    sandbox.move_to(0, 3)
    number = sandbox._asked()
    assert number is not None and isinstance(number.question, Told)
    known = number.question.tell(None)
    assert known.result == pytest.approx(float(sandbox.output[0, 3]))
    assert evaluate(known.expression, bindings(known.operands, known.products)) == pytest.approx(known.result)
    assert int(known.products.inside.sum()) == 6, "three of the nine lie in the padding"
