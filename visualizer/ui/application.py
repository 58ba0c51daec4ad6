"""Starts the window: looks for a display first, shows it before the engine is ready, ends with nothing left behind."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.files import check_writable
from visualizer.ui import accessible, display, log, settings
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.main_window import MainWindow
from visualizer.ui.player import Player
from visualizer.ui.screenshot import Screenshot
from visualizer.ui.store import Store
from visualizer.ui.theme import ThemeName, font, load_fonts

PICTURE = Path("visualizer.png")


def run(
    experiment: Experiment,
    theme: ThemeName | None = None,
    size: tuple[int, int] | None = None,
    screenshot: Path | None = None,
) -> int:
    """Open the window on an experiment and return the exit code.

    With `screenshot`, or where there is no display, a picture of the opening scene is written instead.
    Raises UserError for a size below the least one, and where the picture cannot be made.
    """
    least = settings.LEAST_SIZE
    if size is not None and QSize(*size).expandedTo(least) != QSize(*size):
        raise UserError(f"The size {size[0]}x{size[1]} is too small: {least.width()}x{least.height()} is the least.")
    if screenshot is None and not (has_display() and display.is_reached()):
        screenshot = PICTURE
        check_writable(screenshot)
        print(f"There is no display for a window: making a picture of the opening scene, {PICTURE}.", file=sys.stderr)
    if screenshot is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.pop("DISPLAY", None)  # offscreen beside an X server, Qt's OpenGL ends in a segmentation fault
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the window is up: an exception that meets Qt would be lost
    application = create_application()
    log.start()
    context = create_context(experiment, theme)
    window = MainWindow(context)
    log.catch_faults(window.notices.say)
    if screenshot is not None:
        window.setGeometry(0, 0, *(size or settings.FIRST_SIZE.toTuple()))
        return Screenshot(window, screenshot).take()
    if size is not None:
        window.resize(QSize(*size))
    window.director.opened.connect(lambda: _begin_playing(context))
    window.show()
    gc.freeze()  # what is there now stays: the collector, which halts the drawing, need not go through it each time
    with ended_by_signals(window):
        QTimer.singleShot(0, context.link.start)  # the first paint comes first
        return application.exec()


def create_application() -> QApplication:
    """Make the application with its name, fonts and style."""
    application = QApplication(sys.argv[:1])
    application.setOrganizationName("visualizer")
    application.setApplicationName("visualizer")
    application.setStyle("Fusion")
    load_fonts()
    application.setFont(font(13))
    accessible.install()
    return application


def create_context(experiment: Experiment, theme: ThemeName | None = None) -> Context:
    """Make state, link and player; nothing is started yet."""
    view = settings.remembered_view()
    store = Store(experiment, msgspec.structs.replace(view, theme=theme or view.theme))
    return Context(store, Link(store), Player())


def has_display() -> bool:
    """Return whether a window can be opened; Qt itself ends the process where it cannot."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def ended_by_signals(window: MainWindow) -> Iterator[None]:
    """Let Ctrl+C, SIGTERM and SIGHUP close the window in order; the wake-up pipe rouses Qt's loop for them."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(window.close)
    before = signal.set_wakeup_fd(writer.fileno())
    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {number: signal.signal(number, lambda *_: None) for number in wanted}
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()


def _begin_playing(context: Context) -> None:
    if not context.store.view.reduced_motion:
        QTimer.singleShot(0, context.player.play)
