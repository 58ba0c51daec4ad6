"""How often checkpoints are written and how fast training is said to be, by a clock of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from visualizer.core.errors import UserError
from visualizer.core.frames import Checkpoint, Frame, Problem
from visualizer.engine import reporting
from visualizer.engine.reporting import CHECKPOINT_EVERY, CHECKPOINT_SHARE, CHECKPOINT_STEPS, Checkpoints, Pace


class Run:
    """A session that only counts, and the time that passes meanwhile."""

    def __init__(self) -> None:
        self.steps_done, self.now = 0, 1000.0
        self.cost = 0.0
        self.full = False
        self.sent: list[Frame] = []

    def perf_counter(self) -> float:
        return self.now

    def checkpoint(self, path: Path) -> Checkpoint:
        self.now += self.cost
        if self.full:
            raise UserError("The disk is full.")
        return Checkpoint(str(path), self.steps_done)

    @property
    def written(self) -> list[int]:
        return [frame.step for frame in self.sent if isinstance(frame, Checkpoint)]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    run = Run()
    monkeypatch.setattr(reporting, "time", run)
    return run


@pytest.fixture
def checkpoints(run: Run, tmp_path: Path) -> Checkpoints:
    checkpoints = Checkpoints(run, run.sent.append, tmp_path)
    checkpoints.restart()
    return checkpoints


def train(run: Run, checkpoints: Checkpoints, steps: int, seconds: float) -> None:
    run.steps_done += steps
    run.now += seconds
    checkpoints.while_training()


def test_a_checkpoint_takes_both_enough_steps_and_enough_time(run: Run, checkpoints: Checkpoints) -> None:
    train(run, checkpoints, CHECKPOINT_STEPS, CHECKPOINT_EVERY / 2)
    train(run, checkpoints, 1, CHECKPOINT_EVERY)
    train(run, checkpoints, CHECKPOINT_STEPS - 1, CHECKPOINT_EVERY)
    train(run, checkpoints, 1, 0.0)
    assert run.written == [CHECKPOINT_STEPS + 1, 2 * CHECKPOINT_STEPS + 1]


def test_a_run_that_begins_anew_is_counted_anew(run: Run, checkpoints: Checkpoints) -> None:
    train(run, checkpoints, 5000, CHECKPOINT_EVERY)
    run.steps_done = 0
    checkpoints.restart()
    train(run, checkpoints, CHECKPOINT_STEPS, CHECKPOINT_EVERY)
    assert run.written == [5000, CHECKPOINT_STEPS]


def test_writing_takes_a_small_share_of_the_time(run: Run, checkpoints: Checkpoints) -> None:
    run.cost = 1.0
    began = run.now
    while run.now < began + 500:
        train(run, checkpoints, CHECKPOINT_STEPS, 0.5)
    assert len(run.written) > 5
    assert run.cost * (len(run.written) - 1) <= CHECKPOINT_SHARE * (run.now - began)


def test_at_rest_only_what_has_changed_is_written(run: Run, checkpoints: Checkpoints) -> None:
    run.now += CHECKPOINT_EVERY
    checkpoints.at_rest()
    run.steps_done = 1
    checkpoints.at_rest()
    run.now += CHECKPOINT_EVERY
    checkpoints.at_rest()
    assert run.written == [1]


def test_a_full_disk_is_told_once(run: Run, checkpoints: Checkpoints) -> None:
    run.full = True
    for _ in range(3):
        train(run, checkpoints, CHECKPOINT_STEPS, CHECKPOINT_EVERY)
    (problem,) = run.sent
    assert isinstance(problem, Problem)
    assert problem.sentence == "The disk is full. No further checkpoints are written."


def test_the_pace_is_that_of_the_last_second() -> None:
    pace = Pace()
    pace.note(0.0, 0)
    assert pace.steps_per_second == 0.0
    for tenth in range(1, 31):
        pace.note(tenth / 10, 10 * tenth)
    assert pace.steps_per_second == pytest.approx(100.0)
    for tenth in range(31, 51):
        pace.note(tenth / 10, 300 + (tenth - 30))
    assert pace.steps_per_second == pytest.approx(10.0)
