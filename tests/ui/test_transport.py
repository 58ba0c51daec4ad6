from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.core.test_timeline import chain
from tests.ui.conftest import MLP
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Recording
from visualizer.core.timeline import Timeline
from visualizer.ui import formula
from visualizer.ui.context import Context
from visualizer.ui.formula_label import FormulaLabel
from visualizer.ui.link import Link
from visualizer.ui.player import Player
from visualizer.ui.scrubber import ScrubberLayout, describe
from visualizer.ui.store import Store
from visualizer.ui.transport import TransportCard

Frames = Callable[[Experiment], list[Frame]]


@pytest.fixture
def context() -> Context:
    store = Store(MLP)
    return Context(store, Link(store), Player())


@pytest.fixture
def card(qtbot: QtBot, context: Context, real_frames: Frames) -> Iterator[TransportCard]:
    card = TransportCard(context)
    qtbot.addWidget(card)
    card.resize(900, 104)
    card.show()
    (recording,) = (frame for frame in real_frames(MLP) if isinstance(frame, Recording))
    context.player.show(recording)
    yield card
    context.player.pause()


def layout_of(card: TransportCard, context: Context) -> ScrubberLayout:
    assert context.player.timeline is not None
    return ScrubberLayout(context.player.timeline, card.scrubber.width())


@pytest.mark.parametrize("width", [400, 552, 800, 1600])
@pytest.mark.parametrize("layers", [1, 3, 40, 500])
def test_all_stations_lie_in_order_inside_of_the_line(layers: int, width: int) -> None:
    timeline = chain(["linear"] * layers)
    layout = ScrubberLayout(timeline, width)
    assert len(layout.rects) == len(timeline.stations)
    edges = [round(edge, 6) for rect in layout.rects for edge in (rect.left(), rect.right())]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= width
    assert all(rect.width() > 0 for rect in layout.rects)


@pytest.mark.parametrize("layers", [1, 3, 40, 500])
def test_a_place_and_its_instant_belong_together(layers: int) -> None:
    timeline = chain(["linear"] * layers)
    layout = ScrubberLayout(timeline, 700)
    for number, station in enumerate(timeline.stations):
        time = (station.start + station.end) / 2
        x = layout.x_at(timeline.at(time))
        assert layout.station_at(x) == number
        assert layout.time_at(x) == pytest.approx(time, abs=1e-6)
    assert timeline.at(layout.time_at(-50)).station == 0
    assert timeline.at(layout.time_at(5000)).station == len(timeline.stations) - 1


def test_the_label_says_where_the_way_back_stops() -> None:
    frozen = ScrubberLayout(chain(["linear"] * 4, frozen=2), 700)
    labels = {group.phase: group.label for group in frozen.groups}
    assert labels["forward"] == "forward · 4 layers"
    assert labels["backward"] == "backward · 2 layers, stops at the frozen part"
    free = ScrubberLayout(chain(["linear"]), 700)
    assert {group.phase: group.label for group in free.groups}["backward"] == "backward · 1 layer"


def test_a_station_is_named_with_its_place() -> None:
    timeline: Timeline = chain(["linear", "linear"], frozen=1)
    assert describe(timeline, 1) == "layer0, forward 1 of 2, frozen"
    assert describe(timeline, 3) == "loss"


