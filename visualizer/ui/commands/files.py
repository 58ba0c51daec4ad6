"""Networks, weights and pictures: in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtGui import QImageReader, QKeySequence
from PySide6.QtWidgets import QFileDialog

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.messages import Save
from visualizer.ui.actions import Entry
from visualizer.ui.commands.pictures import open_picture
from visualizer.ui.copying import copy
from visualizer.ui.fields import network_title
from visualizer.ui.picture_file import write_picture

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

PICTURE = "Pictures (*.png)"
WEIGHTS = "Weights (*.safetensors)"
NETWORK = "Network files (*.py)"


def entries(window: MainWindow) -> list[Entry]:
    store, link = window.context.store, window.context.link

    def start_anew() -> None:
        store.patch("New experiment", **msgspec.structs.asdict(Experiment()))

    keys = QKeySequence.StandardKey
    return [
        Entry("new", "File", "New experiment", start_anew, "Back to the network and settings of the start", "network",
              keys=(keys.New,)),
        Entry("open-network", "File", "Open network file…", lambda: _choose_network(window),
              "Open a network of your own from a Python file", "code", keys=(keys.Open,)),
        Entry("open-weights", "File", "Open weights…", lambda: _choose_weights(window),
              "Start from the weights of a safetensors file", "open", keys=("Ctrl+Shift+O",)),
        Entry("save-weights", "File", "Save weights…", lambda: _save_weights(window),
              "Write the present weights to a safetensors file", "save", keys=(keys.Save,),
              enabled=lambda: link.state == "running"),
        Entry("save-picture", "File", "Save picture…", lambda: _save_picture(window),
              "Write a picture of the window", "image", keys=("Ctrl+E",), group="picture"),
        Entry("copy-picture", "File", "Copy as image", lambda: _copy_picture(window),
              "Copy a picture of the window", "copy", keys=("Ctrl+Shift+C",), group="picture"),
        Entry("quit", "File", "Quit", window.close, "End the program", "quit", keys=("Ctrl+Q",), group="end"),
    ]  # fmt: skip


def open_path(window: MainWindow, path: Path) -> None:
    """Open a file that was dropped: a network, weights or a picture; say what is accepted where it is none of them."""
    if path.suffix == ".py":
        open_network(window, path)
    elif path.suffix == ".safetensors":
        open_weights(window, path)
    elif QImageReader.imageFormat(str(path)):
        open_picture(window, path)
    else:
        window.notices.say(
            f"{path.name} cannot be opened: drop a network (.py), weights (.safetensors) or a picture (.png, .jpg)."
        )


def open_weights(window: MainWindow, path: Path) -> None:
    """Let the run start from the weights of a file."""
    window.context.store.patch(f"Open {path.name}", weights=str(path))


def open_network(window: MainWindow, path: Path) -> None:
    """Ask whether a network file may run, and let it."""
    from visualizer.ui.trust import TrustDialog  # here: its hashing library is not needed for the first paint

    try:
        dialog = TrustDialog(path, window)
    except UserError as error:
        window.notices.say(str(error))
        return
    dialog.accepted.connect(lambda: _run_network(window, path, dialog.chosen))
    dialog.open()


def _run_network(window: MainWindow, path: Path, name: str) -> None:
    window.context.store.patch(
        f"Open {name} of {path.name}", network=f"{path}:{name}", weights="initial", frozen=(), trusted=True
    )


def _choose_network(window: MainWindow) -> None:
    path, _ = QFileDialog.getOpenFileName(window, "Open a network file", "", NETWORK)
    if path:
        open_network(window, Path(path))


def _choose_weights(window: MainWindow) -> None:
    path, _ = QFileDialog.getOpenFileName(window, "Open weights", "", WEIGHTS)
    if path:
        open_weights(window, Path(path))


def _save_weights(window: MainWindow) -> None:
    name = f"{network_title(window.context.store.experiment.network)}.safetensors"
    path, _ = QFileDialog.getSaveFileName(window, "Save weights", name, WEIGHTS)
    if path:
        window.context.link.send(Save(path))


def _save_picture(window: MainWindow) -> None:
    path, _ = QFileDialog.getSaveFileName(window, "Save picture", "visualizer.png", PICTURE)
    if not path:
        return
    try:
        write_picture(window.grab(), Path(path))
    except UserError as error:
        window.notices.say(str(error))
    else:
        window.notices.say(f"Picture saved as {path}")


def _copy_picture(window: MainWindow) -> None:
    copy(window, window.grab(), "Picture of the window")
