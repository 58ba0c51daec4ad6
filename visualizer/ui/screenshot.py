"""A picture of the opening scene, taken when the engine has sent what belongs into it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from visualizer.core.errors import UserError
from visualizer.core.frames import Configured, Explanation, Frame, Problem, Recording, Samples
from visualizer.core.messages import Browse
from visualizer.ui.formula import typesetter
from visualizer.ui.main_window import MainWindow
from visualizer.ui.picture_file import write_picture

OPENING = 0.42
"""How much of the forward pass has run in the picture."""

SECONDS = 120


class Screenshot:
    """Shows the window, waits for the first recording, and writes the picture.

    Where a network does not fit its data there is no recording: the picture then shows its graph as far as it ran.
    """

    def __init__(self, window: MainWindow, path: Path) -> None:
        self._window, self._path = window, path
        self._loop = QEventLoop()
        self._failure = ""
        self._heard = False

    def take(self) -> int:
        """Return 0; raise UserError where the scene or the picture cannot be made."""
        window, context = self._window, self._window.context
        window.director.opened.connect(self._opened)
        context.link.arrived.connect(self._receive)
        context.link.gave_up.connect(lambda reason: self._fail(f"The engine cannot be started: {reason}."))
        watch = QTimer()
        watch.setSingleShot(True)
        watch.timeout.connect(lambda: self._fail(f"The engine sent no recording within {SECONDS} seconds."))
        watch.start(1000 * SECONDS)
        window.show()
        context.link.start()
        self._loop.exec()
        picture = window.grab()
        window.close()
        if not self._failure or context.link.latest(Configured) is not None:
            write_picture(picture, self._path)
        if self._failure:
            raise UserError(self._failure)
        return 0

    def _opened(self) -> None:
        timeline = self._window.context.player.timeline
        assert timeline is not None
        forward = [station for station in timeline.stations if station.phase == "forward"]
        first, last = forward[0].start, forward[-1].end
        self._window.context.player.seek(first + OPENING * (last - first))
        QTimer.singleShot(0, self._ask)

    def _ask(self) -> None:
        """Ask for nothing: the engine answers in order, so what the views asked for before comes before the answer."""
        self._heard = False
        self._window.context.link.send(Browse(count=0))

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Problem):
            self._fail(frame.sentence)
        elif isinstance(frame, Samples) and not self._heard:
            typesetter().finish()
            QTimer.singleShot(0, self._loop.quit)
        elif isinstance(frame, Samples):
            QTimer.singleShot(0, self._ask)
        elif isinstance(frame, Recording | Explanation):
            self._heard = True

    def _fail(self, sentence: str) -> None:
        """End with the first thing that went wrong; what follows from it comes after it."""
        self._failure = self._failure or sentence
        QTimer.singleShot(0, self._loop.quit)
