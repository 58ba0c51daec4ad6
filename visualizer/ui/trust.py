"""The question before a network file runs: which file, which network in it, and whether it is trusted."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.errors import UserError
from visualizer.ui.theme import font


class TrustDialog(QDialog):
    """Names a file and its SHA-256 and asks; raises UserError for a file in which there is no network to choose."""

    def __init__(self, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        source = _read(path)
        self.setWindowTitle("Run this file?")
        self._names = QComboBox()
        self._names.addItems(names_in(source, path))
        self._names.setAccessibleName("Network in the file")
        words = QLabel(
            "Opening a network file runs it as a program, with your rights: it can read, change and send whatever "
            "you can. Go on only if you know where it comes from."
        )
        words.setWordWrap(True)
        words.setFont(font(13))
        form = QFormLayout()
        form.addRow("File", _fact(str(path)))
        form.addRow("SHA-256", _fact(hashlib.sha256(source).hexdigest()))
        form.addRow("Network", self._names)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        run = buttons.addButton("Trust and run", QDialogButtonBox.ButtonRole.AcceptRole)
        run.setToolTip("Run this file now")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setDefault(True)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.setMinimumWidth(560)

    @property
    def chosen(self) -> str:
        """The name of the class or function that gives the network."""
        return self._names.currentText()


def names_in(source: bytes, path: Path) -> list[str]:
    """Return the classes of a file, then its functions, read without running it."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError) as error:
        raise UserError(f"{path.name} is no Python file that can be read: {error}.") from None
    classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    if not classes and not functions:
        raise UserError(f"{path.name} holds no class and no function that could give a network.")
    return classes[::-1] + functions


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


def _fact(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(font(11, mono=True))
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
