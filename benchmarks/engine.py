"""An engine process driven without a window."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from visualizer.core import wire
from visualizer.core.frames import Configured, Frame, Recording, Status
from visualizer.core.messages import Command, Configure, Credit, Observe, Pause, Play


class Engine:
    """Sends commands and reads frames of `python -m visualizer.engine`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._decoder = wire.frame_decoder()

    def send(self, command: Command) -> None:
        self._process.stdin.write(wire.encode(command))
        self._process.stdin.flush()

    def frames(self) -> Iterator[Frame]:
        while data := os.read(self._process.stdout.fileno(), 1 << 20):
            yield from self._decoder.feed(data)

    def steps_per_second(self, seconds: float, *, observing: bool) -> tuple[float, int]:
        """Train on for some seconds; return the speed and how many recordings came."""
        self.send(Observe(recording=observing))
        self.send(Play())
        first: tuple[int, float] | None = None
        recordings = 0
        for frame in self.frames():
            now = time.perf_counter()
            if isinstance(frame, Recording):
                recordings += frame.live
                self.send(Credit("recording"))
            elif isinstance(frame, Status) and frame.training and frame.step:
                if first is None:
                    first = (frame.step, now)
                elif now - first[1] > seconds:
                    self.send(Pause())
                    speed = (frame.step - first[0]) / (now - first[1])
                    break
        self._until_rest(recorded=observing)
        return speed, recordings

    def _until_rest(self, *, recorded: bool) -> None:
        """Read until training has stopped, with the recording that is then made: unread, it would hold the engine."""
        resting = False
        for frame in self.frames():
            if isinstance(frame, Recording):
                self.send(Credit("recording"))
            resting = resting or (isinstance(frame, Status) and not frame.training)
            if resting and (not recorded or (isinstance(frame, Recording) and not frame.live)):
                return


@contextmanager
def running(experiment) -> Iterator[Engine]:
    process = subprocess.Popen(
        [sys.executable, "-m", "visualizer.engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    engine = Engine(process)
    try:
        engine.send(Configure(experiment))
        next(frame for frame in engine.frames() if isinstance(frame, Configured))
        yield engine
    finally:
        process.stdin.close()
        process.wait()
