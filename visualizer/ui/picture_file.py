"""A picture as a PNG file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPixmap

from visualizer.core.files import check_picture_name, write_atomically


def write_picture(picture: QPixmap, path: Path) -> None:
    """Write a picture whole or not at all; raise UserError, saying why, where that fails."""
    check_picture_name(path)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    write_atomically(path, buffer.data().data())
