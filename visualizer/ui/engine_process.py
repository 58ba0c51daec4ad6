"""One life of the engine process: bytes in, frames out, and the moment it dies or falls silent."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from visualizer.core import wire
from visualizer.core.messages import Command, Shutdown

START_MILLISECONDS = 120_000
SILENCE_MILLISECONDS = 5_000
_FAREWELL_MILLISECONDS = 1_500

_IMPORTS = Path(__file__).resolve().parents[2]

_log = logging.getLogger("visualizer.engine")


class EngineProcess(QObject):
    """Runs a program that speaks the wire; `arrived` carries each frame, `died` says why it ended, once.

    It may be silent for `START_MILLISECONDS` before its first frame and for `silence` milliseconds after it.
    """

    arrived = Signal(object)
    died = Signal(str)

    def __init__(self, program: Sequence[str], silence: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program = list(program)
        self._frames = wire.frame_decoder()
        self._words = bytearray()
        self._over = False
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_words)
        self._process.errorOccurred.connect(self._failed)
        self._process.finished.connect(self._finished)
        self._silence = silence
        self._watch = QTimer(self)
        self._watch.setSingleShot(True)
        self._watch.timeout.connect(self._fell_silent)

    @property
    def process(self) -> int:
        """Process id, 0 where there is none."""
        return int(self._process.processId())

    def start(self) -> None:
        if sys.platform != "win32":
            parameters = QProcess.UnixProcessParameters()
            # a session of its own: Ctrl+C in the terminal is for the window, which then ends the engine in order
            parameters.flags = QProcess.UnixProcessFlag.CreateNewSession
            self._process.setUnixProcessParameters(parameters)
        self._process.setProcessEnvironment(_environment())
        self._process.start(self._program[0], self._program[1:])
        self._watch.start(START_MILLISECONDS)

    def send(self, command: Command) -> None:
        if not self._over:
            self._process.write(wire.encode(command))

    def close(self) -> None:
        """Ask the process to end, insist where it does not, and wait for it."""
        self._over = True
        self._watch.stop()
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        if self._process.state() == QProcess.ProcessState.Running:
            self._process.write(wire.encode(Shutdown()))
            self._process.closeWriteChannel()
        if not self._process.waitForFinished(_FAREWELL_MILLISECONDS):
            self._process.kill()
            self._process.waitForFinished()

    def _read(self) -> None:
        data = self._process.readAllStandardOutput().data()
        if self._over:
            return
        try:
            frames = self._frames.feed(data)
        except ValueError as error:  # msgspec's errors are among them
            self._end(f"it sent something that is no frame ({error})")
            return
        for frame in frames:
            self._watch.start(self._silence)
            self.arrived.emit(frame)

    def _read_words(self) -> None:
        self._words += self._process.readAllStandardError().data()
        *lines, rest = self._words.split(b"\n")
        self._words = bytearray(rest)
        for line in lines:
            _log.info("%s", line.decode("utf-8", "replace"))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(f"it could not be started ({self._process.errorString()})")

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read_words()
        crashed = status == QProcess.ExitStatus.CrashExit
        self._end(f"signal {code}" if crashed else f"exit code {code}")

    def _fell_silent(self) -> None:
        # the window itself may have been held up: what waits in the pipe counts as a sign of life
        if not self._process.waitForReadyRead(0):
            self._end("it did not answer any more")

    def _end(self, reason: str) -> None:
        if self._over:
            return
        self._over = True
        self._watch.stop()
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished()
        _log.warning("the engine stopped: %s", reason)
        self.died.emit(reason)


def _environment() -> QProcessEnvironment:
    """Return the environment in which the engine finds this package, from whatever folder the window was started."""
    environment = QProcessEnvironment.systemEnvironment()
    known = environment.value("PYTHONPATH")
    environment.insert("PYTHONPATH", os.pathsep.join([str(_IMPORTS), known] if known else [str(_IMPORTS)]))
    return environment
