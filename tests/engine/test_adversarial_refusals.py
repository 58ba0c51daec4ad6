"""Questions and settings that make no sense for a pair."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.adversaries import PICTURES, RING, answer
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.topics.adversarial import AskStages, Imagine, Judge, Walk
from visualizer.engine.session import TrainingSession


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drawing": ((0.0, 0.0),) * 9}, "The drawing has 9 points: at least 10 are needed to learn from."),
        (
            {"drawing": ((0.0, 0.0),) * 10 + ((0.0, 3.5),)},
            "Point 10 of the drawing, (0, 3.5), lies outside of the plane, which runs from -3 to 3.",
        ),
        ({"drawing": ((math.nan, 0.0),) * 10}, "lies outside of the plane"),
        ({"discriminator_steps": 0}, "The discriminator cannot be updated 0 times in a step: 1 to 50 times."),
        ({"generator_steps": 51}, "The generator cannot be updated 51 times in a step: 1 to 50 times."),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        patch(RING, dataset="drawn", **changes)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Judge(np.zeros((1, 27, 28), np.float32)), "has the shape 1×27×28, but the discriminator takes 1×28×28"),
        (Judge(np.full((1, 28, 28), np.nan, np.float32)), "not finite at (0, 0, 0)"),
        (Imagine(np.zeros((2, 31), np.float32)), "the generator takes 1 to 256 rows of 32 numbers"),
        (Imagine(np.full((1, 32), np.inf, np.float32)), "all of its numbers have to be finite"),
        (Walk((0.0,) * 32, (0.0,) * 3, 5), "The end of the walk has 3 numbers, the generator takes 32."),
        (Walk((0.0,) * 32, (1.0,) * 32, 1), "A walk cannot have 1 places: 2 to 256."),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(session: TrainingSession, command: object, sentence: str) -> None:
    session.configure(PICTURES)
    with pytest.raises(UserError) as refused:
        answer(session, command)
    assert sentence in str(refused.value)


def test_other_networks_are_told_from_pairs(session: TrainingSession) -> None:
    frames = session.configure(patch(RING, network="mlp", learning_rate=0.1))
    assert "modules 'generator' and 'discriminator'" in frames[-1].sentence
    frames = session.configure(patch(RING, dataset="mnist-unlabelled"))
    assert frames[-1].sentence.startswith("The generator of gan-2d makes samples of the shape 2, ")
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial"))
    with pytest.raises(UserError, match="mlp on moons has no generator and discriminator"):
        answer(session, AskStages())
