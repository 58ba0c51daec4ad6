"""What every test of the window is held to: no Qt warning, no timer and no thread left running, settings of its own."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("DISPLAY", None)  # beside an X server, offscreen Qt takes GLX and ends in a segmentation fault

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.network_cards import card_builder
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import Browse, Command, Explain
from visualizer.ui import accessible
from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.context import Context
from visualizer.ui.formula import typesetter
from visualizer.ui.link import Link
from visualizer.ui.main_window import MainWindow
from visualizer.ui.player import Player
from visualizer.ui.store import Store
from visualizer.ui.theme import font, load_fonts

ALLOWED = (
    "This plugin does not support",  # what the offscreen platform says about raising and sizing windows
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "ui" in item.path.parts:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*ALLOWED))


@pytest.fixture(scope="session", autouse=True)
def typesetting_is_at_hand() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its fonts are found through a deprecated function
        import ziamath  # noqa: F401
    gc.freeze()  # nothing_runs_on need not search what was there before the first test


@pytest.fixture(scope="session", autouse=True)
def painted_views_have_roles(qapp: QApplication) -> None:
    accessible.install()


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["visualizer"]


@pytest.fixture(autouse=True)
def looks_like_the_program(qapp: QApplication, tmp_path: Path) -> None:
    qapp.setOrganizationName("visualizer")
    qapp.setApplicationName("visualizer")
    qapp.setStyle("Fusion")
    load_fonts()
    qapp.setFont(font(13))
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def nothing_runs_on(looks_like_the_program: None, qapp: QApplication) -> Iterator[None]:
    yield
    typesetter()._wanted.clear()  # one for the whole process; what this test wanted to read concerns no other
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # processEvents leaves closed windows alive,
    qapp.processEvents()  # and every style sheet would be laid over all of them again
    gc.collect()
    of_qt = (
        thing for thing in gc.get_objects() if issubclass(type(thing), QTimer | QThread)
    )  # isinstance would wake lazy objects
    alive = [thing for thing in of_qt if shiboken6.isValid(thing)]
    timers = [timer for timer in alive if isinstance(timer, QTimer) and timer.isActive()]
    threads = [thread for thread in alive if isinstance(thread, QThread) and thread.isRunning()]
    assert not timers, f"timers left running: {[(timer.parent(), timer.interval()) for timer in timers]}"
    assert threads in ([], [QThread.currentThread()]), f"threads left running: {threads}"


class Stage(NamedTuple):
    """A window whose engine is the test: it delivers frames and reads the commands that were sent."""

    window: MainWindow
    context: Context
    sent: list[Command]

    def deliver(self, *frames: Frame) -> None:
        for frame in frames:
            self.context.link._receive(frame)

    def last(self, kind: type) -> Command:
        return next(command for command in reversed(self.sent) if isinstance(command, kind))


@pytest.fixture
def stage(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stage]:
    def build(experiment: Experiment | None = None, size: tuple[int, int] = (1280, 720)) -> Stage:
        store = Store(experiment)
        context = Context(store, Link(store), Player())
        sent: list[Command] = []
        monkeypatch.setattr(context.link, "send", sent.append)
        window = MainWindow(context)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        return Stage(window, context, sent)

    return build


MLP = Experiment(network="mlp", dataset="moons", weights="initial", learning_rate=0.02)


@pytest.fixture(scope="session")
def real_frames() -> Callable[[Experiment], list[Frame]]:
    """Frames of the real engine: configured, frozen, one recording."""
    known: dict[Experiment, list[Frame]] = {}

    def make(experiment: Experiment) -> list[Frame]:
        from visualizer.engine.session import TrainingSession

        if experiment not in known:
            session = TrainingSession()
            known[experiment] = [*session.configure(experiment), session.record(0)]
        return known[experiment]

    return make


@pytest.fixture
def opened(stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch) -> Callable[..., MainWindow]:
    """A window whose explanations come from a session in this process."""

    def build(experiment: Experiment = MLP, size: tuple[int, int] = (1280, 720), steps: int = 0) -> MainWindow:
        from visualizer.engine.session import TrainingSession

        session = TrainingSession()
        shown = stage(experiment, size)
        shown.context.link.state = "running"

        def send(command: Command) -> None:
            shown.sent.append(command)
            if isinstance(command, Explain):
                try:
                    shown.deliver(session.explain(command.name, command.index, command.kind))
                except UserError as error:
                    shown.deliver(Problem("input", str(error), command="Explain"))
            elif isinstance(command, Browse):
                shown.deliver(session.browse(command.start, command.count))

        monkeypatch.setattr(shown.context.link, "send", send)
        shown.deliver(*session.configure(experiment))
        for _ in range(steps):
            session.step()
        metrics = session.metrics()
        shown.deliver(*([] if metrics is None else [metrics]), session.freezing(), session.record(0))
        shown.context.player.end()
        return shown.window

    return build


@pytest.fixture
def card(qtbot: QtBot, real_frames: Callable[[Experiment], list[Frame]]) -> Callable[..., NetworkCard]:
    """Makes the network's card of an experiment, in a size and theme."""
    return card_builder(qtbot, real_frames)
