"""The card of the network: title, counts, legend, and the canvas."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QImage, QResizeEvent

from visualizer.core.frames import Configured, Frame, Freezing
from visualizer.core.grouping import grouped
from visualizer.core.numbers import whole
from visualizer.core.timeline import SceneState
from visualizer.core.topics.neurons import Responses
from visualizer.ui.canvas.drawing import Direction
from visualizer.ui.canvas.interactive_view import InteractiveView
from visualizer.ui.canvas.legend import BACKWARD, FORWARD, Legend
from visualizer.ui.canvas.minimap import Minimap
from visualizer.ui.canvas.points import is_points
from visualizer.ui.canvas.saliency_chip import SaliencyChip
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import parameter_count
from visualizer.ui.store import View
from visualizer.ui.watching import watching
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.chip import Chip


class NetworkCard(Card):
    """Shows the network at work; the actions of the window act on it through the methods below."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Network")
        self.view = InteractiveView(context)
        self.minimap = Minimap(self.view)
        self.saliency = SaliencyChip(self.view)
        self.legend = Legend(context)
        clickable(self._subtitle, context, lambda _: self._count(), by_click=True)
        fit = Button(context, icon="fit", kind="bare")
        fit.setAccessibleName("Fit the network")
        fit.setToolTip("Show the whole network")
        fit.clicked.connect(self.view.fit)
        self.header.setContentsMargins(16, 0, 10, 0)
        self.answers = Chip(context, "Responses")
        self.answers.setToolTip("Show beside each neuron what it answers to every point of the input space")
        self.answers.setCheckable(True)
        self.answers.clicked.connect(lambda shown: context.store.look(responses=shown))
        watching(context).watch(self.answers, "responses", Responses)
        self.header.addWidget(self.legend)
        self.header.addWidget(self.answers)
        self.header.addWidget(fit)
        self.body.setContentsMargins(1, 1, 1, 1)  # the line around the card stays whole
        self.body.setSpacing(0)
        self.body.addWidget(self.view, 1)
        context.link.arrived.connect(self._arrived)
        context.link.state_changed.connect(lambda _: self.view.update())
        context.player.recording_changed.connect(lambda _: self._refresh())
        context.player.moved.connect(self._moved)
        context.store.changed.connect(lambda *_: self._refresh())
        context.store.view_changed.connect(self._view_changed)
        self._refresh()

    # For the actions of the window.

    def fit(self) -> None:
        """Show the whole network."""
        self.view.fit()

    def zoom_in(self) -> None:
        self.view.zoom_in()

    def zoom_out(self) -> None:
        self.view.zoom_out()

    @property
    def minimap_shown(self) -> bool:
        return not self.minimap.isHidden()

    def toggle_minimap(self) -> None:
        self.minimap.toggle()

    def select_neighbour(self, direction: Direction) -> None:
        """Select what an edge leads to from the selected card."""
        self.view.select_neighbour(direction)

    def image(self) -> QImage:
        """Return the canvas as it is seen."""
        return self.view.image()

    # What changes.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._describe()

    def _arrived(self, frame: Frame) -> None:
        if isinstance(frame, Configured | Freezing | Responses):
            self._refresh()

    def _moved(self, scene: SceneState) -> None:
        self.legend.show_entries(BACKWARD if scene.phase in ("backward", "update") else FORWARD)

    def _view_changed(self, old: View, new: View) -> None:
        if old.theme != new.theme:
            self.legend.update()
            self.update()
        self.answers.setChecked(new.responses)
        self.view.take_view(old, new)

    def _refresh(self) -> None:
        configured = self.context.link.latest(Configured)
        self.answers.setVisible(configured is not None and is_points(configured))
        self.answers.setChecked(self.context.store.view.responses)
        subject, shown = self._subject(), self.view.subject
        if subject is not None and shown is not None and subject.looks_like(shown):
            return
        recording = self.context.player.recording
        self.view.show_subject(subject, calmly=recording is not None and recording.live)
        self._describe()

    def _subject(self) -> Subject | None:
        link, player = self.context.link, self.context.player
        configured = link.latest(Configured)
        if configured is None:
            return None
        freezing = link.latest(Freezing)
        recording = player.recording
        known = self.view.subject
        graph = recording.graph if recording is not None else configured.graph
        classes = configured.classes
        if known is None or (known.traced, known.classes) != (graph, classes):
            known = Subject(grouped(graph), classes, traced=graph)
        return replace(  # what was found out of the graph stays
            known,
            input_shape=configured.input_shape,
            recording=recording,
            timeline=player.timeline,
            frozen=self.context.store.experiment.frozen,
            responses=link.latest(Responses) if is_points(configured) else None,
            verified=frozenset(layer.path for layer in freezing.layers if layer.verified) if freezing else frozenset(),
        )

    def _count(self) -> Number | None:
        recording = self.context.player.recording
        if recording is None:
            return None
        return Number(parameter_count("the network", list(recording.parameters)), "all parameters of the network")

    def _describe(self) -> None:
        """Write the counts of parameters, as many as have room beside the legend."""
        counts = self.context.link.latest(Freezing) or self.context.link.latest(Configured)
        if counts is None:
            return
        frozen = counts.parameter_count - counts.trainable_count
        parts = [f"{whole(counts.parameter_count)} parameters"]
        if frozen:
            parts += [f"{whole(counts.trainable_count)} train"] if self.width() >= 960 else []
            parts += [f"{whole(frozen)} frozen"]
        self.set_title("Network", " · ".join(parts))
