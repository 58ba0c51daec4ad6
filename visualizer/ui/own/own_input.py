"""The input that the user has given: kept in the window, so that every engine can be told of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Configured, Frame
from visualizer.core.messages import Record
from visualizer.core.topics.pictures import OWN, Feed
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.store import Store

Values = npt.NDArray[np.float32]


class OwnInput(QObject):
    """Holds the values (None before the first); `changed` tells of others. `told` says how they were made to fit.

    `target` is the class that they are to be compared with, -1 for the one that the network predicts.
    """

    changed = Signal()

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__(link)
        self._store, self._link = store, link
        self.values: Values | None = None
        self.target = -1
        self.told = ""
        link.arrived.connect(self._receive)

    def give(self, values: Values, told: str = "") -> None:
        """Send these values through the network, now and until something else is chosen."""
        self.values, self.told = np.ascontiguousarray(values, np.float32), told
        self._send()

    def compare_with(self, target: int) -> None:
        """Take a class as the right one; -1 for what the network itself predicts."""
        self.target = target
        if self.values is not None:
            self._send()

    def _send(self) -> None:
        assert self.values is not None
        self._link.send(Feed(self.values, self.target))
        if self._store.view.sample == OWN:
            self._link.send(Record(OWN))
        else:
            self._store.look(sample=OWN, element=())
        self.changed.emit()

    def _receive(self, frame: Frame) -> None:
        """Tell an engine that begins anew; what no longer fits its network is dropped."""
        if not isinstance(frame, Configured) or not frame.rebuilt or self.values is None:
            return
        if self.values.shape == frame.input_shape and frame.classes:
            self.target = self.target if self.target < len(frame.classes) else -1
            self._link.send(Feed(self.values, self.target))
            return
        self.values, self.told, self.target = None, "", -1
        if self._store.view.sample == OWN:
            self._store.look(sample=0)
        self.changed.emit()


def own_input(context: Context) -> OwnInput:
    """Return the own input of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(OwnInput, "", children) or OwnInput(context.store, context.link)
