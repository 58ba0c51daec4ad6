"""A real engine process, driven over its two pipes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from visualizer.core import wire
from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import Command

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60.0  # seconds: a machine may be busy, but nothing may hang
FrameType = TypeVar("FrameType")


class Engine:
    """A real engine process; `expect` reads frames until one of a type (and property) has come."""

    def __init__(self, checkpoints: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "visualizer.engine", "--checkpoints", str(checkpoints)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._decoder = wire.frame_decoder()
        self._waiting: list[Frame] = []

    def send(self, *commands: Command) -> None:
        self.send_bytes(b"".join(wire.encode(command) for command in commands))

    def send_bytes(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def expect(self, wanted: type[FrameType], which: Callable[[FrameType], bool] = lambda _: True) -> FrameType:
        deadline = time.monotonic() + DEADLINE
        while True:
            while self._waiting:
                frame = self._waiting.pop(0)
                if isinstance(frame, wanted) and which(frame):
                    return frame
                assert not isinstance(frame, Problem), frame
            self._waiting = self._read(deadline)

    def frames_until(self, wanted: type[FrameType], which: Callable[[FrameType], bool]) -> list[Frame]:
        frames: list[Frame] = []
        self.expect(object, lambda frame: bool(frames.append(frame)) or (isinstance(frame, wanted) and which(frame)))
        return frames

    def _read(self, deadline: float) -> list[Frame]:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, "nothing came in time"
        data = os.read(self._process.stdout.fileno(), 1 << 20)
        assert data, f"the engine ended: {self.end()}"
        return self._decoder.feed(data)

    def close_stdin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()

    def kill(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Wait for the process; return its exit code and what it said on stderr."""
        assert self._process.stderr is not None and self._process.stdout is not None
        code = self._process.wait(DEADLINE)
        said = self._process.stderr.read().decode()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return code, said

    def destroy(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None and not stream.closed:
                stream.close()
