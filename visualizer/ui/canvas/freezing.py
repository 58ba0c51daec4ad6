"""Freezes and unfreezes what the canvas shows: one layer, a block, a whole stage."""

from __future__ import annotations

from visualizer.core import freezing
from visualizer.ui.canvas import words
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import Store


def toggle_freeze(store: Store, subject: Subject, path: str) -> None:
    """Freeze the module at `path`, or unfreeze it where all of it is frozen; the rest stays as it is."""
    frozen = store.experiment.frozen
    if freezing.state(frozen, path, subject.layers) == "frozen":
        changed = freezing.unfreeze(frozen, path, subject.layers)
    else:
        changed = freezing.freeze(frozen, path)
    store.patch(freeze_text(store, subject, path), frozen=changed)


def freeze_text(store: Store, subject: Subject, path: str) -> str:
    """Return what the switch of a module would do now: Freeze stage 1."""
    frozen = freezing.state(store.experiment.frozen, path, subject.layers) == "frozen"
    return f"{'Unfreeze' if frozen else 'Freeze'} {words.place(subject.graph, path)}"
