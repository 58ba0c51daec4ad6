from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from tests.ui.conftest import MLP
from tests.ui.plots.desk import SIZES, Desk, Frames, metrics, now
from visualizer.core.experiment import Experiment
from visualizer.core.frames import (
    Configured,
    Frame,
    Freezing,
    LayerStatus,
    Recording,
    Status,
)
from visualizer.core.history import History
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.norms import group_name, norms_of_recording, norms_of_step

LENET = Experiment(network="lenet", dataset="mnist", weights="initial", frozen=("conv1",))


def recording_of(frames: list[Frame]) -> Recording:
    return next(frame for frame in frames if isinstance(frame, Recording))


def test_a_bar_is_the_norm_of_all_parameters_of_a_layer(real_frames: Frames) -> None:
    recording = recording_of(real_frames(LENET))
    freezing = Freezing([LayerStatus("conv1", 156, True, True, "")], 0, 0, 0, 0)
    norms = norms_of_recording(recording, freezing)
    assert [bar.name for bar in norms.bars] == ["conv1", "conv2", "linear1", "linear2", "linear3"]
    assert norms.bars[0].frozen
    assert math.isnan(norms.bars[0].value)
    for bar in norms.bars[1:]:
        gradients = [g for name, g in recording.parameter_gradients.items() if name.startswith(f"{bar.name}.")]
        flat = np.concatenate([gradient.values.ravel().astype(np.float64) for gradient in gradients])
        assert bar.value == pytest.approx(np.linalg.norm(flat), rel=1e-6)
    assert norms.largest is max(norms.bars[1:], key=lambda bar: bar.value)


def test_normalisation_joins_the_layer_before_it_and_stages_are_named(real_frames: Frames) -> None:
    frames = real_frames(Experiment(network="resnet20", dataset="mnist", weights="initial"))
    norms = norms_of_recording(recording_of(frames), None)
    assert len(norms.bars) == 20
    assert norms.bars[1].modules == ("stage1.0.conv1", "stage1.0.norm1")
    assert norms.bars[1].value == pytest.approx(math.hypot(*norms.bars[1].values))
    assert [group[0] for group in norms.groups] == ["stem", "stage 1", "stage 2", "stage 3", "linear"]
    assert norms.groups[1][1:] == (1, 7)
    assert group_name("features") == "features"


@pytest.mark.parametrize("size", SIZES)
def test_the_gradient_card_draws_in_every_state(
    desk: Desk, show: Callable[..., None], real_frames: Frames, size: tuple[int, int]
) -> None:
    card = GradientCard(desk.context)
    show(card, size)
    assert card.bars.norms is None
    frames = real_frames(MLP)
    desk.deliver(*frames)
    now(card.bars)
    assert card.bars.norms is not None
    assert card.bars.norms.source == "this sample"
    desk.deliver(metrics([2.0, 1.0, 0.5]), Status(True, 3, 0, 10.0))
    for changes in ({"norms_over_steps": True}, {"theme": "light"}, {"norms_over_steps": False}):
        desk.context.store.look(**changes)
        for number in range(-1, card.plot.hover_count()):
            card.plot.hover(number)
            now(card.plot)
    assert card.bars.norms is not None
    assert card.bars.norms.source == "step 2"


def test_while_training_the_bars_are_those_of_the_last_step(desk: Desk, real_frames: Frames) -> None:
    (configured,) = (frame for frame in real_frames(MLP) if isinstance(frame, Configured))
    history = History()
    history.append(metrics([2.0, 1.0]))
    norms = norms_of_step(history, configured.graph, None)
    assert (norms.bars[0].name, norms.bars[0].value) == ("hidden1", 2.0)
    assert math.isnan(norms.bars[1].value)
