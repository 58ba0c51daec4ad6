"""Asks the engine for the chain of one weight and for its proof; the newest question is the one that counts."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import Cancel
from visualizer.core.topics.chain_rule import AskChain, Chain, Proof, Prove
from visualizer.ui.link import Link

_PATIENCE = 300  # milliseconds; while training each recording asks again, and that may not slow the engine down


class WeightQuestions(QObject):
    """`chained` carries a Chain, `proved` a Proof, `refused` the sentence that says why there is none.

    `proving` tells whether a proof is under way, `changed` that it began or ended.
    """

    chained = Signal(object)
    proved = Signal(object)
    refused = Signal(str)
    changed = Signal()

    def __init__(self, link: Link, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._wanted: AskChain | None = None
        self.proving = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PATIENCE)
        self._later.timeout.connect(self._send)
        link.arrived.connect(self._receive)
        link.state_changed.connect(lambda _: self._end())

    def ask(self, parameter: str, index: tuple[int, ...], *, live: bool) -> None:
        """Ask for a chain now; of a `live` recording the same again only after a while."""
        question = AskChain(parameter, index)
        if question != self._wanted:
            self.cancel()
        elif live:
            if not self._later.isActive():
                self._later.start()
            return
        self._wanted = question
        self._send()

    def forget(self) -> None:
        """Ask nothing more."""
        self.cancel()
        self._wanted = None
        self._later.stop()

    def prove(self) -> None:
        """Let the engine compute the gradient in three ways."""
        if self._wanted is not None and not self.proving:
            self.proving = True
            self._link.send(Prove(self._wanted.parameter, self._wanted.index))
            self.changed.emit()

    def cancel(self) -> None:
        """End a proof that is under way."""
        if self.proving:
            self._link.send(Cancel(Prove.__name__))
            self._end()

    def _send(self) -> None:
        if self._wanted is not None:
            self._link.send(self._wanted)

    def _end(self) -> None:
        if self.proving:
            self.proving = False
            self.changed.emit()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Chain | Proof):
            if self._wanted is None or (frame.parameter, frame.index) != (self._wanted.parameter, self._wanted.index):
                return
            if isinstance(frame, Proof):
                self._end()
                self.proved.emit(frame)
            else:
                self.chained.emit(frame)
        elif isinstance(frame, Problem) and frame.command in (AskChain.__name__, Prove.__name__):
            self._end()
            self.refused.emit(frame.sentence)
