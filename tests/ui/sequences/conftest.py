from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.conftest import Stage
from tests.ui.sequences.shown import recurrent
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame
from visualizer.core.topics.sequences import Unrolled
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import sequences

Build = Callable[..., Stage]
Frames = Callable[..., list[Frame]]


@pytest.fixture(scope="session")
def unrolled() -> Callable[..., Unrolled]:
    """Frames of the real engine."""
    known: dict[Experiment, Unrolled] = {}

    def make(experiment: Experiment) -> Unrolled:
        if experiment not in known:
            session = TrainingSession()
            session.configure(experiment)
            session.record(0)
            known[experiment] = sequences.sequence(session)
        return known[experiment]

    return make


@pytest.fixture
def opened(stage: Build, real_frames: Frames, unrolled: Callable[..., Unrolled]) -> Callable[..., Stage]:
    """A window on the page, with everything it needs."""

    def build(experiment: Experiment | None = None) -> Stage:
        wanted = experiment or recurrent()
        scene = stage(wanted)
        scene.deliver(*real_frames(wanted))
        scene.context.store.look(page="sequence")
        scene.deliver(unrolled(wanted))
        return scene

    return build
