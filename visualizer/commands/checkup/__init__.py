"""What `visualizer doctor` looks at, one file for each subject: functions that yield findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from visualizer.commands.checkup.computing import computing
from visualizer.commands.checkup.display import display
from visualizer.commands.checkup.files import files
from visualizer.commands.checkup.finding import Finding
from visualizer.commands.checkup.versions import versions

CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (versions, display, computing, files)
