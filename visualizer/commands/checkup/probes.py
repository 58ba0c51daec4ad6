"""Trying things out in a child process, as Qt, OpenGL and torch may end the process that tries them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import visualizer

PATIENCE = 120  # seconds; importing torch takes a few on a slow disk


@dataclass(frozen=True)
class Answer:
    """The facts that a probe printed before it ended, and its words where it did not end well."""

    facts: dict[str, Any]
    failure: str


def ask(probe: str, **environment: str) -> Answer:
    """Run the probe module of this name in a child process."""
    root = str(Path(visualizer.__file__).resolve().parent.parent)
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    try:
        ended = subprocess.run(
            [sys.executable, "-m", f"visualizer.commands.checkup.{probe}"],
            env={**os.environ, "PYTHONPATH": paths, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer({}, f"no answer in {PATIENCE} seconds")
    facts: dict[str, Any] = {}
    for line in ended.stdout.splitlines():
        facts.update(json.loads(line))
    if ended.returncode == 0:
        return Answer(facts, "")
    words = [line for line in ended.stderr.splitlines() if line.strip()]
    return Answer(facts, " ".join(words[:2]) or f"it ended with code {ended.returncode}")
