from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from visualizer.core.errors import UserError
from visualizer.core.files import check_writable, write_atomically


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_atomically(tmp_path / "link", b"first")
    write_atomically(tmp_path / "link", b"second")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").read_bytes() == b"second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_the_longest_name_that_a_file_may_have_is_one(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_atomically(path, b"data")
    assert path.read_bytes() == b"data"


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes and links")
@pytest.mark.parametrize("write", [check_writable, lambda path: write_atomically(path, b"data")])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pipe", "no ordinary file"),
        ("circle", "circle"),
        ("folder", "folder"),
        ("none/file", "no folder"),
        ("x" * 300, "too long"),
        ("a\0b", "null"),
    ],
)
def test_what_cannot_be_a_file_is_neither_replaced_nor_written(tmp_path: Path, write, name: str, words: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "circle")
    (tmp_path / "folder").mkdir()
    before = {path.name: path.lstat().st_mode for path in tmp_path.iterdir()}
    with pytest.raises(UserError, match=words):
        write(tmp_path / name)
    assert {path.name: path.lstat().st_mode for path in tmp_path.iterdir()} == before
