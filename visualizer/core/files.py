"""Files to be written: whether that can be done, and how they are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from visualizer.core.errors import UserError, one_line, reason_of


def is_file(path: Path) -> bool:
    """Return whether this is an ordinary file; a pipe would wait for ever, a path may be no path at all."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, a zero inside
        return False


def check_writable(path: Path) -> None:
    """Raise UserError, saying why, where a file could not be written."""
    try:
        _check_place(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{one_line(str(path))[:80]} cannot be written: {reason_of(error)}.") from None


def _check_place(path: Path) -> None:
    if Path(os.path.realpath(path)).is_symlink():
        raise UserError(f"{path} cannot be written: its links lead in a circle.")
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
    """Write a file whose old content stays until the new one is on the disk; raise UserError where that fails.

    A link stays, what it leads to is written; a device or a pipe is no file to be replaced.
    """
    check_writable(path)
    try:
        place = Path(os.path.realpath(path))
        temporary = place.with_name(f".visualizer-{os.getpid()}.part")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, place)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # ValueError: no path at all
        said = getattr(error, "strerror", None) or reason_of(error)
        raise UserError(f"{one_line(str(path))} cannot be written: {said}.") from error
