"""JSON for programs on stdout, and nothing else there."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from visualizer.core.files import check_picture_name, check_writable


@contextlib.contextmanager
def only_json() -> Iterator[Callable[[Any], None]]:
    """Give a function that takes what is printed as JSON on stdout at the end; all else until then goes to stderr.

    A stranger's network may print while it is built or runs, also past Python's own streams.
    """
    shown: list[Any] = []
    with contextlib.redirect_stdout(sys.stderr), _descriptor_on_stderr():
        yield shown.append
    for value in shown:
        print(json.dumps(value, indent=2, allow_nan=False))


@contextlib.contextmanager
def _descriptor_on_stderr() -> Iterator[None]:
    """Let the descriptor of stdout lead to stderr, where both are open."""
    try:
        os.fstat(2)
        stdout = os.dup(1)
    except OSError:
        yield
        return
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def writable(text: str) -> Path:
    """Return the path of a file to be written; raise UserError where that could not be done."""
    path = Path(text)
    check_writable(path)
    return path


def picture(text: str) -> Path:
    """Return the path of a PNG file to be written; raise UserError where that could not be done."""
    check_picture_name(Path(text))
    return writable(text)
