"""The window's end of the wire: commands to the engine, frames from it, and a new engine where one dies."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from visualizer.core.frames import Checkpoint, Configured, Frame, Metrics, Problem, Recording, Samples, Surface
from visualizer.core.history import History
from visualizer.core.messages import Command, Configure, Credit, HeavyFrame, Restore
from visualizer.ui.engine_process import SILENCE_MILLISECONDS, EngineProcess
from visualizer.ui.scratch import Scratch
from visualizer.ui.store import Store

LinkState = Literal["starting", "running", "restarting", "stopped"]
FrameType = TypeVar("FrameType")

DEATHS = 3
"""So many engines may die in a row without having computed anything before the window gives up."""

_PROGRESS = (Metrics, Recording, Samples, Surface)


class Link(QObject):
    """Keeps an engine running that works on the store's experiment.

    `arrived` carries every frame, `state_changed` the state, `restored` the step from which a new engine goes on,
    `gave_up` the reason of the last death. `program` is what is started; its last argument is the checkpoint folder.
    """

    arrived = Signal(object)
    state_changed = Signal(str)
    restored = Signal(int)
    gave_up = Signal(str)

    def __init__(self, store: Store, program: Sequence[str] | None = None, silence: int = SILENCE_MILLISECONDS) -> None:
        super().__init__()
        self.store = store
        self.history = History()
        self.state: LinkState = "starting"
        self._program = program or (sys.executable, "-m", "visualizer.engine", "--checkpoints")
        self._silence = silence
        self._folder: Scratch | None = None
        self._engine: EngineProcess | None = None
        self._latest: dict[type, Frame] = {}
        self._checkpoint: Checkpoint | None = None
        self._deaths = 0
        self._unanswered = False
        self._restoring = False
        store.changed.connect(self._configure)

    @property
    def process(self) -> int:
        """Process id of the engine, 0 where there is none."""
        return self._engine.process if self._engine is not None else 0

    def start(self) -> None:
        """Start the engine; after it was given up, try again."""
        if self._engine is not None:
            return
        self._deaths = 0
        if self._folder is None:
            self._folder = Scratch()
        self._set_state("restarting" if Configured in self._latest else "starting")
        self._launch()

    def restart(self) -> None:
        """End the engine and go on with a new one from the last checkpoint."""
        self._dismiss()
        self._set_state("stopped")
        self.start()

    def close(self) -> None:
        """End the engine and leave nothing behind."""
        self._dismiss()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self._set_state("stopped")

    def send(self, command: Command) -> None:
        """Send a command; while no engine runs it has no effect."""
        if self._engine is not None:
            self._engine.send(command)

    def credit(self, kind: HeavyFrame) -> None:
        """Say that the last heavy frame of this kind has been drawn and the next may come."""
        self.send(Credit(kind))

    def latest(self, frame_type: type[FrameType]) -> FrameType | None:
        """Return the last frame of a type, None before the first."""
        return self._latest.get(frame_type)  # type: ignore[return-value]

    def _launch(self) -> None:
        assert self._folder is not None
        self._engine = EngineProcess([*self._program, self._folder.name], self._silence, self)
        self._engine.arrived.connect(self._receive)
        self._engine.died.connect(self._died)
        self._engine.start()
        self._restoring = self._checkpoint is not None
        if self._checkpoint is not None:
            self.send(Restore(self._checkpoint.path))
        self._configure()

    def _dismiss(self) -> None:
        if self._engine is not None:
            engine, self._engine = self._engine, None
            engine.close()
            engine.deleteLater()

    def _configure(self) -> None:
        if self._engine is not None:
            self._unanswered = True
            self.send(Configure(self.store.experiment))

    def _receive(self, frame: Frame) -> None:
        self._latest[type(frame)] = frame
        if isinstance(frame, Metrics):
            self.history.append(frame)
        elif isinstance(frame, Checkpoint):
            self._checkpoint = frame
        elif isinstance(frame, Configured):
            self._configured(frame)
        elif isinstance(frame, Problem) and frame.kind == "input":
            self._refused(frame.command)
        if isinstance(frame, _PROGRESS):
            self._deaths = 0
        self.arrived.emit(frame)

    def _configured(self, frame: Configured) -> None:
        if self._restoring:
            self._restoring = False
        else:
            self._unanswered = frame.experiment != self.store.experiment
            if frame.rebuilt:
                self._checkpoint = None
                self.history.clear()
        if self.state == "restarting":
            self.restored.emit(self._checkpoint.step if self._checkpoint is not None else 0)
        self._set_state("running")

    def _refused(self, command: str) -> None:
        """Let the store go back to what the engine runs, where the engine refused its experiment."""
        running = self.latest(Configured)
        if command == Restore.__name__:  # the experiment, sent behind it, begins anew
            self._restoring = False
            self._checkpoint = None
        elif command == Configure.__name__ and self._unanswered and running is not None:
            self._unanswered = False
            self.store.reject(running.experiment)

    def _died(self, reason: str) -> None:
        self._dismiss()
        self._deaths += 1
        if self._deaths >= DEATHS:
            self._set_state("stopped")
            self.gave_up.emit(reason)
            return
        self._set_state("restarting" if Configured in self._latest else "starting")
        self._launch()

    def _set_state(self, state: LinkState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
