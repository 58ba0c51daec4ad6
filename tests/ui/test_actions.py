from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Status
from visualizer.core.messages import Cancel, Pause, Play, Scan, Seek, Step
from visualizer.ui import log
from visualizer.ui.actions import MENUS
from visualizer.ui.keys_help import sections
from visualizer.ui.palette import rank

Build = Callable[..., Stage]
Frames = Callable[..., list[Frame]]


def test_every_action_has_all_that_is_shown_of_it(stage: Build) -> None:
    actions = stage().window.actions_
    actions.dress()
    for entry in actions.entries:
        action = actions[entry.id]
        assert action.text() and action.toolTip() and action.statusTip() and not action.icon().isNull(), entry.id
        assert entry.menu in MENUS, entry.id
        assert not action.text().endswith("."), entry.id


def test_no_two_actions_have_the_same_keys_or_the_same_text(stage: Build) -> None:
    actions = stage().window.actions_
    keys = Counter(key.toString() for action in actions for key in action.shortcuts())
    assert [key for key, count in keys.items() if count > 1] == []
    texts = Counter(action.text() for action in actions)
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize(("selected", "whole"), [("stem.conv", "Freeze stem"), ("linear", "")])
def test_a_layer_with_nothing_around_it_is_offered_once(
    stage: Build, real_frames: Frames, selected: str, whole: str
) -> None:
    resnet = Experiment(network="resnet20", dataset="mnist", weights="initial")
    scene = stage(resnet)
    scene.deliver(*real_frames(resnet))
    scene.context.store.look(selected=selected)
    actions = scene.window.actions_
    assert actions["freeze-selected"].text() == f"Freeze {selected}"
    assert actions["freeze-stage"].isEnabled() == bool(whole)
    assert actions["freeze-stage"].text() == (whole or "Freeze whole stage")
    texts = Counter(action.text() for action in actions)
    assert [text for text, count in texts.items() if count > 1] == []


def test_where_no_file_manager_opens_the_log_folder_is_named(stage: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log.QDesktopServices, "openUrl", lambda url: False)
    scene = stage()
    sentences: list[str] = []
    scene.window.notices.said.connect(lambda sentence, *_: sentences.append(sentence))
    scene.window.actions_["log-folder"].trigger()
    assert len(sentences) == 1 and str(log.folder()) in sentences[0]


def test_every_action_is_in_the_palette_the_menus_and_the_help(stage: Build) -> None:
    window = stage().window
    everything = set(window.actions_)
    window.palette_.open()
    assert set(window.palette_.found) == everything
    shown = {action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()}
    assert everything <= shown
    listed = {text for _, rows in sections(window.actions_) for text, _ in rows}
    assert listed == {action.text() for action in everything if action.shortcuts()}


def test_the_palette_finds_by_words_and_by_letters() -> None:
    assert rank("train", "Run", "Train") < rank("train", "Run", "Train one epoch") or rank(
        "train", "Run", "Train"
    ) == rank("train", "Run", "Train one epoch")
    assert rank("epoch train", "Run", "Train one epoch") is not None
    assert rank("toe", "Run", "Train one epoch") is not None
    assert rank("xyz", "Run", "Train one epoch") is None


def test_the_palette_runs_what_is_chosen_by_keys(qtbot: QtBot, stage: Build) -> None:
    scene = stage()
    before = scene.context.store.view.theme
    scene.window.palette_.open()
    field = scene.window.palette_.field
    qtbot.keyClicks(field, "light theme")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert scene.context.store.view.theme != before
    assert scene.window.palette_.isHidden()


def test_actions_send_what_they_say(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    actions = scene.window.actions_
    assert not actions["train"].isEnabled()
    scene.deliver(*real_frames(MLP), Status(False, 7, 0, 0.0, earliest=2))
    for name, command in (
        ("train", Play()),
        ("step-batch", Step(1)),
        ("step-epoch", Step(1, "epoch")),
        ("step-back", Seek(6)),
    ):
        actions[name].trigger()
        assert scene.sent[-1] == command, name
    assert not actions["cancel"].isEnabled()
    actions["scan"].trigger()
    assert isinstance(scene.sent[-1], Scan)
    actions["cancel"].trigger()
    assert scene.sent[-1] == Cancel()
    assert not actions["cancel"].isEnabled()
    scene.deliver(Status(True, 8, 0, 100.0))
    assert actions["train"].text() == "Pause"
    actions["train"].trigger()
    assert scene.sent[-1] == Pause()


def test_freezing_is_undone_and_done_again(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    actions, store = scene.window.actions_, scene.context.store
    assert scene.context.store.view.selected
    actions["freeze-selected"].trigger()
    frozen = store.experiment.frozen
    assert frozen
    assert actions["undo"].text() == f"Undo freeze {frozen[0]}"
    actions["undo"].trigger()
    assert store.experiment.frozen == ()
    actions["redo"].trigger()
    assert store.experiment.frozen == frozen
    actions["unfreeze-all"].trigger()
    assert store.experiment.frozen == ()


def test_every_enabled_action_runs_and_every_question_for_a_file_can_be_cancelled(
    stage: Build, real_frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ask in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, ask, lambda *_: ("", ""))
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (0, False))
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP), Status(False, 7, 0, 0.0))
    leaves = {"about", "log-folder", "menu", "quit", "restart-engine", "full-screen"}
    for entry in scene.window.actions_.entries:
        if entry.id not in leaves and scene.window.actions_[entry.id].isEnabled():
            scene.window.actions_[entry.id].trigger()
            scene.window.palette_.dismiss()
            scene.window.keys_help.dismiss()
    scene.context.player.pause()
