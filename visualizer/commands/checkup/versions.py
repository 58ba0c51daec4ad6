"""Python and the packages."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import visualizer
from visualizer.commands.checkup.finding import Finding

PACKAGES = (
    "torch", "PySide6-Essentials", "numpy", "msgspec", "safetensors", "contourpy", "fast-sugiyama",
    "scikit-learn", "ziamath",
)  # fmt: skip
BROKEN_QT = "6.12.0"


def versions() -> Iterator[Finding]:
    """Name the versions; complain about missing packages and a pair that cannot work."""
    yield Finding("visualizer", visualizer.__version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform()}")
    for package in PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "is missing", f"install it: {sys.executable} -m pip install {package}", fatal=True)
    if sys.version_info < (3, 12) and _version("PySide6-Essentials") == BROKEN_QT:
        yield Finding(
            "PySide6-Essentials",
            f"{BROKEN_QT} aborts on Python before 3.12",
            f"install another: {sys.executable} -m pip install 'PySide6-Essentials!={BROKEN_QT}'",
            fatal=True,
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
