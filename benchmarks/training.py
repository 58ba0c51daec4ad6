"""Training speed with the window open and playing, against the engine without a window."""

from __future__ import annotations

import statistics
import time

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks import engine
from benchmarks.report import Ratio
from tests.gallery.stage import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Status
from visualizer.core.messages import Pause, Play

ROUNDS, SECONDS = 5, 4.0
EXPERIMENTS = (
    Experiment(network="mlp", dataset="moons", weights="initial"),
    Experiment(network="resnet20", dataset="mnist", weights="initial"),
)


def run() -> list[Ratio]:
    return [_ratio(experiment) for experiment in EXPERIMENTS]


def _ratio(experiment: Experiment) -> Ratio:
    ours, peer = [], []
    with Stage(experiment) as stage, engine.running(experiment) as headless:
        for _ in range(ROUNDS):
            ours.append(_steps_per_second(stage))
            peer.append(headless.steps_per_second(SECONDS, observing=False)[0])
    return Ratio(
        f"{experiment.network}: training with the window / without",
        statistics.median(ours),
        statistics.median(peer),
        "steps/s",
        0.9,
        at_least=True,
    )


def _steps_per_second(stage: Stage) -> float:
    seen: list[tuple[float, int]] = []

    def note(frame: object) -> None:
        if isinstance(frame, Status) and frame.training and frame.step:
            seen.append((time.perf_counter(), frame.step))

    stage.context.link.arrived.connect(note)
    stage.send(Play())
    stage.context.player.start()
    stage.context.player.play()
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * SECONDS), loop.quit)
    loop.exec()
    stage.send(Pause())
    stage.context.link.arrived.disconnect(note)
    stage.until(lambda: not stage.last[Status].training)
    (first, start), (last, end) = seen[0], seen[-1]
    return (end - start) / (last - first)
