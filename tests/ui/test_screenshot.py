"""The picture of the opening scene, and how it gets into a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPixmap
from pytestqt.qtbot import QtBot

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.ui import application
from visualizer.ui.main_window import MainWindow
from visualizer.ui.picture_file import write_picture
from visualizer.ui.screenshot import Screenshot

WRONG = """
from torch import nn

class Wrong(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 5), nn.Tanh(), nn.Linear(4, 2))
"""


def test_a_network_that_breaks_off_is_photographed_as_far_as_it_ran(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(WRONG)
    experiment = Experiment(network=f"{tmp_path / 'own.py'}:Wrong", dataset="moons", weights="initial", trusted=True)
    window = MainWindow(application.create_context(experiment, "dark"))
    qtbot.addWidget(window)
    drawn = []
    grab = window.grab
    window.grab = lambda: drawn.append(window.pages.network.canvas.view.drawing) or grab()
    with pytest.raises(UserError, match="takes 4 features, but gets 5"):
        Screenshot(window, tmp_path / "scene.png").take()
    assert QImage(str(tmp_path / "scene.png")).size() == window.size()
    assert list(drawn[0].trunk.plans) == ["input", "0", "1", "2"]


def test_what_was_never_drawn_is_not_photographed(qtbot: QtBot, tmp_path: Path) -> None:
    window = MainWindow(application.create_context(Experiment(weights=str(tmp_path / "none.safetensors")), "dark"))
    qtbot.addWidget(window)
    with pytest.raises(UserError, match="There is no file"):
        Screenshot(window, tmp_path / "scene.png").take()
    assert list(tmp_path.glob("*.png")) == []


def test_a_picture_is_written_whole_or_not_at_all(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scene.png"
    path.write_bytes(b"the old one")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_with_a_full_disk)
        with pytest.raises(UserError, match="No space left on device"):
            write_picture(QPixmap(3, 2), path)
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.glob("*scene*")] == ["scene.png"]
    write_picture(QPixmap(3, 2), path)
    assert QImage(str(path)).size() == QSize(3, 2)


def fail_with_a_full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
