"""Single steps of arithmetic inside of the present node: where one stands, and forth and back."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Explanation, Recording
from visualizer.core.messages import Explain
from visualizer.core.micro_steps import MicroStep, backward_steps, forward_steps, product_steps
from visualizer.core.timeline import SceneState
from visualizer.ui.context import Context
from visualizer.ui.explanations.asking import Asking
from visualizer.ui.inspectors.pictures import Pictures
from visualizer.ui.store import View


class MicroSteps(QObject):
    """`changed` tells of another step or none; the view's `micro` names the neurons of the step, the last one first."""

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.link)
        self._context = context
        self.steps: list[MicroStep] = []
        self.place = -1
        self._asking = Asking(context.link, self)
        self._asking.explained.connect(self._explained)
        context.player.moved.connect(self._moved)
        context.player.recording_changed.connect(lambda _: self.leave())
        context.store.view_changed.connect(self._look)

    @property
    def present(self) -> MicroStep | None:
        return self.steps[self.place] if self.place >= 0 else None

    def step(self, direction: Literal[-1, 1]) -> None:
        """Go one number on, or back; where there is none inside of this node, one layer."""
        if self.present is None:
            self._enter(direction)
        elif 0 <= self.place + direction < len(self.steps):
            self._go(self.place + direction)
        else:
            self.leave()
            if direction > 0:
                self._next_layer()

    def _next_layer(self) -> None:
        player = self._context.player
        before = player.scene.station if player.scene is not None else -1
        player.step(1)
        if player.scene is not None and player.scene.station == before:  # the first step only completed this layer
            player.step(1)

    def leave(self) -> None:
        """Look at no single step any more."""
        self._asking.forget()
        if self.present is not None:
            self.steps, self.place = [], -1
            self._context.store.look(micro=())
            self.changed.emit()

    def _enter(self, direction: Literal[-1, 1]) -> None:
        player = self._context.player
        player.pause()
        node, scene, recording = self._node, player.scene, player.recording
        if recording is None or scene is None or not node:
            player.step(direction)
            return
        index = self._index(recording, node)
        found: list[MicroStep] = []
        if len(index) == 1:
            steps_of = backward_steps if scene.phase == "backward" else forward_steps
            found = steps_of(recording, node, index[0])
        if found:
            self._begin(found, direction)
        elif scene.phase == "forward" and direction > 0 and recording.graph.node[node].kind == "operation":
            self._asking.ask(Explain(node, index))
        else:
            player.step(direction)

    @property
    def _node(self) -> str:
        """The node that the present station is named after, "" outside of the forward and the backward pass."""
        player = self._context.player
        if player.scene is None or player.timeline is None or player.scene.phase not in ("forward", "backward"):
            return ""
        return player.timeline.stations[player.scene.station].leader

    def _index(self, recording: Recording, node: str) -> tuple[int, ...]:
        """Return the selected neuron where it is one of this layer, else the one with the largest value."""
        view, player = self._context.store.view, self._context.player
        activation = recording.activations.get(node)
        if activation is None or not activation.values.size or player.timeline is None or player.scene is None:
            return ()
        nodes = player.timeline.stations[player.scene.station].nodes
        sizes = activation.values.shape
        inside = all(place < size for place, size in zip(view.element, sizes, strict=False))
        if view.selected in nodes and len(view.element) == len(sizes) and inside:
            return view.element
        pictures = Pictures(activation)
        return pictures.index(pictures.strongest)

    def _explained(self, explanation: Explanation) -> None:
        found = product_steps(explanation)
        if found:
            self._begin(found, 1)
        else:
            self._context.player.step(1)

    def _begin(self, steps: list[MicroStep], direction: Literal[-1, 1]) -> None:
        self.steps = steps
        self._go(0 if direction > 0 else len(steps) - 1)

    def _go(self, place: int) -> None:
        self.place = place
        step = self.steps[place]
        ends = [step.target] if step.source is None else [step.target, step.source]
        self._context.store.look(micro=tuple((end.tensor, end.index) for end in ends))
        self.changed.emit()

    def _look(self, old: View, new: View) -> None:
        if (old.selected, old.element, old.page) != (new.selected, new.element, new.page):
            self.leave()

    def _moved(self, scene: SceneState) -> None:
        self.leave()


def micro_steps(context: Context) -> MicroSteps:
    """Return the single steps of a window, made when they are first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(MicroSteps, "", children) or MicroSteps(context)
