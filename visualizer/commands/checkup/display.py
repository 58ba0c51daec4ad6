"""Qt: can it start, has it a display, does it draw with OpenGL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from visualizer.commands.checkup.finding import Finding
from visualizer.commands.checkup.libraries import missing_packages
from visualizer.commands.checkup.probes import Answer, ask


def display() -> Iterator[Finding]:
    """Start Qt in a child process, on the display if there is one."""
    answer = ask("probe_qt") if has_display() else Answer({}, "there is none")
    if "platform" not in answer.facts and not _missing_packages():
        without = ask("probe_qt", QT_QPA_PLATFORM="offscreen")
        if "platform" in without.facts:
            yield Finding("display", answer.failure, "a window needs one (ssh -X, Xvfb); --screenshot works without")
            answer = without
    platform = answer.facts.get("platform")
    if platform is None:
        yield Finding("Qt", f"does not start: {answer.failure}", _remedy(), fatal=True)
        return
    yield Finding("Qt platform", platform)
    if platform == "offscreen":
        yield Finding("OpenGL", "not tried without a display")
    elif answer.facts.get("opengl"):
        yield Finding("OpenGL", answer.facts["opengl"])
    else:
        yield Finding("OpenGL", "does not draw", "nothing needs it yet; on Debian and Ubuntu install libgl1-mesa-dri")


def has_display() -> bool:
    """Return whether a window could be shown; only Linux and its relatives can be without."""
    wanted = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in wanted)


def _missing_packages() -> list[str]:
    return missing_packages() if sys.platform.startswith("linux") else []


def _remedy() -> str:
    packages = _missing_packages()
    if packages:
        return f"system libraries are missing; on Debian and Ubuntu: sudo apt-get install {' '.join(packages)}"
    return f"install Qt again: {sys.executable} -m pip install --force-reinstall PySide6-Essentials"
