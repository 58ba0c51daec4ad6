"""The real window with the real engine, driven to a scene and photographed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QImage

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame, Problem, Recording, Samples, Status
from visualizer.core.messages import Browse, Command, Seek
from visualizer.core.timeline import Phase
from visualizer.ui.formula import typesetter
from visualizer.ui.theme import ThemeName

SECONDS = 300
_LOOK_AGAIN = 120  # milliseconds between two pictures that have to be equal


class Stage:
    """A window on an experiment; a context manager, so that engine and settings are gone afterwards."""

    def __init__(self, experiment: Experiment, size: tuple[int, int] = (1600, 900), theme: ThemeName = "dark") -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtWidgets import QApplication

        from visualizer.ui.application import create_application, create_context
        from visualizer.ui.main_window import MainWindow

        self._folder = tempfile.TemporaryDirectory(prefix="gallery-")
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, self._folder.name)
        self.application = QApplication.instance() or create_application()
        self.context = create_context(experiment, theme)
        self.window = MainWindow(self.context)
        self.window.setGeometry(0, 0, *size)
        self.last: dict[type, Frame] = {}
        self._loop = QEventLoop()
        self._waiting: Callable[[], bool] | None = None
        self.context.link.arrived.connect(self._receive)

    def __enter__(self) -> Self:
        self.window.show()
        self.context.link.start()
        self.until(lambda: Recording in self.last)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.window.close()
        self.window.deleteLater()
        self.application.processEvents()
        self._folder.cleanup()

    def send(self, command: Command) -> None:
        self.context.link.send(command)

    def look(self, **changes: object) -> None:
        self.context.store.look(**changes)

    def patch(self, **changes: object) -> None:
        self.context.store.patch("Set the scene", **changes)

    def until(self, true: Callable[[], bool], seconds: float = SECONDS) -> None:
        """Run the window until something is true; looked at whenever a frame has arrived."""
        watch = QTimer()
        watch.setSingleShot(True)
        watch.timeout.connect(lambda: self._loop.exit(1))
        watch.start(round(1000 * seconds))
        self._waiting = true
        if not true() and self._loop.exec():
            raise TimeoutError("the scene was not reached in time")
        self._waiting = None

    def train_to(self, step: int) -> None:
        """Train to a step, and wait for the recording there."""
        self.send(Seek(step))
        self.until(lambda: self._rests_at(step) and self._recorded_at(step))

    def show_sample_of(self, target: int) -> None:
        """Look at the first held-out sample of a class."""
        while self.last[Recording].target != target:
            self.look(sample=self.context.store.view.sample + 1)
            self.until(lambda: self.last[Recording].sample == self.context.store.view.sample)

    def seek(self, phase: Phase, place: int, progress: float = 0.5) -> None:
        """Put the playhead into one station, counted from 1 within its phase."""
        timeline = self.context.player.timeline
        station = [station for station in timeline.stations if station.phase == phase][place - 1]
        self.context.player.pause()
        self.context.player.seek(station.start + progress * (station.end - station.start))

    def picture(self, size: tuple[int, int] | None = None, theme: ThemeName | None = None) -> QImage:
        """Return the window's picture once nothing in it changes any more."""
        if size is not None:
            self.window.setGeometry(0, 0, *size)
        if theme is not None:
            self.look(theme=theme)
        image = self._grab()
        while (following := self._grab()) != image:
            image = following
        return image

    def shoot(self, path: Path, size: tuple[int, int] | None = None, theme: ThemeName | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.picture(size, theme).save(str(path))

    def _grab(self) -> QImage:
        """Return the picture when the engine has answered what was asked before, and all formulas are typeset."""
        self.last.pop(Samples, None)
        self.send(Browse(count=0))
        self.until(lambda: Samples in self.last)
        typesetter().finish()
        pause = QEventLoop()
        QTimer.singleShot(_LOOK_AGAIN, pause.quit)
        pause.exec()
        return self.window.grab().toImage()

    def _receive(self, frame: Frame) -> None:
        self.last[type(frame)] = frame
        if isinstance(frame, Problem) and frame.kind == "internal":
            print(frame.detail)
        if self._waiting is not None and self._waiting():
            self._loop.exit(0)

    def _rests_at(self, step: int) -> bool:
        status = self.last.get(Status)
        return status is not None and status.step == step and not status.training

    def _recorded_at(self, step: int) -> bool:
        recording = self.last[Recording]
        return recording.step == step and not recording.live