def test_a_click_goes_to_the_station_under_it_and_pauses(qtbot: QtBot, card: TransportCard, context: Context) -> None:
    context.player.play()
    rect = layout_of(card, context).rects[2]
    qtbot.mouseClick(card.scrubber, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert context.player.scene is not None
    assert context.player.scene.station == 2
    assert not context.player.playing


def test_dragging_scrubs(qtbot: QtBot, card: TransportCard, context: Context) -> None:
    rects = layout_of(card, context).rects
    qtbot.mousePress(card.scrubber, Qt.MouseButton.LeftButton, pos=rects[1].center().toPoint())
    seen = []
    context.player.moved.connect(lambda scene: seen.append(scene.station))
    for rect in rects[2:5]:
        qtbot.mouseMove(card.scrubber, rect.center().toPoint())
    qtbot.mouseRelease(card.scrubber, Qt.MouseButton.LeftButton, pos=rects[4].center().toPoint())
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_the_keyboard_steps_and_plays(qtbot: QtBot, card: TransportCard, context: Context) -> None:
    player, scrubber = context.player, card.scrubber

    def press(key: Qt.Key) -> int:
        qtbot.keyClick(scrubber, key)
        assert player.scene is not None
        return player.scene.station

    assert [press(Qt.Key.Key_Right) for _ in range(3)] == [0, 1, 2]
    assert press(Qt.Key.Key_Left) == 1
    assert press(Qt.Key.Key_End) == len(player.timeline.stations) - 1  # type: ignore[union-attr]
    assert press(Qt.Key.Key_Home) == 0
    press(Qt.Key.Key_Space)
    assert player.playing
    press(Qt.Key.Key_Space)
    assert not player.playing


def test_the_wheel_goes_station_by_station(card: TransportCard, context: Context) -> None:
    def turn(angle: int) -> None:
        at = QPointF(10, 10)
        event = QWheelEvent(
            at, at, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(card.scrubber, event)

    context.player.step(1)
    turn(-240)
    assert context.player.scene is not None
    assert context.player.scene.station == 2
    turn(60)
    assert context.player.scene.station == 2
    turn(60)
    assert context.player.scene.station == 1


def test_without_a_recording_nothing_can_be_pressed(qtbot: QtBot, card: TransportCard, context: Context) -> None:
    assert all(button.isEnabled() for button in card._buttons)
    context.player.clear()
    assert not any(button.isEnabled() for button in card._buttons)
    assert not card.scrubber.isEnabled()
    card.grab()


def test_the_speed_is_chosen_from_the_menu(card: TransportCard, context: Context) -> None:
    choice = next(action for action in card.speed._choices.actions() if action.data() == 0.25)
    choice.trigger()
    assert context.store.view.speed == 0.25
    assert card.speed.accessibleName() == "Speed 0.25×"


def test_every_control_has_a_name(card: TransportCard) -> None:
    reachable = [child for child in card.findChildren(QWidget) if child.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert len(reachable) == 8
    assert all(child.accessibleName() for child in reachable)


def test_the_caption_is_of_the_station_at_the_playhead(card: TransportCard, context: Context) -> None:
    caption = card.caption
    context.player.step(1)
    context.player.step(1)
    assert caption.accessibleDescription().startswith("Each of the 8 neurons adds up both inputs")
    context.player.end()
    assert "Adam" in caption.accessibleDescription()
    for width in (560, 700, 900, 1500):
        card.resize(width, 104)
        card.grab()


def test_a_formula_is_plain_text_until_it_is_typeset(qtbot: QtBot, context: Context) -> None:
    tex = r"\theta \leftarrow \theta - \eta \, g_{17}"
    assert formula.formula_pixmap(tex, 15, "#000000") is None
    with qtbot.waitSignal(formula.typesetter().ready, timeout=20000):
        pass
    qtbot.waitUntil(lambda: formula.formula_pixmap(tex, 15, "#000000") is not None, timeout=20000)
    pixmap = formula.formula_pixmap(tex, 15, "#000000")
    room = formula.extent(tex, 15)
    assert pixmap is not None
    assert pixmap.deviceIndependentSize().width() == pytest.approx(room.width, abs=1)
    assert pixmap.deviceIndependentSize().height() == pytest.approx(room.ascent + room.descent, abs=1)
    assert formula.formula_pixmap(tex, 15, "#000000") is pixmap


def test_what_cannot_be_typeset_stays_plain_text(qtbot: QtBot, context: Context) -> None:
    label = FormulaLabel(context, r"\frac{")
    qtbot.addWidget(label)
    formula.typesetter().finish()
    assert formula.formula_pixmap(r"\frac{", 15, "#000000") is None
    label.show()
    label.grab()
    assert formula.plain(r"\delta_x = \sum w \, x") == "δ x = Σ w x"
