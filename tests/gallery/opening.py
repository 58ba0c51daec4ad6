"""The scene that is compared with what was kept: pretrained ResNet-20, the first digit, a third of the way forward."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage

from tests.gallery.stage import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.timeline import SceneState, Timeline
from visualizer.engine.session import TrainingSession

GOLDEN = Path(__file__).parent / "golden"
EXPERIMENT = Experiment(network="resnet20", dataset="mnist", weights="pretrained", frozen=("stem",))
SIZE = (1280, 720)


def scene_states() -> list[SceneState]:
    """Return the states of the opening pass at instants spread over it."""
    session = TrainingSession()
    session.configure(EXPERIMENT)
    recording = session.record(0)
    timeline = Timeline(
        recording.graph, recording.forward_order, recording.backward_order, recording.parameter_gradients.keys()
    )
    return [timeline.at(timeline.duration * part / 24) for part in range(25)]


def opening_picture() -> QImage:
    """Return the window in the middle of the eighth layer."""
    with Stage(EXPERIMENT, SIZE) as stage:
        stage.seek("forward", 8, 0.3)
        return stage.picture()
