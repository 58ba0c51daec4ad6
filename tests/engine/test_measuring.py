"""Accuracy and validation, against counting by hand."""

from __future__ import annotations

import math

import pytest
import torch

from visualizer.core.experiment import Experiment
from visualizer.engine.accuracy import accuracy
from visualizer.engine.datasets import load
from visualizer.engine.losses import IGNORED, cross_entropy
from visualizer.engine.session import TrainingSession
from visualizer.engine.validation import Validation


def test_steps_without_a_class_count_neither_as_right_nor_as_wrong() -> None:
    logits = torch.eye(3)[torch.tensor([[0, 1, 2, 2], [1, 1, 0, 0]])]  # (2, 4, 3): the classes that are answered
    targets = torch.tensor([[0, 2, 2, IGNORED], [1, IGNORED, IGNORED, IGNORED]])
    assert accuracy(logits, targets) == 3 / 4
    assert accuracy(logits[:, 0], targets[:, 0]) == 1.0
    assert accuracy(logits, torch.full((2, 4), IGNORED)) == 0.0
    assert math.isnan(accuracy(logits[..., :1], torch.zeros(2, 4, 1)))


def test_validation_is_measured_at_its_interval_and_where_an_epoch_begins() -> None:
    validation = Validation(load("mnist"), cross_entropy, batch_size=16)  # an epoch is 250 steps
    assert 20 <= validation.interval < 250 and 250 % validation.interval
    due = {step for step in range(600) if validation.is_due(step)}
    assert due == {*range(0, 600, validation.interval), 0, 250, 500}


@pytest.mark.parametrize("frozen", [(), ("hidden1",)])
def test_validation_is_that_of_the_network_in_eval_mode(frozen: tuple[str, ...]) -> None:
    session = TrainingSession()
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial", frozen=frozen))
    data = session.training.data
    assert len(data.validation_targets) == 200  # as many as are looked at
    with torch.no_grad():
        logits = session.network(data.validation_inputs)
    result = session.step()
    truth = torch.nn.functional.cross_entropy(logits, data.validation_targets).item()
    assert result.validation_loss == pytest.approx(truth, rel=1e-6)
    right = (logits.argmax(1) == data.validation_targets).sum().item()
    assert result.validation_accuracy == right / 200
