"""From the start of the process to the first paint, against an empty window of PySide6 and pyqtgraph."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.report import Ratio, alternate

ROUNDS = 7

WATCH = """
import os, sys
from PySide6.QtCore import QEvent, QObject, QTimer

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))
        return False
"""

PEER = (
    WATCH
    + """
from PySide6.QtWidgets import QApplication
import pyqtgraph
application = QApplication([])
watch = Watch()
application.installEventFilter(watch)
window = pyqtgraph.PlotWidget()
window.resize(1600, 900)
window.show()
application.exec()
"""
)

OURS = (
    WATCH
    + """
from visualizer.core.experiment import Experiment
from visualizer.ui import application
watch = Watch()
create = application.create_application
def watched():
    made = create()
    made.installEventFilter(watch)
    return made
application.create_application = watched
application.run(Experiment(), size=(1600, 900))
"""
)


def run() -> list[Ratio]:
    def start(program: str) -> None:
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": home}
            environment.pop("DISPLAY", None)
            subprocess.run([sys.executable, "-c", program], env=environment, check=True)
        time.sleep(0.3)  # what the last process leaves to the machine is not the next one's

    start(OURS)
    start(PEER)
    times = alternate(lambda: start(OURS), lambda: start(PEER), ROUNDS)
    return [Ratio("first paint / empty PySide6 + pyqtgraph window", times[0] - 0.3, times[1] - 0.3, "s", 1.5)]
