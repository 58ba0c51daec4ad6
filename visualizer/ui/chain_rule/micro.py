"""Single steps of arithmetic inside of the present node: where one stands, and forth and back."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Explanation, Recording
from visualizer.core.messages import Explain
from visualizer.core.micro_steps import (
    MicroStep,
    arriving_steps,
    backward_questions,
    backward_steps,
    explained_steps,
    forward_questions,
    forward_steps,
    leaving_steps,
)
from visualizer.core.timeline import SceneState
from visualizer.ui.context import Context
from visualizer.ui.explanations.asking import Asking
from visualizer.ui.inspectors.pictures import Pictures
from visualizer.ui.store import View


class MicroSteps(QObject):
    """`changed` tells of another step or none; the view's `micro` names the neurons of the step, the last one first.

    The numbers of a linear layer are all in the window; of any other operation the engine is asked, question by
    question, how its element came about.
    """

    changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context.link)
        self._context = context
        self.steps: list[MicroStep] = []
        self.place = -1
        self._direction: Literal[-1, 1] = 1
        self._known: list[MicroStep] = []
        self._questions: list[Explain] = []
        self._answers: list[Explanation] = []
        self._asking = Asking(context.link, self)
        self._asking.explained.connect(self._explained)
        self._asking.refused.connect(lambda _: self._ask())
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
        self._direction, recording, leader = direction, player.recording, self._leader
        index = self._index(recording, leader) if recording is not None and leader else None
        if recording is None or index is None:
            player.step(direction)
            return
        self._show_where(leader, index)
        self._known = self._in_the_window(recording, leader, index)
        self._answers = []
        if not self._known:
            questions = backward_questions if self._is_backward else forward_questions
            self._questions = questions(recording.graph, self._station_nodes, leader, index)
        elif self._known[0].kind == "result":  # what came to the neuron, the engine knows better
            self._questions = [Explain(self._known[0].target.tensor, index, "gradient")]
        else:
            self._questions = []
        self._ask()

    def _show_where(self, leader: str, index: tuple[int, ...]) -> None:
        """Select the number whose steps are gone through, so that the inspector shows where it is."""
        view = self._context.store.view
        if index and (view.selected not in self._station_nodes or view.element != index):
            self._context.store.look(selected=leader, element=index)

    def _in_the_window(self, recording: Recording, leader: str, index: tuple[int, ...]) -> list[MicroStep]:
        """Return the steps of a neuron of a linear layer, none of any other operation."""
        if len(index) != 1:
            return []
        return (backward_steps if self._is_backward else forward_steps)(recording, leader, index[0])

    def _ask(self) -> None:
        """Ask the next question; after the last one begin with what was answered."""
        if self._questions:
            self._asking.ask(self._questions.pop(0))
            return
        found = self._composed()
        if found:
            self.steps = found
            self._go(0 if self._direction > 0 else len(found) - 1)
        else:
            self._context.player.step(self._direction)

    def _explained(self, explanation: Explanation) -> None:
        self._answers.append(explanation)
        self._ask()

    def _composed(self) -> list[MicroStep]:
        """Return all steps of the station in order."""
        answers, recording = self._answers, self._context.player.recording
        if not self._is_backward:
            return self._known or [step for answer in answers for step in explained_steps(answer)]
        arriving = [answer for answer in answers if answer.kind == "gradient"]
        steps = [step for answer in arriving for step in arriving_steps(answer)]
        if self._known:
            return [*steps, *self._known[1:]] if steps else self._known
        if recording is not None and arriving and answers[-1].kind == "activation":
            moved = {*recording.parameter_gradients, *recording.gradients}
            steps += leaving_steps(answers[-1], arriving[-1].result, moved)
        return steps

    @property
    def _is_backward(self) -> bool:
        scene = self._context.player.scene
        return scene is not None and scene.phase == "backward"

    @property
    def _leader(self) -> str:
        """The node that the present station is named after, "" where nothing is computed."""
        player = self._context.player
        if player.scene is None or player.timeline is None or player.scene.phase in ("input", "update"):
            return ""
        return player.timeline.stations[player.scene.station].leader

    @property
    def _station_nodes(self) -> tuple[str, ...]:
        player = self._context.player
        if player.timeline is None or player.scene is None:
            return ()
        return player.timeline.stations[player.scene.station].nodes

    def _index(self, recording: Recording, leader: str) -> tuple[int, ...] | None:
        """Return the selected neuron where it is one of this layer, else the one whose value or gradient is largest."""
        view = self._context.store.view
        shown = (recording.gradients if self._is_backward else recording.activations).get(leader)
        if shown is None or not shown.values.size:
            return None
        sizes = shown.values.shape
        inside = all(place < size for place, size in zip(view.element, sizes, strict=False))
        if view.selected in self._station_nodes and len(view.element) == len(sizes) and inside:
            return view.element
        pictures = Pictures(shown)
        return pictures.index(pictures.strongest) if sizes else ()

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
