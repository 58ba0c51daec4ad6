"""The clock of everything that moves by itself; it runs only while something does."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

_FRAME_MILLISECONDS = 16


class FrameClock(QTimer):
    """`passed` carries the seconds since the frame before."""

    passed = Signal(float)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last = 0.0
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.setInterval(_FRAME_MILLISECONDS)
        self.timeout.connect(self.tick)

    def go(self) -> None:
        """Count from now on."""
        self._last = time.monotonic()
        self.start()

    def tick(self) -> None:
        """Tell what has passed."""
        now = time.monotonic()
        elapsed, self._last = now - self._last, now
        self.passed.emit(elapsed)
