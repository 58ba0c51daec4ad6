"""The loop of the engine process: commands in, work in short slices, frames out."""

from __future__ import annotations

import gc
import itertools
import math
import os
import platform
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

import visualizer
from visualizer.core import messages
from visualizer.core.errors import UserError
from visualizer.core.frames import Configured, Frame, Problem, Ready, Surface
from visualizer.core.frames import Heartbeat as Beat
from visualizer.core.messages import Command
from visualizer.engine.channel import Heartbeat, Inbox, Outbox
from visualizer.engine.heavy_frames import HeavyFrames
from visualizer.engine.live_frames import LiveFrames
from visualizer.engine.reporting import Checkpoints, Reporter
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import ANSWERS
from visualizer.engine.training import DivergenceError

SLICE = 0.03  # seconds of work between two looks into the inbox
_NEWEST_COUNTS = (messages.Configure, messages.Seek, messages.Record, messages.Observe)


class Server:
    """Drives one session by the commands of one window."""

    def __init__(self, inbox: Inbox, outbox: Outbox, checkpoints: Path | None = None) -> None:
        self._inbox, self._send = inbox, outbox.send
        self._session = session = TrainingSession()
        self._heavy = HeavyFrames(session, self._send)
        self._live = LiveFrames(session, self._send)
        self._reporter = Reporter(session, self._send)
        self._checkpoints = Checkpoints(session, self._send, checkpoints)
        self._moving: Iterator[None] | None = None  # training or seeking, one step at a time; None at rest
        self._seeking = False
        self._scanning: Iterator[Surface | None] | None = None
        self._long_answers: dict[str, Iterator[Frame | None]] = {}  # by the command that each is an answer to
        self._ended = False
        self._working_since: float | None = None  # on the monotonic clock; None while it waits for commands
        self._handlers: dict[type[Command], Callable[[Any], None]] = {
            messages.Configure: self._configure,
            messages.Play: lambda command: self._train(until=command.until or math.inf),
            messages.Pause: lambda _: self._rest(),
            messages.Step: self._step,
            messages.Seek: self._seek,
            messages.Reset: lambda _: self._begin_anew(session.reset),
            messages.Record: lambda command: self._heavy.want_recording(command.sample),
            messages.Explain: lambda command: self._send(session.explain(command.name, command.index, command.kind)),
            messages.Scan: self._scan,
            messages.Cancel: self._cancel,
            messages.Browse: lambda command: self._send(session.browse(command.start, command.count)),
            messages.Observe: self._observe,
            messages.Credit: self._credit,
            messages.Restore: lambda command: self._begin_anew(lambda: session.restore(Path(command.path))),
            messages.Save: lambda command: self._send(session.save(Path(command.path))),
            messages.Shutdown: self._shut_down,
        }

    def run(self) -> None:
        """Serve until Shutdown; the end of the commands' stream ends the process from inside the inbox."""
        gc.freeze()  # what was imported stays: the collector need not go through all of torch again and again
        self._send(Ready(_versions(), os.getpid()))
        heartbeat = Heartbeat(self._beat)
        while not self._ended:
            commands = self._inbox.take(wait=not self._busy)
            self._working_since = time.monotonic()
            for command in _newest(commands):
                handle = self._handlers.get(type(command), self._answer)
                self._guarded(partial(handle, command), type(command).__name__)
            self._work()
            self._working_since = None
        heartbeat.end()

    def _beat(self) -> None:
        since = self._working_since
        self._send(Beat(self._session.steps_done, 0.0 if since is None else time.monotonic() - since))

    @property
    def _busy(self) -> bool:
        return bool(self._moving or self._scanning or self._long_answers or self._heavy.ready or self._live.ready)

    # What one command does.

    def _configure(self, command: messages.Configure) -> None:
        if self._seeking:
            self._stop()
        done = self._session.steps_done
        frames = self._session.configure(command.experiment)
        if any(isinstance(frame, Configured) and frame.rebuilt for frame in frames):
            self._begun(frames)
            return
        for frame in frames:
            self._send(frame)
        if self._moving is None and self._session.steps_done < done:  # the past is another: make it again
            self._moving = self._session.seek(done)
        if self._moving is None:
            self._heavy.want_observed()

    def _begin_anew(self, start: Callable[[], list[Frame]]) -> None:
        if self._moving is not None:
            self._rest()
        self._begun(start())

    def _begun(self, frames: list[Frame]) -> None:
        """Tell of a run that starts anew; nothing is left of the one before."""
        self._stop()
        self._cancel_scan()
        self._long_answers.clear()
        self._heavy.forget()
        for frame in frames:
            self._send(frame)
        self._checkpoints.restart()
        self._reporter.at_rest()
        if not any(isinstance(frame, Problem) for frame in frames):
            self._heavy.want_observed()

    def _train(self, until: float) -> None:
        self._stop()
        self._moving = self._session.train(until)

    def _step(self, command: messages.Step) -> None:
        done, length = self._session.steps_done, self._session.steps_per_epoch
        self._train(done + command.count if command.unit == "batch" else (done // length + command.count) * length)

    def _seek(self, command: messages.Seek) -> None:
        self._stop()
        self._moving = self._session.seek(command.step)
        self._seeking = True

    def _scan(self, command: messages.Scan) -> None:
        self._cancel_scan()
        self._scanning = self._session.scan(command)

    def _cancel_scan(self) -> None:
        self._scanning = None
        self._heavy.offer_surface(None)

    def _cancel(self, command: messages.Cancel) -> None:
        if command.command == messages.Scan.__name__:
            self._cancel_scan()
        self._long_answers.pop(command.command, None)

    def _credit(self, command: messages.Credit) -> None:
        self._heavy.grant(command.kind)
        self._live.grant(command.kind)

    def _observe(self, command: messages.Observe) -> None:
        self._heavy.observe(command.sample if command.recording else None)
        self._live.observe(command.live)

    def _answer(self, command: Command) -> None:
        answer = ANSWERS[type(command)](self._session, command)
        if isinstance(answer, Iterator):
            self._long_answers[type(command).__name__] = answer
        else:
            self._send(answer)

    def _shut_down(self, _: messages.Shutdown) -> None:
        self._ended = True

    # What is done between two looks into the inbox.

    def _work(self) -> None:
        if self._moving is not None and not self._guarded(self._move):
            self._guarded(self._rest)
        if self._scanning is not None and not self._guarded(self._scan_on):
            self._cancel_scan()
        for name in list(self._long_answers):
            if not self._guarded(partial(self._answer_on, name), name):
                self._long_answers.pop(name, None)
        self._guarded(lambda: self._heavy.deliver(training=self._moving is not None))
        self._guarded(lambda: self._live.deliver(training=self._moving is not None))

    def _move(self) -> None:
        assert self._moving is not None
        deadline = time.perf_counter() + SLICE
        while time.perf_counter() < deadline and self._inbox.empty:
            if next(self._moving, _END) is _END:
                self._rest()
                return
        self._reporter.while_training()
        self._checkpoints.while_training()

    def _scan_on(self) -> None:
        assert self._scanning is not None
        surface = next(self._scanning, _END)
        if surface is _END:
            self._scanning = None
        elif isinstance(surface, Surface):
            self._heavy.offer_surface(surface)

    def _answer_on(self, name: str) -> None:
        try:
            frame = next(self._long_answers[name])
        except StopIteration:
            del self._long_answers[name]
            return
        if frame is not None:
            self._send(frame)

    def _rest(self) -> None:
        """Stop, and say where."""
        self._stop()
        self._reporter.at_rest()
        self._send(self._session.freezing())
        self._checkpoints.at_rest()
        self._heavy.want_observed()

    def _stop(self) -> None:
        moving, self._moving, self._seeking = self._moving, None, False
        if isinstance(moving, Generator):
            moving.close()

    def _guarded(self, action: Callable[[], None], command: str = "") -> bool:
        """Return whether an action went through; what it raises becomes a Problem, and the process goes on."""
        try:
            action()
        except BaseException as error:  # a stranger's network may try to leave; Ctrl+C does not come here
            self._send(_problem(error, self._session.steps_done, command))
            return False
        return True


_END = object()


def _problem(error: BaseException, step: int, command: str) -> Problem:
    if isinstance(error, DivergenceError):
        return Problem("diverged", str(error), step=step, command=command)
    if isinstance(error, UserError):
        return Problem("input", str(error), step=step, command=command)
    sentence = f"A fault in the engine: {type(error).__name__} ({error}); it goes on with the last good state."
    return Problem("internal", sentence, traceback.format_exc(), step, command)


def _newest(commands: list[Command]) -> Iterator[Command]:
    """Leave out commands that the next one of the same kind makes pointless."""
    for command, following in itertools.zip_longest(commands, commands[1:]):
        if not (isinstance(command, _NEWEST_COUNTS) and type(command) is type(following)):
            yield command


def _versions() -> dict[str, str]:
    return {
        "visualizer": visualizer.__version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
    }
