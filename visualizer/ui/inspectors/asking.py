"""Asks the engine how a value came about: the newest question wins, one is under way at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.core.frames import Explanation, Problem
from visualizer.core.messages import Explain
from visualizer.ui.link import Link

_PAUSE_MILLISECONDS = 40


class Asking(QObject):
    """`explained` carries an Explanation, `refused` the sentence that says why there is none."""

    explained = Signal(object)
    refused = Signal(str)

    def __init__(self, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._wanted: Explain | None = None
        self._under_way: Explain | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MILLISECONDS)
        self._pause.timeout.connect(self._send)
        link.arrived.connect(self._receive)
        link.state_changed.connect(self._start_over)

    def ask(self, node: str, index: tuple[int, ...]) -> None:
        """Ask after a short pause, in which a newer question takes the place of this one."""
        self._wanted = Explain(node, index)
        if not self._pause.isActive():
            self._pause.start()

    def forget(self) -> None:
        """Ask nothing more."""
        self._wanted = None
        self._pause.stop()

    def _send(self) -> None:
        if self._wanted is not None and self._under_way is None and self._link.state == "running":
            self._under_way = self._wanted
            self._link.send(self._wanted)

    def _receive(self, frame: object) -> None:
        if self._under_way is None:
            return
        if isinstance(frame, Explanation):
            self._answered(Explain(frame.node, frame.index), frame)
        elif isinstance(frame, Problem) and frame.kind == "input":
            self._answered(self._under_way, frame)

    def _answered(self, question: Explain, answer: Explanation | Problem) -> None:
        self._under_way = None
        if question != self._wanted:
            self._send()
        elif isinstance(answer, Explanation):
            self.explained.emit(answer)
        else:
            self.refused.emit(answer.sentence)

    def _start_over(self, state: str) -> None:
        self._under_way = None
        if state == "running":
            self._send()
