"""Answers that are no class, and layers too large to be drawn whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.ui.conftest import Stage
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Recording, Status
from visualizer.core.numbers import rounded
from visualizer.core.topics.neurons import Responses
from visualizer.ui.canvas.card_drawing import CardDrawing
from visualizer.ui.canvas.neuron_drawing import NeuronDrawing
from visualizer.ui.canvas.output_rows import output_rows
from visualizer.ui.canvas.scene import OUTPUT

Build = Callable[..., Stage]

NETWORKS = """
import torch
from torch import nn

class Skipping(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(2, 4), nn.Linear(4, 4), nn.Linear(4, 1)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        return self.last(h + torch.tanh(self.second(h)))

def Wide():
    return nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 30), nn.ReLU(), nn.Linear(30, 1))
"""


@pytest.fixture
def shown(stage: Build, tmp_path: Path) -> Callable[[str], Stage]:
    def build(name: str) -> Stage:
        from visualizer.engine.session import TrainingSession
        from visualizer.engine.topics.neurons import responses

        file = tmp_path / "networks.py"
        file.write_text(NETWORKS)
        experiment = Experiment(
            network=f"{file}:{name}", dataset="hills", weights="initial", loss="mean-squared-error", trusted=True
        )
        session = TrainingSession()
        frames = session.configure(experiment)
        built = stage(experiment)
        built.deliver(*frames, session.record(0), Status(False, 0, 0, 0.0), responses(session))
        return built

    return build


def at_every_instant(built: Stage) -> None:
    player, card = built.context.player, built.window.pages.network.canvas
    for part in range(25):
        player.seek(player.timeline.duration * part / 24)
        card.grab()


def test_a_regression_drawn_in_cards_ends_in_its_loss(shown: Callable[[str], Stage]) -> None:
    built = shown("Skipping")
    view = built.window.pages.network.canvas.view
    recording = built.context.player.recording
    assert isinstance(view.drawing, CardDrawing) and isinstance(recording, Recording)
    card = view.subject.diagram().card[OUTPUT]
    assert (card.title, card.facts[0]) == ("loss", "mean squared error")
    given = float(recording.activations["last"].values[0])
    wanted = float(recording.wanted[0])
    assert output_rows(view.subject) == [
        ("loss", rounded((given - wanted) ** 2)),
        ("given ", rounded(given)),
        ("wanted ", rounded(wanted)),
    ]
    at_every_instant(built)


def test_of_a_large_layer_some_neurons_are_drawn_and_it_says_how_many(shown: Callable[[str], Stage]) -> None:
    built = shown("Wide")
    view = built.window.pages.network.canvas.view
    assert isinstance(view.drawing, NeuronDrawing)
    plan = view.drawing.plan
    rows = plan.columns[1].drawn
    assert 6 <= rows < 24
    assert [(column.drawn, column.count) for column in plan.columns] == [(2, 2), (rows, 64), (rows, 30), (1, 1)]
    assert [len(centers) for centers in plan.centers] == [2, rows, rows, 1]
    assert plan.apart(1) >= 14, "the numbers beside the neurons lie over each other"
    below = plan.centers[1][-1].y() + plan.apart(1)
    assert below <= plan.size.height()
    hit = view.drawing.hit(plan.bias(1, 3)[0], view.instant())
    assert (hit.parameter, hit.number) == ("0.bias", (3,))
    found = built.context.link.latest(Responses)
    assert isinstance(found, Responses) and found.neurons["1"].shape == (24, 32, 32)
    assert np.isfinite(found.surface).all()
    at_every_instant(built)
