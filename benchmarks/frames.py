"""Gaps between the window's frames while the engine trains, against the same window at rest; both play a pass."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.report import Ratio
from tests.gallery.stage import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.messages import Pause, Play

ROUNDS, SECONDS = 3, 6.0


def run() -> list[Ratio]:
    with Stage(Experiment()) as stage:
        _gaps(stage)
        resting, training = [], []
        for _ in range(ROUNDS):
            resting += _gaps(stage)
            stage.send(Play())
            training += _gaps(stage)
            stage.send(Pause())
    rate = 1000 / float(np.mean(training))
    return [
        Ratio(
            "p99 frame gap while training / at rest",
            float(np.percentile(training, 99)),
            float(np.percentile(resting, 99)),
            "ms",
            1.5,
            note=f"({rate:.0f} frames a second while training)",
        )
    ]


def _gaps(stage: Stage) -> list[float]:
    """Return the milliseconds between the frames of some seconds of playing."""
    player, loop = stage.context.player, QEventLoop()
    moments: list[float] = []
    player.moved.connect(lambda scene: moments.append(time.perf_counter()))
    player.pause()
    player.start()
    player.play()
    QTimer.singleShot(round(1000 * SECONDS), loop.quit)
    loop.exec()
    player.pause()
    player.moved.disconnect()
    return list(1000 * np.diff(moments[5:]))
