"""Takes the recorded pass along as a program: to the clipboard or into a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from visualizer.core.frames import Frame, Problem
from visualizer.core.messages import WriteScript
from visualizer.core.topics.chain_rule import Script
from visualizer.ui.context import Context
from visualizer.ui.form import Complain
from visualizer.ui.link import Link


class Scripts(QObject):
    """Asks the engine for the program and says what became of it."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._link = link
        self._say: Callable[[str], object] = lambda sentence: None
        link.arrived.connect(self._receive)

    def tell(self, say: Complain) -> None:
        """Say everything there from now on."""
        self._say = say

    def copy(self) -> None:
        """Put the program on the clipboard when it comes."""
        self._link.send(WriteScript())

    def save(self, parent: QWidget) -> None:
        """Ask for a file and let the engine write the program there, large weights beside it."""
        path, _ = QFileDialog.getSaveFileName(parent, "Save script", "pass.py", "Python programs (*.py)")
        if path:
            self._link.send(WriteScript(path))

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Script):
            self._tell(frame)
        elif isinstance(frame, Problem) and frame.command == WriteScript.__name__:
            self._say(frame.sentence)

    def _tell(self, script: Script) -> None:
        if not script.path:
            QGuiApplication.clipboard().setText(script.text)
            self._say("The pass is on the clipboard as a program that needs only torch")
            return
        beside = f", its weights beside it as {Path(script.weights_path).name}" if script.weights_path else ""
        self._say(f"Script saved as {script.path}{beside}")


def scripts(context: Context) -> Scripts:
    """Return the scripts of a window, made when they are first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Scripts, "", children) or Scripts(context.link)
