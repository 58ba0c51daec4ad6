"""Undo and redo; freezing, which is an edit of the experiment like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from visualizer.core import freezing
from visualizer.core.frames import Freezing
from visualizer.ui.actions import Entry
from visualizer.ui.context import Context

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    context = window.context
    store, stack = context.store, context.store.undo_stack

    def undo_text() -> str:
        return f"Undo {_lower(stack.undoText())}" if stack.canUndo() else "Undo"

    def redo_text() -> str:
        return f"Redo {_lower(stack.redoText())}" if stack.canRedo() else "Redo"

    canvas = window.pages.network.canvas.view

    def neuron_selected() -> bool:
        return canvas.drawing is not None and canvas.drawing.next_parameter(store.view) is not None

    def unfreeze_all() -> None:
        store.patch("Unfreeze all layers", frozen=())

    keys = QKeySequence.StandardKey
    return [
        Entry("undo", "Edit", undo_text, stack.undo, "Take the last change back", "undo",
              keys=(keys.Undo,), enabled=stack.canUndo),
        Entry("redo", "Edit", redo_text, stack.redo, "Make the change again", "redo",
              keys=("Ctrl+Shift+Z", "Ctrl+Y"), enabled=stack.canRedo),
        Entry("freeze-selected", "Edit", lambda: _freeze_text(context, selected_path(context), "selected layer"),
              lambda: toggle_frozen(context, selected_path(context)), "Freeze or unfreeze the selected layer", "snow",
              keys=("F",), enabled=lambda: selected_path(context) != "", group="freeze"),
        Entry("freeze-stage", "Edit", lambda: _freeze_text(context, stage_path(context), "whole stage"),
              lambda: toggle_frozen(context, stage_path(context)), "Freeze or unfreeze all around the selected layer",
              "snow", keys=("Shift+F",), enabled=lambda: stage_path(context) != "", group="freeze"),
        Entry("unfreeze-all", "Edit", "Unfreeze all", unfreeze_all, "Let all layers train again", "sun",
              keys=("Ctrl+Shift+F",), enabled=lambda: bool(store.experiment.frozen), group="freeze"),
        Entry("next-weight", "Edit", "Next weight of the neuron", canvas.select_next_parameter,
              "Select one weight after the other, then the bias; up and down set it", "weights", keys=("W",),
              enabled=neuron_selected, group="hand"),
        Entry("type-weight", "Edit", "Type a weight or bias …", canvas.type_number,
              "Type the value of the selected weight or bias", "text-tree", keys=("Shift+W",),
              enabled=neuron_selected, group="hand"),
        Entry("take-back-edits", "Edit", "Take back all set by hand",
              lambda: store.patch("Take back all set by hand", edits=()),
              "Let every weight and bias be as training made it", "undo",
              enabled=lambda: bool(store.experiment.edits), group="hand"),
    ]  # fmt: skip


def selected_path(context: Context) -> str:
    """Return the module path of what is selected, "" where that holds no parameters."""
    recording, selected = context.player.recording, context.store.view.selected
    if recording is None or not selected:
        return ""
    graph = recording.graph
    if selected in graph.node:
        return graph.node[selected].module
    return graph.call[selected].path if selected in graph.call else ""


def stage_path(context: Context) -> str:
    """Return the outermost module around what is selected, "" where nothing is around it."""
    path = selected_path(context)
    return path.split(".")[0] if "." in path else ""


def toggle_frozen(context: Context, path: str) -> None:
    """Freeze a module, or unfreeze it where all of it is frozen."""
    patterns, layers = context.store.experiment.frozen, _layers(context)
    if freezing.state(patterns, path, layers) == "frozen":
        context.store.patch(f"Unfreeze {path}", frozen=freezing.unfreeze(patterns, path, layers))
    else:
        context.store.patch(f"Freeze {path}", frozen=freezing.freeze(patterns, path))


def _layers(context: Context) -> list[str]:
    known = context.link.latest(Freezing)
    return [layer.path for layer in known.layers] if known is not None else []


def _freeze_text(context: Context, path: str, what: str) -> str:
    if not path:
        return f"Freeze {what}"
    frozen = freezing.state(context.store.experiment.frozen, path, _layers(context)) == "frozen"
    return f"{'Unfreeze' if frozen else 'Freeze'} {path}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text
