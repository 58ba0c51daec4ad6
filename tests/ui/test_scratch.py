"""The window's temporary folder: gone with it, and with the next window where it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from visualizer.ui.scratch import PREFIX, Scratch

LIVES = "from visualizer.ui.scratch import Scratch; kept = Scratch(); print(kept.name, flush=True); input()"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_with_its_window(temporary: Path) -> None:
    scratch = Scratch()
    Path(scratch.name, "checkpoint").write_text("state")
    scratch.cleanup()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor user ids")
def test_only_the_folder_of_a_killed_window_of_this_user_is_removed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = subprocess.Popen([sys.executable, "-c", LIVES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    folder = Path(window.stdout.readline().strip())
    (folder / "checkpoint").write_text("state")
    Scratch().cleanup()
    assert (folder / "checkpoint").read_text() == "state"
    os.kill(window.pid, signal.SIGKILL)
    window.communicate()
    with monkeypatch.context() as patched:
        patched.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
        Scratch().cleanup()
    assert (folder / "checkpoint").exists(), "it could be that of another user"
    Scratch().cleanup()
    assert not folder.exists()


def test_what_is_no_abandoned_folder_stays(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").write_text("")
    (temporary / f"{PREFIX}link").symlink_to(elsewhere)
    (temporary / f"{PREFIX}unlocked").mkdir()
    (temporary / f"{PREFIX}file").write_text("")
    before = sorted(temporary.rglob("*"))
    Scratch().cleanup()
    assert sorted(temporary.rglob("*")) == before
