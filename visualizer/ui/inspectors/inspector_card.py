"""The card on the right: the selected layer with its weights, its output, one value in full, and the freeze switch."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Freezing, Recording
from visualizer.core.timeline import SceneState
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.inspectors.freeze_row import LOW, FreezeRow
from visualizer.ui.inspectors.head import Head
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.menu import LayerMenu
from visualizer.ui.inspectors.part import note
from visualizer.ui.inspectors.pictures import Place
from visualizer.ui.inspectors.scroll import ScrollColumn
from visualizer.ui.inspectors.subject import Subject, find, is_known
from visualizer.ui.store import View
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button

if TYPE_CHECKING:
    from visualizer.ui.inspectors.column import Column

WIDTH = 296
"""The least in pixels: narrower, the three toggles beside "Histogram" would not fit."""


class InspectorCard(Card):
    """Shows what is selected; a pin keeps it while the selection moves."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Inspector")
        self.look: Look | None = None
        self._input_channel = 0
        self._first_place: Place | None = None
        self._pinned = ""
        self._build_header()
        self.head = Head(context)
        self.hint = note()
        self.hint.setContentsMargins(16, 0, 16, 8)
        self.freeze_row = FreezeRow(context)
        self._details = QVBoxLayout()
        self.body.addWidget(self.head)
        self.body.addWidget(self.hint)
        self.body.addLayout(self._details, 1)
        self.body.addWidget(self.freeze_row)
        self._connect()
        self._inspect()

    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH, super().minimumSizeHint().height())

    def _build_header(self) -> None:
        self.body.setContentsMargins(0, 6, 0, 1)
        self.body.setSpacing(0)
        self.header.setContentsMargins(16, 0, 8, 0)
        self.header.setSpacing(0)
        self._title.setFont(font(15, 600))
        self.pin = Button(self.context, icon="pin", kind="bare")
        self.pin.setCheckable(True)
        self.pin.setAccessibleName("Pin this layer")
        self.pin.setToolTip("Keep showing this layer while the selection moves")
        self.pin.toggled.connect(self._pin)
        self.more = Button(self.context, icon="dots", kind="bare")
        self.more.setAccessibleName("More about this layer")
        self.more.setToolTip("Copy, open, freeze")
        self.menu = LayerMenu(self.context, self)
        self.menu.gradient.toggled.connect(self._show_gradient)
        self.more.clicked.connect(lambda: self.menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height()))))
        for button in (self.pin, self.more):
            button.setFixedSize(32, 32)
            self.header.addWidget(button)

    @cached_property
    def column(self) -> Column:
        """What is told of a layer part by part, made when the first one is shown."""
        from visualizer.ui.inspectors.column import Column, Picks

        column = Column(self.context, Picks(self._pick, self._pick_channel, self._pick_input, self._go))
        column.histogram.fold_at_first(self.window().height() < LOW)
        return column

    @cached_property
    def scroll(self) -> ScrollColumn:
        """The place of the column."""
        scroll = ScrollColumn(self.column)
        self._details.addWidget(scroll)
        return scroll

    def _connect(self) -> None:
        context = self.context
        context.store.view_changed.connect(self._view_changed)
        context.store.changed.connect(self._experiment_changed)
        context.player.recording_changed.connect(self._recording_changed)
        context.player.moved.connect(self._moved)
        context.link.arrived.connect(self._arrived)
        context.link.state_changed.connect(lambda _: self._inspect())
        self.menu.freeze.triggered.connect(self.freeze_row.toggle)

    def _view_changed(self, old: View, new: View) -> None:
        if old.theme != new.theme:
            self.update()
        if (old.selected, old.channel, old.element, old.theme) != (new.selected, new.channel, new.element, new.theme):
            self._inspect()

    def _experiment_changed(self, old: Experiment, new: Experiment) -> None:
        if old.frozen != new.frozen:
            self._show_freezing()

    def _recording_changed(self, recording: Recording | None) -> None:
        if self._pinned and (recording is None or not is_known(recording.graph, self._pinned)):
            self.pin.setChecked(False)
        self._inspect()

    def _moved(self, scene: SceneState) -> None:
        """Look again only when the pass turns around or reaches this layer."""
        if self.look is not None and (self.look.backward, self.look.later) != self._when(self.look.subject, scene):
            self._inspect()

    def _arrived(self, frame: object) -> None:
        if isinstance(frame, Freezing):
            self._show_freezing()

    def _when(self, subject: Subject, scene: SceneState | None) -> tuple[bool, bool]:
        """Return whether the playhead is in the backward pass, and whether it has yet to come to this layer."""
        timeline = self.context.player.timeline
        if scene is None or timeline is None:
            return False, False
        later = subject.node.id in timeline.forward_rank and timeline.node_phase(scene, subject.node.id) == "later"
        return scene.phase in ("backward", "update"), later

    def _inspect(self) -> None:
        recording, view = self.context.player.recording, self.context.store.view
        subject = None if recording is None else find(recording, self._pinned or view.selected)
        for widget in (self.head, self.freeze_row):
            widget.setVisible(subject is not None)
        if subject is not None or "scroll" in vars(self):
            self.scroll.setVisible(subject is not None)
        for button in (self.pin, self.more):
            button.setEnabled(subject is not None)
        if subject is None:
            self.look = None
            self.set_title("Inspector")
            self._hint(_waiting(self.context.link.state))
            return
        place = self._place(subject)
        self.look = Look(subject, place, self._input_channel, *self._when(subject, self.context.player.scene))
        chosen = is_known(subject.recording.graph, view.selected)
        self.set_title(subject.title, "pinned" if self._pinned else "" if chosen else " · click any layer")
        self.setAccessibleName(f"Inspector of {subject.title}")
        self._hint("")
        self.head.inspect(subject)
        for part in self.column.parts:
            part.inspect(self.look)
        self._show_freezing()

    def _place(self, subject: Subject) -> Place | None:
        """Return the value that somebody chose, else the one that was the largest when this layer was first shown."""
        activation, view = subject.activation, self.context.store.view
        known = self.look.subject if self.look is not None else None
        if known is None or (known.id, known.output_text) != (subject.id, subject.output_text):
            self._input_channel = _strongest_input(subject)
            self._first_place = None if activation is None else activation.strongest
        if activation is None or not (view.element or view.channel):
            return self._first_place
        return activation.place(view.channel, view.element)

    def _hint(self, words: str) -> None:
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _show_freezing(self) -> None:
        self.freeze_row.inspect(self.look.subject if self.look else None)
        if self.look is not None:
            words = self.freeze_row.switch.accessibleName() if self.freeze_row.switch.isEnabled() else ""
            self.menu.inspect(self.look, words)

    def _pin(self, pinned: bool) -> None:
        self._pinned = self.look.subject.id if pinned and self.look else ""
        self._inspect()

    def _show_gradient(self, gradient: bool) -> None:
        column = self.column
        for part in (column.weights, column.output, column.histogram, column.numbers):
            part.toggle.choose("gradient" if gradient else part.toggle.first)
        self._inspect()

    def _pick_channel(self, channel: int) -> None:
        activation = self.look.subject.activation if self.look else None
        if self.look is None or self.look.place is None or activation is None:
            return
        if channel < activation.channels:
            self._pick(self.look.place._replace(channel=channel))

    def _pick(self, place: Place) -> None:
        activation = self.look.subject.activation if self.look else None
        if activation is not None:
            self.context.store.look(channel=place.channel, element=activation.index(place))

    def _pick_input(self, channel: int) -> None:
        self._input_channel = channel
        self._inspect()

    def _go(self, tensor: str, index: tuple[int, ...]) -> None:
        """Follow an operand to the tensor that it was read from."""
        recording, node = self.context.player.recording, tensor.partition(":")[0]
        if recording is not None and is_known(recording.graph, node):
            self.pin.setChecked(False)
            self.context.store.look(selected=node, channel=index[0] if index else 0, element=index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.look is not None and event.oldSize().height() != event.size().height():
            self.column.histogram.fold_at_first(self.window().height() < LOW)


def _strongest_input(subject: Subject) -> int:
    """Return the input channel with the largest values: there is something to see in it."""
    source = subject.source
    return 0 if source is None else int(np.abs(np.nan_to_num(source.values)).sum(axis=(1, 2)).argmax())


def _waiting(link_state: str) -> str:
    """Return the sentence for an inspector without a recording."""
    if link_state in ("starting", "restarting"):
        return "The engine is starting; the first recorded pass will appear here."
    if link_state == "stopped":
        return "The engine is not running, so there is nothing recorded to look at."
    return "No pass is recorded yet."
