"""From the start of the process to the first paint, against an empty window of PySide6 and pyqtgraph.

Both start a second time: their modules, and those of all libraries, are compiled already.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from benchmarks.report import Ratio, alternate

ROUNDS = 7
PAUSE = 0.3  # seconds

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
    with tempfile.TemporaryDirectory() as bytecode:
        ours, peer = (lambda: _start(OURS, bytecode)), (lambda: _start(PEER, bytecode))
        ours()  # the first start of either compiles it, whatever was compiled before
        peer()
        times = alternate(ours, peer, ROUNDS)
    return [Ratio("first paint / empty PySide6 + pyqtgraph window", times[0] - PAUSE, times[1] - PAUSE, "s", 1.5)]


def _start(program: str, bytecode: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": home}
        environment |= {"PYTHONPYCACHEPREFIX": bytecode}
        for name in ("DISPLAY", "PYTHONDONTWRITEBYTECODE"):
            environment.pop(name, None)
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    time.sleep(PAUSE)  # what the last process leaves to the machine is not the next one's
