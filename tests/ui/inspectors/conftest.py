from __future__ import annotations

import pytest

from tests.ui.inspectors.shown import LENET, MLP, RESNET, configured
from visualizer.core.frames import Frame
from visualizer.engine.session import TrainingSession


@pytest.fixture(scope="module")
def resnet() -> tuple[TrainingSession, list[Frame]]:
    return configured(RESNET)


@pytest.fixture(scope="module")
def mlp() -> tuple[TrainingSession, list[Frame]]:
    return configured(MLP, steps=20)


@pytest.fixture(scope="module")
def lenet() -> tuple[TrainingSession, list[Frame]]:
    return configured(LENET)
