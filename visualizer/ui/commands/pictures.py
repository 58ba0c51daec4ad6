"""Inputs of one's own: a picture file, the clipboard, a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from visualizer.core.errors import UserError
from visualizer.core.frames import Configured
from visualizer.ui.actions import Entry
from visualizer.ui.context import Context
from visualizer.ui.own import fitting
from visualizer.ui.own.own_input import own_input

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

PICTURES = "Pictures (*.png *.jpg *.jpeg *.gif *.bmp *.svg *.webp)"


def entries(window: MainWindow) -> list[Entry]:
    context = window.context

    def takes_pictures() -> bool:
        return can_be_fed(context)

    return [
        Entry("draw-input", "Edit", "Draw an input", lambda: draw(context),
              "Draw on the input, and watch it run through the network", "pen", keys=("Ctrl+D",),
              enabled=takes_pictures, group="input"),
        Entry("paste-input", "Edit", "Paste picture as input", lambda: paste(window),
              "Send the picture of the clipboard through the network", "paste", keys=("Ctrl+V",),
              enabled=takes_pictures, group="input"),
        Entry("open-input", "Edit", "Open picture as input…", lambda: _choose(window),
              "Send a picture file through the network", "image", keys=("Ctrl+I",), enabled=takes_pictures,
              group="input"),
    ]  # fmt: skip


def can_be_fed(context: Context) -> bool:
    """Return whether the network takes pictures and tells classes apart."""
    configured = context.link.latest(Configured)
    if configured is None or not configured.classes:
        return False
    return len(configured.input_shape) == 3 and configured.input_shape[0] in (1, 3)


def draw(context: Context) -> None:
    """Show the pad in the inspector of the input."""
    recording = context.player.recording
    nodes = recording.graph.nodes if recording is not None else ()
    first = next((node.id for node in nodes if node.kind == "input"), "")
    context.store.look(page="network", selected=first, element=(), channel=0)


def paste(window: MainWindow) -> None:
    """Take what the clipboard holds: a picture, or a picture file."""
    data = QGuiApplication.clipboard().mimeData()
    if data.hasImage():
        take(window, QImage(data.imageData()), "pasted")
    elif data.hasUrls():
        open_picture(window, Path(data.urls()[0].toLocalFile()))
    else:
        window.notices.say("There is no picture in the clipboard: copy one, then paste it.")


def open_picture(window: MainWindow, path: Path) -> None:
    """Send a picture file through the network; say why where that cannot be."""
    try:
        image = fitting.read_picture(path, _shape(window.context))
    except UserError as error:
        window.notices.say(str(error))
    else:
        take(window, image, path.name)


def take(window: MainWindow, image: QImage, name: str) -> None:
    """Make a picture the own input, and say what was done to it."""
    try:
        fitted = fitting.fit(image, _shape(window.context))
    except UserError as error:
        window.notices.say(str(error))
        return
    told = f"{name}, {fitted.told}" if fitted.told else name
    own_input(window.context).give(fitted.values, told)
    draw(window.context)
    window.notices.say(f"Your picture runs through the network: {told}")


def _shape(context: Context) -> tuple[int, ...]:
    configured = context.link.latest(Configured)
    return configured.input_shape if configured is not None else ()


def _choose(window: MainWindow) -> None:
    path, _ = QFileDialog.getOpenFileName(window, "Open a picture as input", "", PICTURES)
    if path:
        open_picture(window, Path(path))
