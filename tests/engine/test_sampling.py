from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.test_session import MLP, assert_same, parameters, session_of
from visualizer.engine import sampling
from visualizer.engine.sampling import Sampling


class Clock:
    now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sampling, "time", clock)
    return clock


def picked(clock: Clock, step_seconds: float, steps: int) -> list[int]:
    picks, found = Sampling(), []
    for step in range(steps):
        if picks.is_due(sampling.FIRST + step, math.inf):
            found.append(step)
        clock.now += step_seconds
    return found


def test_fast_steps_are_measured_fifty_times_a_second(clock: Clock) -> None:
    assert len(picked(clock, 0.0005, 2000)) == pytest.approx(50, abs=2)


def test_the_first_steps_of_a_run_are_all_measured(clock: Clock) -> None:
    picks = Sampling()
    assert all(picks.is_due(step, math.inf) for step in range(sampling.FIRST))
    assert not picks.is_due(sampling.FIRST, math.inf)


def test_slow_steps_are_all_measured(clock: Clock) -> None:
    assert picked(clock, 0.025, 50) == list(range(50))


def test_while_training_goes_on_only_whole_rows_are_kept_and_each_is_that_of_its_step(clock: Clock) -> None:
    every, some = session_of(MLP), session_of(MLP)
    truth = [every.step() for _ in range(150)]
    way = some.train(math.inf)
    for _ in range(150):
        next(way)
        clock.now += sampling.EVERY / 7.5  # so every eighth step is due
    frame = some.metrics()
    assert frame is not None
    due = [
        result.step
        for result in truth
        if result.step < sampling.FIRST or result.step % 8 == 7 or not math.isnan(result.validation_loss)
    ]
    assert frame.steps.tolist() == due
    for name in ("loss", "accuracy", "validation_loss", "gradient_norms"):
        expected = np.array([getattr(truth[step], name) for step in due], np.float32)
        np.testing.assert_array_equal(getattr(frame, name), expected)
    assert_same(parameters(some), parameters(every))


def test_the_last_steps_before_a_stop_are_all_measured(clock: Clock) -> None:
    session = session_of(MLP)
    end = sampling.FIRST + 50 + sampling.LAST
    for _ in session.train(end):
        pass
    frame = session.metrics()
    assert frame is not None
    assert frame.steps.tolist()[-sampling.LAST :] == list(range(end - sampling.LAST, end))
    assert len(frame.steps) < end
