"""The data page of points shows all that is held out, and rings the sample that is looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ui.conftest import MLP, Stage
from visualizer.core.frames import Frame
from visualizer.core.messages import Browse
from visualizer.engine.session import TrainingSession
from visualizer.ui.views.sample_plane import SamplePlane


def test_all_points_that_are_held_out_are_shown(
    stage: Callable[..., Stage], real_frames: Callable[..., list[Frame]]
) -> None:
    session = TrainingSession()
    session.configure(MLP)
    held_out = len(session.browse(0, 10_000).inputs)
    built = stage(MLP)
    built.deliver(*real_frames(MLP))
    built.context.store.look(page="data", sample=held_out - 1)
    plane = built.window.pages.currentWidget().findChild(SamplePlane)
    asked = 0
    while (wanted := [c for c in built.sent if isinstance(c, Browse)])[asked:]:
        asked += 1
        built.deliver(session.browse(wanted[asked - 1].start, wanted[asked - 1].count))
    assert len(plane._points()) == held_out > 128
    assert not plane.grab().isNull()
    last = session.browse(held_out - 1, 1).inputs[0]
    assert plane._words(held_out - 1).startswith("upper (") or plane._words(held_out - 1).startswith("lower (")
    assert plane._number(1).question.index == (1,)
    assert float(plane._number(1).hover.splitlines()[1].replace("−", "-")) == pytest.approx(float(last[1]))
