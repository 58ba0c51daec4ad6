from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.conftest import MLP
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Recording
from visualizer.ui import frame_clock as module
from visualizer.ui.player import Player

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
Frames = Callable[..., list[Frame]]


class Clock:
    """What the player takes for the time."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def player(real_frames: Frames, clock: Clock) -> Player:
    player = Player()
    player.show(recording(real_frames, MLP))
    return player


def recording(real_frames: Frames, experiment: Experiment) -> Recording:
    frame = real_frames(experiment)[-1]
    assert isinstance(frame, Recording)
    return frame


def test_a_new_recording_of_the_same_network_keeps_the_place(player: Player, real_frames: Frames) -> None:
    player.seek(2.5)
    player.show(recording(real_frames, MLP))
    assert player.time == 2.5
    player.show(recording(real_frames, LENET))
    assert player.time == 0.0


def test_the_clock_moves_the_playhead_at_its_speed_and_stops_at_the_end(player: Player, clock: Clock) -> None:
    player.speed = 2.0
    player.play()
    clock.now += 0.5
    player._clock.tick()
    assert player.time == pytest.approx(1.0)
    clock.now += 1000
    player._clock.tick()
    assert player.time == player.timeline.duration
    assert not player.playing


def test_playing_at_the_end_begins_anew(player: Player) -> None:
    player.end()
    player.play()
    assert (player.playing, player.time) == (True, 0.0)
    player.pause()
    player.seek(1.5)
    player.toggle()
    assert (player.playing, player.time) == (True, 1.5)
    player.toggle()
    assert not player.playing


def test_the_playhead_stays_within_the_pass(player: Player) -> None:
    player.seek(-1.0)
    assert player.time == 0.0
    player.seek(1e6)
    assert player.time == player.timeline.duration


def test_a_step_pauses(player: Player) -> None:
    player.play()
    player.step(1)
    assert not player.playing
    assert player.time == player.timeline.step_time(0.0, 1)


def test_nothing_moves_without_a_recording(player: Player) -> None:
    told: list[object] = []
    player.seek(1.0)
    player.play()
    player.clear()
    player.moved.connect(told.append)
    for act in (player.play, player.end, player.start, lambda: player.step(1)):
        act()
    assert (player.playing, player.scene, player.time, told) == (False, None, 0.0, [])
