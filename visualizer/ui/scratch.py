"""A folder for what has to outlive an engine, but not the window."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import QLockFile

PREFIX = "visualizer-"
_LOCK = "lock"


class Scratch:
    """A temporary folder, locked as long as the window lives; making one removes those of windows that were killed."""

    def __init__(self) -> None:
        _remove_abandoned()
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX)
        self._lock = _lock_in(Path(self.name))
        self._lock.tryLock(0)

    @property
    def name(self) -> str:
        """Path of the folder."""
        return self._folder.name

    def cleanup(self) -> None:
        """Remove the folder with all in it."""
        self._lock.unlock()
        self._folder.cleanup()


def _lock_in(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # age proves nothing: only the end of its process makes a lock void
    return lock


def _remove_abandoned() -> None:
    """Remove the folders of this user whose lock nobody holds; one without a lock may be about to be locked."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_own(folder) and (folder / _LOCK).is_file():
            lock = _lock_in(folder)
            if lock.tryLock(0):
                shutil.rmtree(folder, ignore_errors=True)  # follows no symbolic link
                lock.unlock()


def _is_own(folder: Path) -> bool:
    """Return whether this is a folder, no symbolic link to one, and of this user."""
    try:
        return folder.is_dir() and not folder.is_symlink() and (os.name == "nt" or folder.stat().st_uid == os.getuid())
    except OSError:
        return False
