"""The scan of the loss surface: started, cancelled, and how far it is; one for all cards that show it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Configured, Frame, Problem, Status, Surface
from visualizer.core.messages import Cancel, Scan
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.store import Store

_RESOLUTION = 25


class Scanner(QObject):
    """Holds the latest surface; `changed` tells of a new one, of start and end, and of a step of training."""

    changed = Signal()

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__(link)
        self._store, self._link = store, link
        self.surface: Surface | None = None
        self.running = False
        self._step = 0
        link.arrived.connect(self._receive)
        link.state_changed.connect(self._link_changed)

    @property
    def moved(self) -> bool:
        """Whether the weights have moved since the surface was scanned."""
        return self.surface is not None and self._step != self.surface.step

    @property
    def progress(self) -> float:
        return self.surface.progress if self.running and self.surface is not None else 0.0

    def start(self) -> None:
        """Scan the plane that the view asks for, through the present weights."""
        self.running = True
        self.surface = None
        self._link.send(Scan(plane=self._store.view.plane, resolution=_RESOLUTION, seed=self._store.experiment.seed))
        self.changed.emit()

    def cancel(self) -> None:
        """End the scan; what has been computed stays."""
        self.running = False
        self._link.send(Cancel())
        self.changed.emit()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Surface):
            self.surface = frame
            self.running = self.running and not frame.finished
        elif isinstance(frame, Configured) and frame.rebuilt:
            self.surface, self.running = None, False
        elif isinstance(frame, Status) and frame.step != self._step:
            self._step = frame.step
        elif isinstance(frame, Problem) and frame.kind == "input":
            self.running = False
        else:
            return
        self.changed.emit()

    def _link_changed(self, state: str) -> None:
        if state != "running" and self.running:
            self.running = False
            self.changed.emit()


def scanner(context: Context) -> Scanner:
    """Return the scanner of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Scanner, "", children) or Scanner(context.store, context.link)
