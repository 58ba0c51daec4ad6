from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from visualizer.core.errors import UserError
from visualizer.core.frames import Checkpoint, Configured, Heartbeat, Metrics, Problem, Ready, Status
from visualizer.core.messages import Cancel, Explain, Step
from visualizer.ui.link import Link
from visualizer.ui.store import Store

STAND_IN = Path(__file__).with_name("stand_in_engine.py")
Start = Callable[..., Link]


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    links: list[Link] = []

    def start(manner: str = "well", silence: int = 5000) -> Link:
        link = Link(Store(), (sys.executable, str(STAND_IN), manner), silence)
        links.append(link)
        link.start()
        return link

    yield start
    for link in links:
        link.close()


def frame(qtbot: QtBot, link: Link, kind: type, **fields: object) -> object:
    def matches(frame: object) -> bool:
        return isinstance(frame, kind) and all(getattr(frame, name) == value for name, value in fields.items())

    with qtbot.waitSignal(link.arrived, check_params_cb=matches, timeout=20_000) as waiter:
        pass
    return waiter.args[0]


def running(qtbot: QtBot, link: Link) -> None:
    qtbot.waitUntil(lambda: link.state == "running", timeout=20_000)


def test_it_configures_the_engine_with_the_experiment_of_the_store(qtbot: QtBot, start: Start) -> None:
    link = start()
    assert link.state == "starting"
    running(qtbot, link)
    assert link.latest(Configured).experiment == link.store.experiment
    link.store.patch("Learning rate 0.5", learning_rate=0.5)
    configured = frame(qtbot, link, Configured)
    assert configured.experiment.learning_rate == 0.5
    assert not configured.rebuilt


def test_metrics_enter_the_history_and_a_new_network_begins_a_new_one(qtbot: QtBot, start: Start) -> None:
    link = start()
    link.send(Step(3))
    frame(qtbot, link, Metrics)
    assert list(link.history.steps) == [3]
    link.store.patch("Network", network="mlp", dataset="moons")
    frame(qtbot, link, Status, step=0)
    assert len(link.history) == 0


def test_a_killed_engine_is_restored_from_its_last_checkpoint(qtbot: QtBot, start: Start) -> None:
    link = start()
    for step in (412, 413, 414, 415, 416):  # more deaths than are allowed in a row: each life gets something done
        link.send(Step(step - (link.latest(Status).step if link.latest(Status) else 0)))
        frame(qtbot, link, Status, step=step)
        with qtbot.waitSignal(link.restored, timeout=20_000) as restored:
            os.kill(link.process, signal.SIGKILL)
        assert restored.args == [step]
    assert list(link.history.steps) == [412, 413, 414, 415, 416]


def test_a_checkpoint_that_is_gone_lets_the_run_begin_anew(qtbot: QtBot, start: Start) -> None:
    link = start()
    link.send(Step(5))
    frame(qtbot, link, Status, step=5)
    Path(link.latest(Checkpoint).path).unlink()
    with qtbot.waitSignal(link.restored, timeout=20_000) as restored:
        os.kill(link.process, signal.SIGKILL)
    assert restored.args == [0]
    assert len(link.history) == 0
    assert link.store.experiment == link.latest(Configured).experiment


@pytest.mark.parametrize("manner", ["garbage", "hangs"])
def test_an_engine_that_hangs_or_talks_nonsense_is_replaced(qtbot: QtBot, start: Start, manner: str) -> None:
    link = start(manner, silence=500)
    link.send(Step(7))
    frame(qtbot, link, Status, step=7)
    before = link.process
    with qtbot.waitSignal(link.restored, timeout=20_000) as restored:
        link.send(Cancel())
    assert restored.args == [7]
    assert link.process != before


def test_an_engine_that_only_dies_is_given_up_and_can_be_tried_again(qtbot: QtBot, start: Start) -> None:
    link = start("dies at once")
    for _ in range(2):
        with qtbot.waitSignal(link.gave_up, timeout=20_000) as gave_up:
            pass
        assert gave_up.args == ["exit code 3"]
        assert link.state == "stopped"
        assert link.process == 0
        link.start()


def test_a_program_that_does_not_exist_is_given_up_with_a_reason(qtbot: QtBot) -> None:
    link = Link(Store(), ("/does/not/exist",))
    with qtbot.waitSignal(link.gave_up, timeout=20_000) as gave_up:
        link.start()
    assert "could not be started" in gave_up.args[0]
    link.close()


def test_a_refused_experiment_leaves_the_last_good_one_in_the_store(qtbot: QtBot, start: Start) -> None:
    link = start()
    running(qtbot, link)
    good = link.store.experiment
    link.store.patch("Seed 13", seed=13)
    assert frame(qtbot, link, Problem).sentence == "The seed 13 is not liked here."
    assert link.store.experiment == good
    assert not link.store.undo_stack.canUndo()
    assert not link.store.undo_stack.canRedo()


def test_a_problem_of_another_command_leaves_the_experiment_alone(qtbot: QtBot, start: Start) -> None:
    link = start()
    running(qtbot, link)
    link.store.patch("Learning rate 0.5", learning_rate=0.5)
    qtbot.waitUntil(lambda: link.latest(Configured).experiment.learning_rate == 0.5)
    link.send(Explain("x", ()))
    frame(qtbot, link, Problem)
    assert link.store.experiment.learning_rate == 0.5


def test_closing_leaves_neither_process_nor_folder(qtbot: QtBot, start: Start) -> None:
    link = start()
    ready = frame(qtbot, link, Ready)
    frame(qtbot, link, Heartbeat)
    folder = Path(link._folder.name)
    assert folder.is_dir()
    link.close()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(ready.process, 0)


def test_a_restart_keeps_the_step(qtbot: QtBot, start: Start) -> None:
    link = start()
    link.send(Step(5))
    frame(qtbot, link, Status, step=5)
    with qtbot.waitSignal(link.restored, timeout=20_000) as restored:
        link.restart()
    assert restored.args == [5]


def test_the_store_rejects_values_that_make_no_sense() -> None:
    store = Store()
    with pytest.raises(UserError, match="learning rate"):
        store.patch("Learning rate −1", learning_rate=-1.0)
    assert not store.undo_stack.canUndo()
