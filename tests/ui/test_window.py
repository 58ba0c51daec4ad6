from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import MLP, Stage
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Heartbeat, Problem, Recording, Samples, Status
from visualizer.core.messages import Browse, Credit, Observe, Record, Seek
from visualizer.core.numbers import whole
from visualizer.ui import application
from visualizer.ui.director import LONG
from visualizer.ui.form import FieldCombo
from visualizer.ui.inspectors.inspector_card import WIDTH
from visualizer.ui.key_keeper import has_nothing_to_undo
from visualizer.ui.main_window import MainWindow
from visualizer.ui.top_bar import Counter, title_of, width_of_row
from visualizer.ui.trust import TrustDialog, names_in

Build = Callable[..., Stage]
Frames = Callable[..., list[Frame]]
PAGES = ("network", "train", "surface", "data")


def combo(window: MainWindow, name: str) -> FieldCombo:
    return next(found for found in window._top_bar.findChildren(FieldCombo) if found.accessibleName() == name)


def test_the_first_recording_is_shown_and_credited(qtbot: QtBot, stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    with qtbot.waitSignal(scene.window.director.opened):
        scene.deliver(*real_frames(MLP))
    assert scene.context.player.recording is real_frames(MLP)[-1]
    assert scene.context.store.view.selected
    qtbot.waitUntil(lambda: Credit("recording") in scene.sent)


def test_a_new_engine_is_told_what_is_looked_at(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    assert scene.last(Observe) == Observe(True, 0, live=("responses",))
    assert scene.last(Record) == Record(0)
    scene.context.store.look(page="train")
    assert scene.last(Observe) == Observe(False, 0)
    scene.context.store.look(sample=4)
    assert scene.last(Record) == Record(4)


def test_everything_that_can_be_reached_has_a_name(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    kinds = QAbstractButton | QComboBox | QLineEdit | QAbstractSlider | QAbstractItemView
    nameless = set()
    for page in PAGES:
        scene.context.store.look(page=page)
        nameless |= {
            f"{page}: {type(widget).__name__} in {type(widget.parentWidget()).__name__}"
            for widget in scene.window.findChildren(QWidget)
            if (isinstance(widget, kinds) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
            and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
            and widget.isVisibleTo(scene.window)
            and type(widget).__module__.startswith("visualizer")
        }
    assert nameless == set()


def test_the_inspector_never_clips_what_it_shows(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP, (1600, 900))
    scene.deliver(*real_frames(MLP))
    inspector = scene.window.pages.network.inspector
    for size in ((1280, 720), (1920, 1080), (1280, 720)):
        scene.window.resize(*size)
        scene.window.grab()
        assert inspector.width() >= WIDTH
        assert inspector.scroll.widget().minimumSizeHint().width() <= inspector.scroll.width()


def test_undo_in_a_field_takes_back_typing_first_and_then_the_choice(qtbot: QtBot, stage: Build) -> None:
    scene = stage(MLP)
    rate = combo(scene.window, "Learning rate")
    rate.setFocus()
    rate.lineEdit().selectAll()
    qtbot.keyClicks(rate, "0.5")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert scene.context.store.experiment.learning_rate == 0.5

    undo = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert has_nothing_to_undo(rate, undo)
    qtbot.keyClicks(rate, "7")
    assert not has_nothing_to_undo(rate, undo)


def test_every_page_changes_its_picture_with_the_theme(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    for page in PAGES:
        scene.context.store.look(page=page, theme="dark")
        dark = scene.window.grab().toImage()
        scene.context.store.look(theme="light")
        light = scene.window.grab().toImage()
        places = [(x, y) for x in range(2, dark.width(), 16) for y in range(2, dark.height(), 16)]
        same = sum(dark.pixel(x, y) == light.pixel(x, y) for x, y in places)
        assert same < 0.05 * len(places), page
        assert light.pixelColor(3, 715).lightness() > 200
        assert dark.pixelColor(3, 715).lightness() < 60


def test_a_wrong_learning_rate_is_told_and_changes_nothing(qtbot: QtBot, stage: Build) -> None:
    scene = stage(MLP)
    editor = combo(scene.window, "Learning rate").lineEdit()
    editor.selectAll()
    qtbot.keyClicks(editor, "fast")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert scene.window._toast.sentence.startswith("The learning rate 'fast' cannot be used")
    assert scene.context.store.experiment == MLP
    assert editor.text() == "0.02"
    editor.selectAll()
    qtbot.keyClicks(editor, "0,5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert scene.context.store.experiment.learning_rate == 0.5
    scene.window._toast.hide()
    scene.window._toast._clock.stop()


def test_another_network_brings_its_own_settings_and_is_undone_at_once(stage: Build) -> None:
    scene = stage()
    before = scene.context.store.experiment
    networks = combo(scene.window, "Network")
    networks.activated.emit(0)
    assert scene.context.store.experiment.network == "mlp"
    assert scene.context.store.experiment.dataset == "moons"
    scene.context.store.undo_stack.undo()
    assert scene.context.store.experiment == before
    assert networks.shown == "ResNet-20"


def test_while_a_new_engine_starts_the_window_says_so(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    banners = scene.window._banners
    scene.context.link.state_changed.emit("restarting")
    (notice,) = banners.notices
    assert notice.fact == "The engine stopped" and "new one" in notice.consequence
    scene.context.link.restored.emit(40)
    (notice,) = banners.notices
    assert "step 40" in notice.consequence


def test_an_engine_that_does_not_come_back_can_be_restarted(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    banners = scene.window._banners
    scene.deliver(Heartbeat(0, LONG - 1))
    assert banners.notices == []
    scene.deliver(Heartbeat(0, LONG), Heartbeat(0, LONG + 1))
    (notice,) = banners.notices
    assert (notice.key, notice.run) == ("busy", scene.context.link.restart)
    scene.deliver(Heartbeat(1, 0.0))
    assert banners.notices == []


def test_problems_become_banners_that_can_be_answered(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP), Problem("diverged", "The loss is nan at step 37.", step=36))
    banners = scene.window._banners
    assert [notice.fact for notice in banners.notices] == ["The loss is nan at step 37."]
    banners._banners["diverged"].findChild(QAbstractButton).click()
    assert scene.sent[-1] == Seek(36)
    assert banners.notices == []
    scene.deliver(Problem("input", "The file has 18 layers, the network 20."))
    scene.deliver(Problem("input", "Another sentence."))
    assert [notice.fact for notice in banners.notices] == ["Another sentence."]


def test_the_layout_is_remembered_and_can_be_reset(qtbot: QtBot, stage: Build) -> None:
    first = stage(size=(1400, 800))
    page = first.window.pages.network
    original = page._columns.sizes()
    page._columns.moveSplitter(900, 1)
    page._columns.splitterMoved.emit(900, 1)
    moved = page._columns.sizes()
    assert moved != original
    first.window.close()
    second = stage(size=(1400, 800))
    assert second.window.pages.network._columns.sizes() == moved
    second.window.actions_["reset-layout"].trigger()
    assert second.window.pages.network._columns.sizes() == original


def test_a_window_that_stood_on_a_screen_that_is_gone_comes_back(stage: Build) -> None:
    first = stage()
    first.window.move(-5000, -5000)
    first.window.close()
    second = stage()
    assert second.window.screen().availableGeometry().intersects(second.window.frameGeometry())


def test_theme_and_motion_are_remembered(stage: Build) -> None:
    scene = stage()
    scene.context.store.look(theme="light", reduced_motion=True)
    assert QSettings().value("theme") == "light"
    assert QSettings().value("reduced_motion") == "yes"


def test_the_data_page_lets_choose_a_sample(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    configured = real_frames(MLP)[0]
    assert isinstance(configured, Configured)
    scene.deliver(*real_frames(MLP))
    scene.context.store.look(page="data")
    asked = scene.last(Browse)
    from visualizer.engine.session import TrainingSession

    session = TrainingSession()
    session.configure(MLP)
    samples = session.browse(asked.start, asked.count)
    assert isinstance(samples, Samples)
    scene.deliver(samples)
    page = scene.window.pages._built["data"]
    points = page._plane._points()
    assert len(points) == len(samples.targets)
    page._plane._choose(5)
    assert scene.last(Record) == Record(5)


def test_the_text_twin_says_what_the_recording_holds(stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    scene.window.actions_["text-twin"].trigger()
    twin = scene.window.pages.network.text_twin
    recording = real_frames(MLP)[-1]
    assert isinstance(recording, Recording)
    assert set(twin._items) == {node.id for node in recording.graph.nodes}
    assert twin.tree.currentItem() is twin._items[scene.context.store.view.selected]
    names = {
        twin._items[node.id].child(row).text(0)
        for node in recording.graph.nodes
        for row in range(twin._items[node.id].childCount())
    }
    assert {"activation", "gradient", "weight", "bias"} <= names


def test_a_dropped_file_of_another_kind_says_what_is_accepted(stage: Build, tmp_path: Path) -> None:
    scene = stage()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    drop = QDropEvent(
        QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    scene.window.dropEvent(drop)
    assert "drop a network (.py), weights (.safetensors) or a picture (.png, .jpg)" in scene.window._toast.sentence
    scene.window._toast._clock.stop()


def test_the_question_of_trust_names_the_file_and_reads_without_running(stage: Build, tmp_path: Path) -> None:
    scene = stage()
    path = tmp_path / "own.py"
    path.write_text("raise SystemExit\nclass Small: pass\nclass Large: pass\ndef build(): pass\n")
    dialog = TrustDialog(path, scene.window)
    words = " ".join(label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text"))
    assert str(path) in words
    import hashlib

    assert hashlib.sha256(path.read_bytes()).hexdigest() in words
    assert dialog.chosen == "Large"
    with pytest.raises(UserError, match="no class and no function"):
        names_in(b"x = 1", path)
    with pytest.raises(UserError, match="no Python file"):
        names_in(b"def (", path)


def test_a_title_says_where_the_weights_come_from() -> None:
    own = Experiment(network="/home/me/nets.py:Wide", dataset="mnist", trusted=True)
    assert title_of(own) == ("Wide · Digits 0–9", "pretrained")
    assert title_of(MLP) == ("MLP 8–8 · Two moons", "random weights, seed 0")
    assert title_of(Experiment(weights="/tmp/best.safetensors"))[1] == "weights of best.safetensors"
    assert title_of(Experiment())[1] == "pretrained on Fashion-MNIST"


def test_space_presses_a_focused_button_and_plays_elsewhere(qtbot: QtBot, stage: Build, real_frames: Frames) -> None:
    scene = stage(MLP)
    scene.deliver(*real_frames(MLP))
    with qtbot.waitActive(scene.window):
        scene.window.activateWindow()
    scene.window.pages.network.canvas.setFocus()
    qtbot.keyClick(scene.window, Qt.Key.Key_Space)
    assert scene.context.player.playing
    scene.context.player.pause()


def test_closing_ends_the_engine_and_the_animation(qtbot: QtBot) -> None:
    context = application.create_context(MLP, "dark")
    window = MainWindow(context)
    qtbot.addWidget(window)
    window.show()
    context.link.start()
    with qtbot.waitSignal(window.director.opened, timeout=60_000):
        pass
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: context.link.latest(Status).training, timeout=30_000)
    context.player.play()
    process = context.link.process
    window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not context.player.playing


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window(qtbot: QtBot, stage: Build, number: signal.Signals) -> None:
    scene = stage()
    with application.ended_by_signals(scene.window):
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: not scene.window.isVisible())


def test_without_a_display_none_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not application.has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert application.has_display()


def test_the_experiment_of_the_start_is_the_default() -> None:
    assert application.create_context(Experiment()).store.experiment == Experiment()


def test_the_menu_can_be_built(stage: Build) -> None:
    scene = stage()
    titles = [action.text() for action in scene.window.menuBar().actions()]
    assert titles == ["File", "Edit", "View", "Run", "Animation", "Help"]
    assert scene.window._top_bar.menu_corner.toPoint() != QPoint()


@pytest.mark.parametrize("network", ["resnet20", "gan-images", "mlp"])
@pytest.mark.parametrize("width", [1280, 1480, 1920])
def test_the_step_is_told_at_every_width(stage: Build, network: str, width: int) -> None:
    entry = catalogue.network(network)
    scene = stage(Experiment(network=network, dataset=entry.dataset, loss=entry.loss, weights="initial"), (width, 800))
    scene.deliver(Status(True, 123_456, 1_929, 812.0))
    counter = scene.window._top_bar.findChild(Counter)
    words = ["".join(run[0] for run in row) for row in counter.rows]
    assert whole(123_456) in words[0] and "epoch 1929" in words[-1]
    assert all(width_of_row(row) + 8 <= counter.width() for row in counter.rows)
