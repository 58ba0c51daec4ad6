"""Which live frames visible widgets show: the engine makes no others, and the next when the last is drawn."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from visualizer.core.frames import Frame
from visualizer.core.messages import LiveFrame
from visualizer.ui.context import Context
from visualizer.ui.link import Link


class Watching(QObject):
    """`changed` tells that other kinds are wanted than before."""

    changed = Signal()

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._link = link
        self._frame_type: dict[LiveFrame, type[Frame]] = {}
        self._visible: dict[LiveFrame, set[QObject]] = {}
        link.arrived.connect(self._receive)

    @property
    def kinds(self) -> tuple[LiveFrame, ...]:
        """The kinds that a visible widget shows."""
        return tuple(kind for kind, widgets in self._visible.items() if widgets)

    def watch(self, widget: QWidget, kind: LiveFrame, frame_type: type[Frame]) -> None:
        """Want these frames whenever the widget is visible; they come as any other frame, over `link.arrived`."""
        self._frame_type[kind] = frame_type
        self._visible.setdefault(kind, set())
        widget.installEventFilter(self)
        widget.setProperty("live_frame", kind)
        widget.destroyed.connect(self._forget)
        if widget.isVisible():
            self._set(widget, kind, visible=True)

    def eventFilter(self, widget: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._set(widget, widget.property("live_frame"), visible=event.type() == QEvent.Type.Show)
        return False

    def _set(self, widget: QObject, kind: LiveFrame, *, visible: bool) -> None:
        before = self.kinds
        (self._visible[kind].add if visible else self._visible[kind].discard)(widget)
        if self.kinds != before:
            self.changed.emit()

    def _forget(self, widget: QObject) -> None:
        for widgets in self._visible.values():
            widgets.discard(widget)

    def _receive(self, frame: Frame) -> None:
        for kind, frame_type in self._frame_type.items():
            if isinstance(frame, frame_type):
                # a zero timer runs when the picture of this frame has been painted
                QTimer.singleShot(0, lambda kind=kind: self._link.credit(kind))


def watching(context: Context) -> Watching:
    """Return the watching of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Watching, "", children) or Watching(context.link)
