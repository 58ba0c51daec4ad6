"""Every step of a run can be reached again, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.engine.history import KEYFRAMES, RECENT, History, Snapshot
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import State
from visualizer.engine.trajectory import SNAPSHOTS, Trajectory

MLP = Experiment(network="mlp", dataset="moons", weights="initial", learning_rate=0.02)
LENET = Experiment(network="lenet", dataset="mnist", weights="initial", batch_size=8)
NOISY = """
from torch import nn

class Noisy(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.ReLU(), nn.Linear(6, 2))
"""


def state(session: TrainingSession) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in session.network.state_dict().items()}


def go(session: TrainingSession, step: int) -> None:
    for _ in session.seek(step):
        pass
    assert session.steps_done == step


def trained(experiment: Experiment, steps: int) -> tuple[TrainingSession, list[dict[str, bytes]], list[float]]:
    session = TrainingSession()
    session.configure(experiment)
    states, losses = [state(session)], []
    for _ in range(steps):
        losses.append(session.step().loss)
        states.append(state(session))
    return session, states, losses


@pytest.mark.parametrize(("experiment", "steps"), [(MLP, 120), (LENET, 12), (patch(LENET, optimizer="sgd"), 12)])
def test_seeking_gives_the_same_bits(experiment: Experiment, steps: int) -> None:
    session, states, losses = trained(experiment, steps)
    for target in (steps - 1, steps // 2, 1, 0, steps // 3, steps, 2):
        go(session, target)
        assert state(session) == states[target]
    assert [session.step().loss for _ in range(2, steps)] == losses[2:]
    assert state(session) == states[steps]


def test_seeking_brings_back_running_statistics_and_dropout_masks(tmp_path: Path) -> None:
    path = tmp_path / "own.py"
    path.write_text(NOISY)
    experiment = patch(MLP, network=f"{path}:Noisy", trusted=True)
    session, states, losses = trained(experiment, 20)
    for target in (19, 7, 0, 13):
        go(session, target)
        assert state(session) == states[target]
    assert [session.step().loss for _ in range(13, 20)] == losses[13:]
    assert state(session) == states[20]


def test_live_changes_are_made_again_on_a_replay() -> None:
    session = TrainingSession()
    session.configure(MLP)
    changes = {
        4: {"learning_rate": 0.1}, 7: {"frozen": ("hidden1",)}, 9: {"frozen": ()}, 12: {"optimizer": "sgd"},
    }  # fmt: skip
    states = []
    for step in range(16):
        if step in changes:
            session.configure(patch(session.experiment, **changes[step]))
        states.append(state(session))
        session.step()
    last = session.experiment
    for target in (15, 10, 8, 5, 2):
        go(session, target)
        assert state(session) == states[target]
        assert session.experiment == last


def test_after_seeking_back_the_present_experiment_counts() -> None:
    session, states, _ = trained(MLP, 6)
    session.configure(patch(MLP, frozen=("*",)))
    go(session, 3)
    for _ in range(4):
        session.step()
    assert state(session) == states[3]
    assert all(layer.verified for layer in session.freezing().layers)


def test_a_seek_can_be_ended_on_its_way() -> None:
    session, states, losses = trained(MLP, 40)
    session.metrics()
    way = session.seek(30)
    next(way)
    way.close()
    at = session.steps_done
    assert at < 30 and state(session) == states[at]
    frame = session.metrics()
    assert frame is not None and frame.from_step == at
    assert session.step().loss == losses[at]


def test_metrics_after_a_seek_replace_the_rows_from_there_on() -> None:
    session, _, losses = trained(MLP, 10)
    session.metrics()
    go(session, 6)
    frame = session.metrics()
    assert frame is not None and frame.from_step == 6 and not len(frame.steps)
    go(session, 9)
    frame = session.metrics()
    assert frame is not None and frame.from_step == 6
    assert list(frame.steps) == [6, 7, 8] and np.array_equal(frame.loss, np.array(losses[6:9], np.float32))


def test_steps_before_the_beginning_cannot_be_reached() -> None:
    session, _, _ = trained(MLP, 2)
    with pytest.raises(UserError, match=r"Step -1 cannot be reached: what is kept of this run begins at step 0\."):
        session.seek(-1)
    assert session.steps_done == 2


def snapshot(step: int, size: int = 1) -> Snapshot:
    return Snapshot(State(step, {"weight": torch.zeros(size)}, {}), 0)


@given(st.integers(1, 4000), st.integers(1, 40))
@settings(max_examples=30)
def test_the_history_stays_small_and_keeps_its_ends(steps: int, room: int) -> None:
    history = History(byte_limit=room * 400)
    for step in range(steps):
        history.keep(snapshot(step, size=100))
    kept = sorted({history.nearest(step).state.step for step in range(steps)})
    assert kept[0] == 0 and kept[-1] == steps - 1
    assert len(kept) <= max(2, min(room, RECENT + KEYFRAMES))
    assert history.earliest == 0


def test_keyframes_stay_evenly_spread() -> None:
    history = History()
    for step in range(20_000):
        history.keep(snapshot(step))
    kept = sorted({history.nearest(step).state.step for step in range(20_000)})
    gaps = np.diff(kept)
    assert gaps[-RECENT + 1 :].max() == 1
    assert gaps.max() <= 2 * 20_000 / (KEYFRAMES / 2)


def test_a_cut_history_ends_there() -> None:
    history = History()
    for step in range(10):
        history.keep(snapshot(step))
    history.cut(4)
    assert history.nearest(9).state.step == 4


def test_a_trajectory_is_thinned_evenly_and_can_be_cut() -> None:
    network, trajectory = torch.nn.Linear(2, 1), Trajectory()
    for step in range(1000):
        trajectory.offer(step, network)
    steps = [step for step, _ in trajectory.snapshots]
    assert len(steps) <= SNAPSHOTS and steps[0] == 0 and len(set(np.diff(steps))) == 1
    assert torch.equal(trajectory.snapshots[0][1], torch.nn.utils.parameters_to_vector(network.parameters()))
    trajectory.cut(500)
    assert trajectory.snapshots[-1][0] <= 500
