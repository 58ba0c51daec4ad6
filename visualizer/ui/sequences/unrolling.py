"""The recurrent layer that is looked at: what the engine said of it last, what was asked, and what is selected."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Configured, Frame, Problem, Recording, Unrolled
from visualizer.core.graph import NetworkGraph
from visualizer.core.messages import Unroll
from visualizer.core.topics.sequences import Vector
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.sequences.playhead import Playhead
from visualizer.ui.store import Store, View

_KINDS = ("rnn_tanh", "rnn_relu", "lstm", "gru")
_RECURRENT = (*_KINDS, *(f"{kind}_cell" for kind in _KINDS))


class Unrolling(QObject):
    """`changed` tells of another frame, of a refusal or of another selection; `playhead.moved` of another instant."""

    changed = Signal()

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__(link)
        self._store, self._link = store, link
        self.frame: Unrolled | None = None
        self.refusal = ""
        self.playhead = Playhead(self)
        self._question = Unroll()
        link.arrived.connect(self._receive)
        store.view_changed.connect(self._look)
        self._pace(store.view)

    @property
    def place(self) -> int:
        """The time step that is looked at, a row of the frame's arrays."""
        return self.playhead.moment.place

    @property
    def unit(self) -> int:
        """The selected unit."""
        frame = self.frame
        return min(max(self._store.view.unit, 0), frame.vectors[0].values.shape[1] - 1) if frame is not None else 0

    @property
    def vector(self) -> Vector | None:
        """The selected vector of the cell, the hidden state where the cell has none of that name."""
        return find(self.frame, self._store.view.vector) or find(self.frame, "h")

    def ask(self, node: str = "", layer: int = 0, reverse: bool = False) -> None:
        """Look at another node, layer or direction."""
        self._question = Unroll(node, layer, reverse)
        self._link.send(self._question)

    def select(self, *, place: int | None = None, unit: int | None = None, vector: str | None = None) -> None:
        """Select a time step, a unit or a vector of the cell."""
        if unit is not None and self.frame is not None:
            self._store.look(unit=min(max(unit, 0), self.frame.vectors[0].values.shape[1] - 1))
        if vector is not None:
            self._store.look(vector=vector)
        if place is not None:
            self.playhead.pause()
            self.playhead.show(place)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Unrolled):
            self.frame, self.refusal = frame, ""
            self.playhead.walk(len(frame.names), frame.reverse, _last_that_counts(frame))
        elif isinstance(frame, Configured) and frame.rebuilt:
            self.frame, self.refusal = None, ""
            self.playhead.walk(0)
            if self._question != Unroll():
                self.ask()
        elif isinstance(frame, Problem) and self._is_refusal(frame):
            self.refusal = frame.sentence
        else:
            if isinstance(frame, Recording) and self._is_of_another_sample(frame):
                self._link.send(self._question)
            return
        self.changed.emit()

    def _is_refusal(self, problem: Problem) -> bool:
        """Return whether a problem says why nothing is unrolled; those of live frames name no command."""
        live = not problem.command and problem.kind == "input" and self.frame is None
        return live or problem.command == Unroll.__name__

    def _is_of_another_sample(self, recording: Recording) -> bool:
        shown = self._store.view.page == "sequence" and self.frame is not None
        return shown and recording.sample != self.frame.sample

    def _look(self, old: View, new: View) -> None:
        self._pace(new)
        if (old.unit, old.vector) != (new.unit, new.vector):
            self.changed.emit()
        if old.page != new.page:
            self.playhead.pause()

    def _pace(self, view: View) -> None:
        self.playhead.speed, self.playhead.smooth = view.speed, not view.reduced_motion


def _last_that_counts(frame: Unrolled) -> int:
    """Return the last place with something said that has a target, -1 where there is none."""
    outcome = frame.outcome
    if outcome is None or frame.reverse:
        return -1
    counted = [step for row, step in enumerate(outcome.steps) if not len(outcome.targets) or outcome.targets[row] >= 0]
    return counted[-1] if counted else -1


def find(frame: Unrolled | None, name: str) -> Vector | None:
    """Return a vector of the cell by its name."""
    return next((vector for vector in frame.vectors if vector.name == name), None) if frame is not None else None


def is_recurrent(graph: NetworkGraph) -> bool:
    """Return whether a network has a layer that can be unrolled in time."""
    return any(node.operation in _RECURRENT for node in graph.nodes)


def unrolling(context: Context) -> Unrolling:
    """Return the unrolling of a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Unrolling, "", children) or Unrolling(context.store, context.link)
