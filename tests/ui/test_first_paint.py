"""Before the first paint nothing is imported that it does not show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LATER = (
    "ziamath",
    "visualizer.ui.palette",
    "visualizer.ui.all_maps",
    "visualizer.ui.chain_rule.weight_card",
    "visualizer.ui.code.code_card",
    "visualizer.ui.explanations.explanation_card",
    "visualizer.ui.inspectors.column",
    "visualizer.ui.views.train_page",
)

PROGRAM = f"""
import sys
from visualizer.core.experiment import Experiment
from visualizer.ui import application
from visualizer.ui.main_window import MainWindow
made = application.create_application()
window = MainWindow(application.create_context(Experiment()))
window.show()
made.processEvents()
assert not window.grab().isNull()
print([name for name in {LATER!r} if name in sys.modules])
"""


def test_what_is_not_seen_at_first_is_not_imported_at_first(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    environment.pop("DISPLAY", None)
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
