"""Fixtures of the tests of the engine."""

from __future__ import annotations

import pytest

from visualizer.engine.session import TrainingSession


@pytest.fixture
def session() -> TrainingSession:
    """A session that nothing was configured in yet."""
    return TrainingSession()
