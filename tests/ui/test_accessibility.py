"""What somebody needs who has no mouse, no screen, sharper contrast, or no wish for motion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from tests.ui.conftest import MLP
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame
from visualizer.core.messages import AskStages
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import adversarial, sequences
from visualizer.ui import accessible
from visualizer.ui.announcing import said
from visualizer.ui.main_window import MainWindow
from visualizer.ui.pages import PAGES
from visualizer.ui.theme import DARK, LIGHT, Theme
from visualizer.ui.views.sample_list import SampleList

Opened = Callable[..., MainWindow]
LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
LSTM = Experiment(network="lstm", dataset="names", weights="initial", batch_size=8)
PAIR = Experiment(
    network="gan-2d", dataset="ring", weights="initial", loss="non-saturating", optimizer="adam-0.5", batch_size=16
)
TEXT = ("text", "text2", "text3", "accent", "pos", "neg", "grad_pos", "grad_neg", "ice", "ok", "warn", "err")
MARKS = ("line2", "pos_shape", "neg_shape", "grad", "series1", "series2", "series3", "series4")


def stops(window: MainWindow) -> list[QWidget]:
    """All that the Tab key has to reach."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if widget.focusProxy() is None
    ]


def tabbed(window: MainWindow, key: Qt.Key) -> list[QWidget]:
    """Return what the keyboard goes through until it is where it was before."""
    window.activateWindow()
    way: list[QWidget] = []
    while (here := QApplication.focusWidget()) not in way and len(way) < 200:
        assert here is not None, f"the keyboard is nowhere after {way[-1].accessibleName() if way else 'nothing'}"
        way.append(here)
        QTest.keyClick(here, key)
    return way


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def role_of(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def check(window: MainWindow) -> None:
    QApplication.processEvents()
    expected = stops(window)
    expected[0].setFocus()
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        way = tabbed(window, key)
        assert [name_of(widget) for widget in expected if widget not in way] == [], key
    assert [type(widget).__name__ for widget in expected if not name_of(widget)] == []
    bare = [widget for widget in expected if isinstance(widget, QAbstractButton) and not widget.text()]
    assert [name_of(button) for button in bare if not button.toolTip()] == []
    assert [f"{type(widget).__name__} {name_of(widget)}" for widget in expected if not rings(widget)] == []
    named = [widget for widget in window.findChildren(QWidget) if widget.isVisible() and name_of(widget)]
    vague = [widget for widget in named if role_of(widget) == QAccessible.Role.Client]
    assert [type(widget).__name__ for widget in vague if accessible.paints(widget)] == []


def rings(widget: QWidget) -> bool:
    """Return whether a widget looks different when the keyboard is on it."""
    pictures: list[QImage] = []
    for _ in range(2):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        pictures.append(widget.grab().toImage())
        widget.clearFocus()
        pictures.append(widget.grab().toImage())
    return pictures[2] != pictures[3]


@pytest.mark.parametrize("page", PAGES)
def test_everything_on_a_page_is_named_reached_and_ringed(opened: Opened, page: str) -> None:
    window = opened()
    window.context.store.look(page=page)
    check(window)


def test_the_gradient_of_a_weight_and_an_explanation_are_named_and_reached(opened: Opened) -> None:
    window = opened()
    window.context.store.look(selected="hidden2", parameter="hidden2.weight", number=(1, 0))
    window.actions_["explain"].trigger()
    assert window.explanations.isVisible()
    check(window)


@pytest.mark.parametrize("experiment", (LENET, LSTM), ids=("pictures", "words"))
def test_the_list_of_samples_is_named_reached_and_ringed(opened: Opened, experiment: Experiment) -> None:
    window = opened(experiment)
    window.context.store.look(page="data")
    assert any(isinstance(stop, SampleList) for stop in stops(window))
    check(window)


def test_the_inspector_of_a_convolution_is_named_and_reached(opened: Opened) -> None:
    window = opened(LENET)
    window.context.store.look(selected="conv1")
    check(window)


def test_the_walk_through_a_sequence_is_named_and_reached(opened: Opened) -> None:
    window = opened(LSTM)
    window.context.store.look(page="sequence")
    window.context.link._receive(_unrolled())
    check(window)


def test_the_game_of_a_pair_is_named_and_reached(opened: Opened) -> None:
    window = opened(PAIR)
    window.context.store.look(page="gan")
    for frame in _game():
        window.context.link._receive(frame)
    check(window)


def _unrolled() -> Frame:
    session = TrainingSession()
    session.configure(LSTM)
    session.record(0)
    return sequences.sequence(session)


def _game() -> Iterator[Frame]:
    session = TrainingSession()
    session.configure(PAIR)
    yield adversarial.adversary(session)
    yield from (frame for frame in adversarial.show_stages(session, AskStages()) if frame is not None)


def test_building_a_page_opens_no_window_of_its_own(opened: Opened) -> None:
    window = opened()
    shown: list[QWidget] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(watched)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    for page in PAGES:
        window.context.store.look(page=page)
    QApplication.instance().removeEventFilter(watch)
    assert [type(widget).__name__ for widget in shown] == []


def test_all_maps_say_where_the_arrows_are_and_give_the_keyboard_back(opened: Opened) -> None:
    window = opened(LENET)
    before = window.focusWidget()
    window.all_maps.open()
    heard = set()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        QTest.keyClick(window.all_maps, key)
        heard.add(said(window.all_maps))
    assert len(heard) == 3 and any("conv1, channel 1: " in words for words in heard)
    QTest.keyClick(window.all_maps, Qt.Key.Key_Escape)
    assert window.focusWidget() is before


def luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", (DARK, LIGHT), ids=("dark", "light"))
def test_inks_stand_out_from_the_grounds_they_are_painted_on(theme: Theme) -> None:
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    asked = [*product(TEXT, ("panel", "sunk", "raised"), (4.5,)), *product(MARKS, ("panel", "sunk"), (3.0,))]
    asked.append(("on_accent", "accent", 4.5))
    found = {(ink, ground): contrast(theme.color(ink), theme.color(ground)) for ink, ground, _ in asked}
    assert {(i, g): round(found[i, g], 2) for i, g, least in asked if found[i, g] < least} == {}


def test_with_reduced_motion_every_walk_shows_whole_steps(opened: Opened) -> None:
    window = opened(LSTM)
    window.context.store.look(page="sequence", reduced_motion=True)
    window.context.link._receive(_unrolled())
    playhead = window.pages.player
    assert playhead.ready and not playhead.smooth
    playhead.seek(2.0)
    whole = playhead.moment
    playhead.seek(2.4)
    assert playhead.moment == whole
    window.context.store.look(reduced_motion=False)
    assert playhead.moment != whole


def test_with_reduced_motion_the_kernel_is_at_its_last_place_at_once(opened: Opened) -> None:
    window = opened(MLP)
    window.context.store.look(page="sandbox", reduced_motion=True)
    page = window.pages.currentWidget()
    QTest.mouseClick(page.play, Qt.MouseButton.LeftButton)
    rows, columns = page.output.shape
    assert page.place == (rows - 1, columns - 1) and not page.walk.walking


def test_with_reduced_motion_a_stage_of_the_game_is_complete_when_it_is_played(opened: Opened) -> None:
    window = opened(PAIR)
    window.context.store.look(page="gan", reduced_motion=True)
    for frame in _game():
        window.context.link._receive(frame)
    game = window.pages.player
    game.toggle()
    assert game.playing and game.progress == 1.0
    game.pause()
