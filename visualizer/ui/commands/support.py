"""Help: keys, about, log, system info."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.ui import about, log
from visualizer.ui.actions import Entry

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    def copy_system_info() -> None:
        about.copy_system_info(window.context)
        window.notices.say("System info and log copied")

    def open_logs() -> None:
        if not log.open_folder():
            window.notices.say(f"The log files lie in {log.folder()}; no file manager has opened it.")

    return [
        Entry("keys", "Help", "Keyboard shortcuts", lambda: window.keys_help.open(), "All keys on one page", "help",
              keys=("F1", "?")),
        Entry("log-folder", "Help", "Open log folder", open_logs, "Show where the log files lie", "open",
              group="report"),
        Entry("system-info", "Help", "Copy system info", copy_system_info,
              "Copy versions and the last lines of the log, to be pasted into a report", "copy", group="report"),
        Entry("about", "Help", "About visualizer", lambda: about.show(window), "Version, licences, origin of the data",
              "info", group="about"),
    ]  # fmt: skip
