"""The same step in PyTorch: the lines of the pass, of which the one that runs now is lit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from visualizer.core import script
from visualizer.core.frames import Recording
from visualizer.core.graph import NetworkGraph
from visualizer.core.script import Line
from visualizer.core.timeline import SceneState
from visualizer.ui.code.code_view import CodeView
from visualizer.ui.code.places import node_of, time_of
from visualizer.ui.code.scripts import scripts
from visualizer.ui.context import Context
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.segmented import Segmented

_TITLE = "Code"
_NOTHING = "The code appears with the first pass"


class CodeCard(PlotCard):
    """A click on a line goes to where it runs, and selects its layer."""

    def __init__(self, context: Context) -> None:
        self.extent = Segmented(context, "Lines shown", ("short", "full"))
        self.extent.setToolTip(
            "The few lines of a training step, or one line for every operation, forward and backward"
        )
        self.more = Button(context, icon="copy", kind="bare")
        self.more.setAccessibleName("Take the script along")
        self.more.setToolTip("Copy or save the pass as a program that prints the same numbers")
        self.more.setFixedSize(26, 26)
        super().__init__(context, _TITLE, [self.extent, self.more])
        self.body.setContentsMargins(5, 10, 5, 10)
        self.header.setContentsMargins(11, 0, 11, 0)
        self.view = CodeView(context)
        self.empty = Empty(context)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.empty)
        self.body.addStretch(0)
        self._known: tuple[NetworkGraph | None, object] = (None, None)
        self.extent.chosen.connect(lambda _: self._renew())
        self.more.clicked.connect(self._offer)
        self.view.lines.picked.connect(self.go)
        context.player.recording_changed.connect(self._recorded)
        context.player.moved.connect(self._moved)
        context.store.changed.connect(self._renew)
        self._renew()

    def go(self, place: int) -> None:
        """Put the playhead where a line runs and select the layer it is about."""
        player, line = self.context.player, self.view.lines.lines[place]
        time = time_of(line, player.timeline) if player.timeline is not None else None
        if time is None:
            return
        player.pause()
        player.seek(time)
        if node_of(line):
            self.context.store.look(selected=node_of(line), element=())

    def _recorded(self, recording: Recording | None) -> None:
        if recording is None or recording.graph is not self._known[0]:
            self._renew()

    def _renew(self) -> None:
        recording, experiment = self.context.player.recording, self.context.store.experiment
        graph = recording.graph if recording is not None else None
        wanted = (graph, (self.extent.choice, experiment.loss, experiment.optimizer, experiment.learning_rate))
        if wanted[0] is not self._known[0] or wanted[1] != self._known[1]:
            self._known = wanted
            self.view.show_lines(self._lines(recording) if recording is not None else [])
        self.view.setVisible(recording is not None)
        self.empty.show_words("" if recording is not None else _NOTHING)
        scene = self.context.player.scene
        if scene is not None:
            self._moved(scene)

    def _lines(self, recording: Recording) -> list[Line]:
        experiment = self.context.store.experiment
        rate = experiment.learning_rate
        if self.extent.choice == "full":
            order, trainable = recording.backward_order, recording.parameter_gradients
            return script.mirror(recording.graph, order, trainable, optimizer=experiment.optimizer, learning_rate=rate)
        return script.short_mirror(
            recording.graph, loss=experiment.loss, optimizer=experiment.optimizer, learning_rate=rate
        )

    def _moved(self, scene: SceneState) -> None:
        if self.isVisible():
            self.view.light(tuple(script.lit(self.view.lines.lines, scene)))

    def showEvent(self, event: object) -> None:
        self._renew()

    def arrange(self) -> None:
        self.extent.setVisible(self.fits(_TITLE, self.extent, self.more))
        self.entitle(_TITLE, "the same step in PyTorch", "in PyTorch")

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as script", scripts(self.context).copy)
        menu.addAction("Save script…", lambda: scripts(self.context).save(self))
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
