"""Asks the engine how a value came about: one question is under way at a time, and then the newest is next."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from visualizer.core.frames import Explanation, Problem
from visualizer.core.messages import Explain
from visualizer.ui.link import Link

_PATIENCE = 500  # milliseconds; while training each recording asks again, and that may not slow the engine down


class Asking(QObject):
    """`explained` carries an Explanation, `refused` the sentence that says why there is none."""

    explained = Signal(object)
    refused = Signal(str)

    def __init__(self, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._wanted: Explain | None = None
        self._under_way: Explain | None = None
        self._asked_since = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PATIENCE)
        self._later.timeout.connect(self._send)
        self._counter = _counter(link)
        link.state_changed.connect(self._start_over)

    def ask(self, question: Explain, live: bool = False) -> None:
        """Ask now, or when the answer under way is here; of a `live` recording the same again only after a while."""
        if live and question == self._wanted:
            if not self._later.isActive():
                self._later.start()
            return
        self._wanted = question
        self._later.stop()
        self._send()

    def forget(self) -> None:
        """Ask nothing more."""
        self._wanted = None
        self._later.stop()

    def _send(self) -> None:
        if self._wanted is None or self._link.state != "running":
            return
        self._asked_since = self._under_way is not None
        if self._under_way is None:
            self._under_way = self._wanted
            self._counter.send(self, self._wanted)

    def receive(self, frame: Explanation | Problem) -> None:
        """Take the answer to the question under way."""
        question, self._under_way = self._under_way, None
        if self._asked_since:
            self._send()
        elif question == self._wanted:
            self._answer(frame)

    def _answer(self, frame: Explanation | Problem) -> None:
        if isinstance(frame, Explanation):
            self.explained.emit(frame)
        else:
            self.refused.emit(frame.sentence)

    def _start_over(self, state: str) -> None:
        # a new engine has recorded nothing yet; its first recording asks again
        self._under_way = None


class _Counter(QObject):
    """Hands every answer to who asked: the engine answers in the order of the questions."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._link = link
        self._waiting: deque[Asking] = deque()
        link.arrived.connect(self._receive)
        link.state_changed.connect(lambda _: self._waiting.clear())

    def send(self, asking: Asking, question: Explain) -> None:
        self._waiting.append(asking)
        self._link.send(question)

    def _receive(self, frame: object) -> None:
        refused = isinstance(frame, Problem) and frame.command == Explain.__name__
        if (refused or isinstance(frame, Explanation)) and self._waiting:
            self._waiting.popleft().receive(frame)


def _counter(link: Link) -> _Counter:
    return link.findChild(_Counter, "", Qt.FindChildOption.FindDirectChildrenOnly) or _Counter(link)
