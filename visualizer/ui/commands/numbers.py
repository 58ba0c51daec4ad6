"""Where numbers come from, and the way from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.core.messages import Explain
from visualizer.ui.actions import Entry
from visualizer.ui.explanations.numbers import QUESTION
from visualizer.ui.explanations.questions import Question
from visualizer.ui.explanations.trail import explain, trail

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    context = window.context
    way = trail(context)

    def selected() -> Question | None:
        """Return what can be asked about the selection: its parameter, its value, or else the loss."""
        recording, view = context.player.recording, context.store.view
        if recording is None:
            return None
        if view.parameter:
            return Explain(view.parameter, view.number, "parameter")
        if view.selected in recording.activations and len(view.element) == len(
            recording.activations[view.selected].shape
        ):
            return Explain(view.selected, view.element)
        return Explain(recording.graph.loss, ()) if recording.graph.loss else None

    def ask() -> None:
        question = selected()
        if question is not None:
            explain(context, question)

    return [
        Entry("explain", "View", QUESTION, ask,
              "Say how the selected number comes about; double-click any number on the screen for the same", "explain",
              keys=("=",), enabled=lambda: context.player.recording is not None, group="numbers"),
        Entry("explain-back", "View", "Back to the number before", way.back,
              "On the way from number to number, one step back", "chevron-left", keys=("Alt+Left",),
              enabled=lambda: way.can_go_back, group="numbers"),
        Entry("explain-forward", "View", "Forward to the next number", way.forward,
              "On the way from number to number, one step forward", "chevron-right", keys=("Alt+Right",),
              enabled=lambda: way.can_go_forward, group="numbers"),
        Entry("explain-close", "View", "Close the explanation", way.close, "Put the explanation away", "close",
              enabled=lambda: way.shown, group="numbers"),
    ]  # fmt: skip
