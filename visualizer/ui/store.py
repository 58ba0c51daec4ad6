"""The window's one state. Whatever changes it, a click, a menu, undo, a file, does so here."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from visualizer.core.experiment import Experiment, patch
from visualizer.ui.theme import ThemeName

Page = Literal["network", "train", "surface", "sandbox", "sequence", "gan", "data"]

Saliency = Literal["off", "signed", "size"]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at, and how; changing it changes no run and is not undone.

    `selected` is a call or node id of the graph ("" for none), `element` an index into the selected node's activation
    without the batch dimension, `channel` the map shown of it, `parameter` and `number` name the weight or bias that
    keys set and whose gradient is followed, `micro` the neurons (tensor, index) of a single step of arithmetic,
    `opened` the call whose inside the left lens shows, `responses` and `decision` whether the answers of neurons are
    drawn beside them, and that of the network in place of the loss surface. Of a recurrent network `unit` and `vector`
    are what is looked at in its cell, `slopes` whether gradients are shown over time. `hidden_layers` names what is not
    drawn on the plane of a pair, `saliency` how the gradient with respect to the input lies over its picture.
    """

    page: Page = "network"
    theme: ThemeName = "dark"
    selected: str = ""
    element: tuple[int, ...] = ()
    channel: int = 0
    parameter: str = ""
    number: tuple[int, ...] = ()
    micro: tuple[tuple[str, tuple[int, ...]], ...] = ()
    opened: str = ""
    sample: int = 0
    speed: float = 1.0
    reduced_motion: bool = False
    plane: Literal["random", "path"] = "random"
    metric: Literal["loss", "accuracy"] = "loss"
    log_loss: bool = False
    norms_over_steps: bool = False
    responses: bool = True
    decision: bool = True
    unit: int = 0
    vector: str = "h"
    slopes: bool = False
    hidden_layers: tuple[str, ...] = ()
    saliency: Saliency = "off"


class Store(QObject):
    """Holds the experiment (with undo) and the view (without); says what changed, old and new."""

    changed = Signal(object, object)
    view_changed = Signal(object, object)

    def __init__(self, experiment: Experiment | None = None, view: View | None = None) -> None:
        super().__init__()
        self.experiment = experiment or Experiment()
        self.view = view or View()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(500)

    def patch(self, text: str, *, gesture: int = 0, **changes: Any) -> None:
        """Change the experiment; `text` names the act for undo. Raises UserError on a value that makes no sense.

        Changes of one `gesture`, other than 0, are taken back together.
        """
        changed = patch(self.experiment, **changes)
        if changed != self.experiment:
            self.undo_stack.push(_Patch(self, text, self.experiment, changed, gesture))

    def reject(self, working: Experiment) -> None:
        """Go back to an experiment that works; the act that led away from it cannot be redone."""
        index = self.undo_stack.index()
        last = self.undo_stack.command(index - 1) if index else None
        if isinstance(last, _Patch) and last.new == self.experiment:
            last.setObsolete(True)
            self.undo_stack.undo()
        self.put(working)

    def look(self, **changes: Any) -> None:
        """Change the view."""
        old, new = self.view, msgspec.structs.replace(self.view, **changes)
        if new != old:
            self.view = new
            self.view_changed.emit(old, new)

    def put(self, experiment: Experiment) -> None:
        """Set the experiment as it is, without a trace in the undo stack."""
        old, self.experiment = self.experiment, experiment
        if old != experiment:
            self.changed.emit(old, experiment)


class _Patch(QUndoCommand):
    def __init__(self, store: Store, text: str, old: Experiment, new: Experiment, gesture: int) -> None:
        super().__init__(text)
        self._store, self._old, self.new, self._gesture = store, old, new, gesture

    def id(self) -> int:
        return self._gesture or -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Patch):
            return False
        self.new = other.new
        return True

    def redo(self) -> None:
        self._store.put(self.new)

    def undo(self) -> None:
        self._store.put(self._old)
