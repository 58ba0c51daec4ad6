"""Files to be written: whether that can be done, and how they are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from visualizer.core.errors import UserError


def check_writable(path: Path) -> None:
    """Raise UserError, saying why, where a file could not be written."""
    if path.is_dir():
        raise UserError(f"{path} cannot be written: it is a folder.")
    if path.exists() and not path.is_file():
        raise UserError(f"{path} cannot be written: it is no ordinary file.")
    if not path.parent.is_dir():
        raise UserError(f"{path} cannot be written: there is no folder {path.parent}.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UserError(f"{path} cannot be written: you have no right to write there.")


def check_picture_name(path: Path) -> None:
    """Raise UserError unless this is the name of a PNG file."""
    if path.suffix.lower() != ".png":
        raise UserError(f"The picture {path} cannot be written: its name has to end in .png.")


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whose old content stays until the new one is on the disk; raise UserError where that fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}.") from error
