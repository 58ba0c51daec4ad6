"""The card of the network: title, counts, legend, and the canvas."""

from __future__ import annotations

from visualizer.core import catalogue
from visualizer.core.frames import Configured, Frame, Freezing, Recording
from visualizer.core.numbers import whole
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.view import CanvasView
from visualizer.ui.card import Card
from visualizer.ui.context import Context


class NetworkCard(Card):
    """Shows the network at work."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Network")
        self.view = CanvasView(context)
        self.legend = Legend(context)
        self.header.addWidget(self.legend)
        self.body.setContentsMargins(0, 10, 0, 0)
        self.header.setContentsMargins(16, 0, 16, 0)
        self.body.setSpacing(4)
        self.body.addWidget(self.view, 1)
        context.link.arrived.connect(self._arrived)
        context.player.recording_changed.connect(self._refresh)
        context.store.changed.connect(self._refresh)
        context.store.view_changed.connect(self._view_changed)
        self._refresh()

    def _arrived(self, frame: Frame) -> None:
        if isinstance(frame, Configured | Freezing):
            self._refresh()

    def _view_changed(self, old: object, new: object) -> None:
        self.view.redraw()
        self.legend.update()
        self.update()

    def _refresh(self, *_: object) -> None:
        subject = self._subject()
        self.view.show_subject(subject)
        self._describe()

    def _subject(self) -> Subject | None:
        link, player = self.context.link, self.context.player
        configured = link.latest(Configured)
        recording: Recording | None = player.recording
        if configured is None:
            return None
        freezing = link.latest(Freezing)
        layers = freezing.layers if freezing is not None else []
        return Subject(
            graph=recording.graph if recording is not None else configured.graph,
            classes=configured.classes,
            input_shape=configured.input_shape,
            recording=recording,
            timeline=player.timeline,
            frozen=self.context.store.experiment.frozen,
            verified=frozenset(layer.path for layer in layers if layer.verified),
            style=_style(configured.experiment.network),
        )

    def _describe(self) -> None:
        counts = self.context.link.latest(Freezing) or self.context.link.latest(Configured)
        if counts is None:
            return
        frozen = counts.parameter_count - counts.trainable_count
        parts = [f"{whole(counts.parameter_count)} parameters"]
        if frozen:
            parts += [f"{whole(counts.trainable_count)} train", f"{whole(frozen)} frozen"]
        self.set_title("Network", " · ".join(parts))


def _style(network: str) -> str:
    return "cards" if catalogue.is_network_file(network) else catalogue.network(network).style
