"""How tests drive a command, and what they expect of one that goes wrong."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from visualizer.core import catalogue

ROOT = Path(__file__).resolve().parents[2]
IDS = [entry.id for entry in catalogue.NETWORKS]


def fails(result, *words):
    """A user's mistake: exit code 2 and one sentence without a traceback."""
    code, shown, err = result
    assert code == 2 and shown is None
    assert err.startswith("visualizer: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for word in words:
        assert word in err


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100, **options
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
