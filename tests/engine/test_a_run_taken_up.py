"""What a run that goes on from a checkpoint, or starts with another seed, has to itself."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn.utils import parameters_to_vector

from visualizer.core.experiment import Experiment, patch
from visualizer.engine.run import Run
from visualizer.engine.session import TrainingSession

MLP = Experiment(network="mlp", dataset="moons", weights="initial")

NETWORK = """
import torch
from torch import nn


class Noted(nn.Linear):
    seeds = []

    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        if self.training:
            Noted.seeds.append(torch.initial_seed())
        return super().forward(x)
"""


def test_layers_frozen_after_some_training_are_verified_where_a_checkpoint_is_taken_up(tmp_path: Path) -> None:
    session = TrainingSession()
    session.configure(MLP)
    for _ in range(3):
        session.step()
    session.configure(patch(session.experiment, frozen=("hidden1",)))
    session.checkpoint(tmp_path / "state")
    other = TrainingSession()
    other.restore(tmp_path / "state")
    other.step()
    assert [layer.path for layer in other.freezing().layers if layer.verified] == ["hidden1"]


def test_no_two_steps_of_neighbouring_seeds_draw_the_same_numbers(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(NETWORK)
    drawn, steps = [], 4
    for seed in range(3):
        session = TrainingSession()
        session.configure(
            Experiment(
                network=f"{tmp_path / 'own.py'}:Noted", dataset="moons", weights="initial", trusted=True, seed=seed
            )
        )
        seeds = type(session.network).seeds
        seeds.clear()
        for _ in range(steps):
            session.step()
        drawn += seeds
    assert len(drawn) == len(set(drawn)) == 3 * steps
    assert all(0 <= seed < 2**32 for seed in drawn)
    assert torch.initial_seed() == drawn[-1]


def test_a_path_holds_no_step_that_was_taken_back() -> None:
    session = TrainingSession()
    session.configure(MLP)
    run = Run(session.training)
    for _ in range(8):
        run.step()
    run.rewind(2)
    run.settle(patch(run.training.experiment, learning_rate=0.5))
    truth = {}
    while run.steps_done < 8:
        truth[run.steps_done] = parameters_to_vector(run.training.network.parameters()).detach()
        run.step()
    found = dict(run.trajectory.snapshots)
    assert found.keys() == set(range(8))
    assert all(torch.equal(found[step], parameters) for step, parameters in truth.items())
