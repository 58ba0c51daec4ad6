"""Qt: can it start, has it a display, does it draw with OpenGL."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from visualizer.commands.checkup.finding import Finding
from visualizer.commands.checkup.probes import Answer, ask

# What Qt needs beside its wheel on Debian and Ubuntu.
DEBIAN = (
    "libegl1 libgl1 libglx0 libgl1-mesa-dri libfontconfig1 libfreetype6 libglib2.0-0 libdbus-1-3 libxkbcommon0 "
    "libxkbcommon-x11-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1"
)


def display() -> Iterator[Finding]:
    """Start Qt in a child process, on the display if there is one."""
    if has_display():
        answer = ask("probe_qt")
    else:
        yield Finding("display", "there is none", "a window needs one (ssh -X, Xvfb); --screenshot works without")
        answer = ask("probe_qt", QT_QPA_PLATFORM="offscreen")
    platform = answer.facts.get("platform")
    if platform is None:
        yield Finding("Qt", f"does not start: {answer.failure}", _remedy(answer), fatal=True)
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


def _remedy(answer: Answer) -> str:
    library = re.search(r"(lib[\w.+-]+\.so[.\d]*)", answer.failure)
    missing = f"the library {library[1]} is missing; " if library else ""
    return f"{missing}on Debian and Ubuntu: sudo apt-get install {DEBIAN}"
