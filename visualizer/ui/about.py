"""What this program is, whose work it holds, and what it runs on."""

from __future__ import annotations

import platform
import sys

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

import visualizer
from visualizer.core import catalogue
from visualizer.core.frames import Ready
from visualizer.ui import log
from visualizer.ui.context import Context


def show(parent: QWidget) -> None:
    """Open the dialog with version, licences and the origin of the data."""
    box = QMessageBox(parent)
    box.setWindowTitle("About visualizer")
    box.setText(f"visualizer {visualizer.__version__}: deep learning, seen. MIT licence.")
    box.setInformativeText(credits_text())
    box.open()


def credits_text() -> str:
    """Return who made the data, the networks and the typefaces."""
    data = [f"{entry.title}: {entry.source}; {entry.licence}" for entry in catalogue.DATASETS]
    networks = [f"{entry.title}: {entry.source}" for entry in catalogue.NETWORKS]
    fonts = ["Inter and JetBrains Mono: SIL Open Font License 1.1", "DejaVu Sans: Bitstream Vera licence"]
    return "\n\n".join("\n".join(lines) for lines in (data, networks, fonts))


def copy_system_info(context: Context) -> None:
    """Copy versions and the last lines of the log."""
    ready = context.link.latest(Ready)
    engine = ready.versions if ready is not None else {}
    lines = [
        f"visualizer {visualizer.__version__}",
        f"{platform.platform()}, Python {sys.version.split()[0]}",
        f"PySide6 {PySide6.__version__}, Qt {qVersion()}, platform {QGuiApplication.platformName()}",
        f"engine {context.link.state}: " + ", ".join(f"{name} {version}" for name, version in engine.items()),
        "",
        log.last_lines(),
    ]
    QGuiApplication.clipboard().setText("\n".join(lines))
