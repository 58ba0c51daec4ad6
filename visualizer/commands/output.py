"""JSON for programs on stdout, and nothing else there."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from visualizer.core.files import check_picture_name, check_writable


@contextlib.contextmanager
def only_json() -> Iterator[Callable[[Any], None]]:
    """Give a function that prints JSON on stdout; whatever else is printed meanwhile goes to stderr.

    A stranger's network may print while it is built or runs.
    """
    stdout = sys.stdout

    def show(value: Any) -> None:
        print(json.dumps(value, indent=2, allow_nan=False), file=stdout)

    with contextlib.redirect_stdout(sys.stderr):
        yield show


def writable(text: str) -> Path:
    """Return the path of a file to be written; raise UserError where that could not be done."""
    path = Path(text)
    check_writable(path)
    return path


def picture(text: str) -> Path:
    """Return the path of a PNG file to be written; raise UserError where that could not be done."""
    check_picture_name(Path(text))
    return writable(text)
