"""Keeps engine, player and view in step: what arrives is shown, what is looked at is recorded."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from visualizer.core.frames import Configured, Frame, Heartbeat, Problem, Ready, Recording, Saved, Status
from visualizer.core.messages import Explain, Observe, Record, Seek
from visualizer.core.topics.chain_rule import AskChain, MeasureCost, Prove, WriteScript
from visualizer.core.topics.sequences import CompareMemory, Forecast, Generate, Unroll
from visualizer.ui.context import Context
from visualizer.ui.notices import Notice, Notices
from visualizer.ui.own.own_input import own_input
from visualizer.ui.store import View
from visualizer.ui.watching import watching

OBSERVED_PAGES = ("network", "sequence")
TOLD_WHERE_ASKED = tuple(
    kind.__name__
    for kind in (Explain, AskChain, Prove, MeasureCost, WriteScript, Unroll, Generate, Forecast, CompareMemory)
)
"""Whoever asks these tells by himself why there is no answer."""
LONG = 20.0
"""Seconds of one piece of work after which the window asks whether the engine should go on with it."""


class Director(QObject):
    """`opened` is sent when the first recording of a network is shown."""

    opened = Signal()

    def __init__(self, context: Context, notices: Notices) -> None:
        super().__init__()
        self._store, self._link, self._player = context.store, context.link, context.player
        self._notices = notices
        self._opened = False
        self._new_engine = True
        self._too_long = False
        own_input(context)  # before the director: a new engine has to know it before it can record it
        self._link.arrived.connect(self._receive)
        self._link.restored.connect(self._restored)
        self._link.gave_up.connect(self._gave_up)
        self._link.state_changed.connect(self._state_changed)
        self._store.view_changed.connect(self._look)
        self._watching = watching(context)
        self._watching.changed.connect(self._observe)
        self._player.speed = self._store.view.speed

    def _observe(self) -> None:
        view = self._store.view
        recording = view.page in OBSERVED_PAGES
        self._link.send(Observe(recording=recording, sample=view.sample, live=self._watching.kinds))

    def _look(self, old: View, new: View) -> None:
        self._player.speed = new.speed
        if new.reduced_motion and not old.reduced_motion:
            self._player.pause()
        if (old.page, old.sample) != (new.page, new.sample):
            self._observe()
            if new.sample != old.sample or new.page in OBSERVED_PAGES:
                self._link.send(Record(new.sample))

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Recording):
            self._show(frame)
        elif isinstance(frame, Heartbeat):
            self._watch(frame.busy_seconds)
        elif isinstance(frame, Ready):
            self._new_engine = True
        elif isinstance(frame, Configured):
            self._configured(frame)
        elif isinstance(frame, Status) and frame.training:
            self._notices.settle("diverged")
        elif isinstance(frame, Problem) and frame.command not in TOLD_WHERE_ASKED:
            self._problem(frame)
        elif isinstance(frame, Saved):
            self._notices.say(f"Weights saved as {frame.path}")

    def _show(self, recording: Recording) -> None:
        self._player.show(recording)
        # a zero timer runs when the picture of this recording has been painted
        QTimer.singleShot(0, lambda: self._link.credit("recording"))
        if not self._opened:
            self._opened = True
            self._open(recording)

    def _open(self, recording: Recording) -> None:
        if not self._store.view.selected:
            first = next((node.id for node in recording.graph.nodes if node.parameter_count), "")
            self._store.look(selected=first)
        if self._store.view.reduced_motion:
            self._player.end()
        self.opened.emit()

    def _configured(self, frame: Configured) -> None:
        if not frame.rebuilt:
            return
        self._notices.settle("input")
        if self._new_engine:  # it does not know yet what is looked at
            self._new_engine = False
            self._observe()
            self._link.send(Record(self._store.view.sample))
        recording = self._player.recording
        if recording is not None and [n.id for n in recording.graph.nodes] != [n.id for n in frame.graph.nodes]:
            self._player.clear()
            self._opened = False
            self._store.look(selected="", element=(), channel=0, opened="")
        if self._store.view.sample >= frame.validation_count:
            self._store.look(sample=0)

    def _state_changed(self, state: str) -> None:
        if state == "starting":
            self._notices.settle("engine")
        elif state == "restarting":
            consequence = "A new one is starting, and goes on from the last checkpoint."
            self._notices.post(Notice("engine", "The engine stopped", consequence))

    def _watch(self, busy_seconds: float) -> None:
        too_long = busy_seconds >= LONG
        if too_long and not self._too_long:
            self._notices.post(
                Notice(
                    "busy",
                    f"The engine has been at one piece of work for over {LONG:.0f} seconds",
                    "It may be a very large network, or one whose code never ends.",
                    "Restart engine",
                    self._link.restart,
                )
            )
        elif self._too_long and not too_long:
            self._notices.settle("busy")
        self._too_long = too_long

    def _restored(self, step: int) -> None:
        consequence = f"Restored to step {step}; press Train to go on." if step else "Started again at step 0."
        self._notices.post(Notice("engine", "The engine stopped", consequence, "Dismiss", tone="warn"))

    def _gave_up(self, reason: str) -> None:
        self._notices.post(
            Notice(
                "engine",
                "The engine cannot be kept running",
                f"It stopped three times in a row: {reason}. Nothing you chose is lost.",
                "Try again",
                self._link.start,
                tone="err",
            )
        )

    def _problem(self, problem: Problem) -> None:
        if problem.kind == "diverged":
            self._player.pause()
            self._notices.post(
                Notice(
                    "diverged",
                    problem.sentence,
                    f"Training is paused. The last good step is {problem.step}.",
                    "Go back",
                    lambda: self._link.send(Seek(problem.step)),
                )
            )
        elif problem.kind == "internal":
            self._notices.post(Notice("internal", problem.sentence, "The log has the details.", "Dismiss", tone="err"))
        else:
            self._notices.post(Notice("input", problem.sentence, "", "Dismiss", tone="err"))
