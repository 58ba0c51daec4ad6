"""Asks the engine one thing at a time: while an answer is under way only the newest question waits."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import Command
from visualizer.ui.link import Link


class Question(QObject):
    """`answered` carries a frame of one type, `refused` the sentence that says why there is none."""

    answered = Signal(object)
    refused = Signal(str)

    def __init__(self, link: Link, answer: type[Frame], parent: QObject) -> None:
        super().__init__(parent)
        self._link, self._answer = link, answer
        self._asked: Command | None = None
        self._waiting: Command | None = None
        link.arrived.connect(self._receive)
        link.state_changed.connect(self._forget)

    def ask(self, command: Command) -> None:
        """Ask now, or as soon as the answer under way is here."""
        if self._asked is not None:
            self._waiting = command
        elif self._link.state == "running":
            self._asked = command
            self._link.send(command)

    def _receive(self, frame: Frame) -> None:
        if self._asked is None:
            return
        refused = isinstance(frame, Problem) and frame.command == type(self._asked).__name__
        if not (refused or isinstance(frame, self._answer)):
            return
        self._asked, following, self._waiting = None, self._waiting, None
        if following is not None:
            self.ask(following)
        elif isinstance(frame, Problem):
            self.refused.emit(frame.sentence)
        else:
            self.answered.emit(frame)

    def _forget(self, _: str) -> None:
        self._asked = self._waiting = None  # a new engine knows of no question
