"""Training: run, pause, step, go back; the surface scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog

from visualizer.core.frames import Status
from visualizer.core.messages import Pause, Play, Reset, Seek, Step
from visualizer.ui.actions import Entry
from visualizer.ui.context import Context
from visualizer.ui.plots.scanner import scanner

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    context = window.context
    link = context.link

    def ready() -> bool:
        return link.state == "running"

    def training() -> bool:
        return is_training(context)

    def toggle() -> None:
        link.send(Pause() if training() else Play())

    def go_to() -> None:
        status = link.latest(Status)
        if status is None:
            return
        step, accepted = QInputDialog.getInt(
            window, "Go to step", f"Step {status.earliest} to …", status.step, status.earliest, 2**31 - 1
        )
        if accepted:
            link.send(Seek(step))

    return [
        Entry("train", "Run", lambda: "Pause" if training() else "Train", toggle,
              "Train until paused, or pause after the current step", lambda: "pause" if training() else "play",
              keys=("Ctrl+Return",), enabled=ready),
        Entry("step-batch", "Run", "Train one mini-batch", lambda: link.send(Step(1)),
              "One optimizer step on the next mini-batch", "step", keys=("Ctrl+Right",), enabled=ready, group="step"),
        Entry("step-epoch", "Run", "Train one epoch", lambda: link.send(Step(1, "epoch")),
              "Train to the end of the epoch", "epoch", keys=("Ctrl+Shift+Right",), enabled=ready, group="step"),
        Entry("step-back", "Run", "Back one step", lambda: link.send(Seek(current_step(context) - 1)),
              "Take the last optimizer step back, bit for bit", "step-back", keys=("Ctrl+Left",),
              enabled=lambda: ready() and can_go_back(context), group="step"),
        Entry("go-to-step", "Run", "Go to step…", go_to, "Go to any step of this run", "flag", keys=("Ctrl+G",),
              enabled=ready, group="step"),
        Entry("reset", "Run", "Reset to the initial weights", lambda: link.send(Reset()),
              "Go back to step 0 with the same initial weights", "reset", keys=("Ctrl+R",), enabled=ready,
              group="step"),
        Entry("scan", "Run", "Scan the loss surface", scanner(context).start,
              "Compute the loss on a plane through the present weights", "surface", keys=("Ctrl+L",), enabled=ready,
              group="surface"),
        Entry("cancel", "Run", "Cancel the scan", scanner(context).cancel, "End the running scan", "stop",
              keys=("Escape",), enabled=lambda: scanner(context).running, group="surface"),
        Entry("restart-engine", "Run", "Restart the engine", link.restart,
              "End the engine process and go on from the last checkpoint", "reset", group="engine"),
    ]  # fmt: skip


def is_training(context: Context) -> bool:
    status = context.link.latest(Status)
    return status is not None and status.training and context.link.state == "running"


def current_step(context: Context) -> int:
    status = context.link.latest(Status)
    return status.step if status is not None else 0


def can_go_back(context: Context) -> bool:
    status = context.link.latest(Status)
    return status is not None and status.step > status.earliest
