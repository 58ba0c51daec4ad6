"""Moves along the timeline of the latest recording."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from visualizer.core.frames import Recording
from visualizer.core.timeline import SceneState, Timeline
from visualizer.ui.frame_clock import FrameClock


class Player(QObject):
    """Holds the recording that is being shown, its timeline and the playhead.

    `moved` carries the SceneState of every new instant, `recording_changed` the recording, `playing_changed` a bool.
    """

    moved = Signal(object)
    recording_changed = Signal(object)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.recording: Recording | None = None
        self.timeline: Timeline | None = None
        self.time = 0.0
        self.speed = 1.0
        self._clock = FrameClock(self)
        self._clock.passed.connect(self._advance)

    @property
    def playing(self) -> bool:
        return self._clock.isActive()

    @property
    def scene(self) -> SceneState | None:
        """The state at the playhead, None before the first recording."""
        return None if self.timeline is None else self.timeline.at(self.time)

    def show(self, recording: Recording) -> None:
        """Take a new recording; the playhead keeps its place where the pass has the same stations."""
        timeline = Timeline(
            recording.graph, recording.forward_order, recording.backward_order, recording.parameter_gradients.keys()
        )
        same = self.timeline is not None and [s.nodes for s in self.timeline.stations] == [
            s.nodes for s in timeline.stations
        ]
        self.recording, self.timeline = recording, timeline
        if not same:
            self.time = 0.0
        self.recording_changed.emit(recording)
        self.seek(self.time)

    def clear(self) -> None:
        """Forget the recording, as its network is gone."""
        self.pause()
        self.recording = self.timeline = None
        self.time = 0.0
        self.recording_changed.emit(None)

    def play(self) -> None:
        """Move on with the clock; from the start again where the end has been reached."""
        if self.timeline is None or self.playing:
            return
        if self.time >= self.timeline.duration - 1e-6:
            self.time = 0.0
        self._clock.go()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.playing:
            self._clock.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def seek(self, seconds: float) -> None:
        """Put the playhead at an instant."""
        if self.timeline is None:
            return
        self.time = min(max(seconds, 0.0), self.timeline.duration)
        self.moved.emit(self.timeline.at(self.time))

    def step(self, direction: Literal[-1, 1]) -> None:
        """Go to where the next or the previous station is complete."""
        if self.timeline is not None:
            self.pause()
            self.seek(self.timeline.step_time(self.time, direction))

    def start(self) -> None:
        self.seek(0.0)

    def end(self) -> None:
        if self.timeline is not None:
            self.seek(self.timeline.duration)

    def _advance(self, elapsed: float) -> None:
        if self.timeline is None:
            return
        self.seek(self.time + elapsed * self.speed)
        if self.time >= self.timeline.duration:
            self.pause()
