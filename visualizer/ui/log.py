"""What went on, for the day on which something goes wrong: a file, the last lines in memory, and hooks for faults."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from PySide6.QtCore import QMessageLogContext, QStandardPaths, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QDesktopServices

from visualizer.core.errors import UserError

LINES = 2_000
_BYTES = 1 << 20
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_log = logging.getLogger("visualizer")
_lines: deque[str] = deque(maxlen=LINES)
_fault_file: IO[str] | None = None


def folder() -> Path:
    """Return where the log files lie."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))


def open_folder() -> bool:
    """Show the log folder in the desktop's file manager; return whether there is one that does."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder())))


def last_lines() -> str:
    """Return the last lines of the log."""
    return "\n".join(_lines)


def start() -> None:
    """Begin to log; a read-only home is no reason to fail."""
    global _fault_file
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handlers: list[logging.Handler] = [_Memory()]
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.RotatingFileHandler(folder() / "visualizer.log", maxBytes=_BYTES, backupCount=1)
        )
        _fault_file = (folder() / "faults.log").open("w", encoding="utf-8")
        faulthandler.enable(_fault_file)
    except OSError as error:
        _log.warning("nothing is written to %s: %s", folder(), error)
    for handler in handlers:
        handler.setFormatter(formatter)
        _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False  # not to the terminal as well


def catch_faults(tell: Callable[[str], None]) -> None:
    """Log what nobody caught and tell it, instead of losing it; `tell` gets one sentence, on the window's thread."""

    def caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        _log.error("a fault in the window", exc_info=(kind, error or kind(), trace))
        if threading.current_thread() is threading.main_thread():
            tell(str(error) if kind is UserError else f"A fault in the window: {kind.__name__} ({error}).")

    sys.excepthook = caught
    threading.excepthook = lambda arguments: caught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    sys.unraisablehook = lambda arguments: caught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    qInstallMessageHandler(_qt_said)


def _qt_said(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    logging.getLogger("visualizer.qt").log(_LEVELS[kind], "%s", words)


class _Memory(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _lines.append(self.format(record))
