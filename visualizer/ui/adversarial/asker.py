"""Asks one question at a time: what is asked while an answer is on its way waits, and only the last of it is sent."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from visualizer.core.frames import Configured, Frame, Problem
from visualizer.core.messages import Command
from visualizer.ui.link import Link


class Asker(QObject):
    """`answered` carries the frames of one type."""

    answered = Signal(object)

    def __init__(self, parent: QObject, link: Link, answer: type[Frame]) -> None:
        super().__init__(parent)
        self._link, self._answer = link, answer
        self._asked: Command | None = None
        self._next: Command | None = None
        link.arrived.connect(self._receive)

    def ask(self, question: Command) -> None:
        """Ask now, or when the last answer is there."""
        if self._asked is not None:
            self._next = question
            return
        self._asked = question
        self._link.send(question)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured):
            self._asked = self._next = None
        elif self._asked is None:
            return
        elif isinstance(frame, self._answer):
            self._go_on()
            self.answered.emit(frame)
        elif isinstance(frame, Problem) and frame.command == type(self._asked).__name__:
            self._go_on()

    def _go_on(self) -> None:
        following, self._asked, self._next = self._next, None, None
        if following is not None:
            self.ask(following)
