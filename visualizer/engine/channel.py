"""The two pipes of the engine process: commands come in on one, frames go out on the other."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from visualizer.core import wire
from visualizer.core.frames import Frame
from visualizer.core.messages import Command

CHUNK = 1 << 16


def claim_standard_streams() -> tuple[int, int]:
    """Return private descriptors of stdin and stdout; whoever prints from now on prints to stderr, and reads nothing.

    The engine may run a stranger's network, and one `print` of it would end the stream of frames.
    """
    commands, frames = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, frames


class Inbox:
    """Commands as they come; the process ends at the end of their stream, and at bytes that are no command."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._commands: queue.SimpleQueue[list[Command]] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    @property
    def empty(self) -> bool:
        """Whether no command waits."""
        return self._commands.empty()

    def take(self, *, wait: bool) -> list[Command]:
        """Return all commands that have come, never half of those sent at once; at least one where it should `wait`."""
        commands = self._commands.get() if wait else []
        while not self._commands.empty():
            commands += self._commands.get()
        return commands

    def _read(self) -> NoReturn:
        decoder = wire.command_decoder()
        while data := os.read(self._descriptor, CHUNK):
            try:
                if commands := decoder.feed(data):
                    self._commands.put(commands)
            except Exception as error:
                print(f"visualizer engine: what came on stdin is no command ({error}).", file=sys.stderr, flush=True)
                os._exit(2)
        os._exit(0)


class Outbox:
    """Frames as they are sent, from any thread, each in one piece."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, frame: Frame) -> None:
        """Write a frame; ends the process where nobody reads any more."""
        left = memoryview(wire.encode(frame))
        with self._lock:
            try:
                while left:
                    left = left[os.write(self._descriptor, left) :]
            except BrokenPipeError:
                os._exit(0)


class Heartbeat:
    """Says once a second that the process lives, also while a step is computed."""

    def __init__(self, beat: Callable[[], None], seconds: float = 1.0) -> None:
        self._beat, self._seconds = beat, seconds
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def end(self) -> None:
        """Stop."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            self._beat()
