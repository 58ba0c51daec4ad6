from __future__ import annotations

import numpy as np
import pytest

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine.session import TrainingSession


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("steps", [0, 3])
def test_updates_are_what_the_optimizer_adds(optimizer, steps):
    session = TrainingSession()
    session.configure(
        Experiment(network="mlp", dataset="moons", weights="initial", optimizer=optimizer, learning_rate=0.01)
    )
    for _ in range(steps):
        session.step()
    recording = session.record(0)
    for name, update in recording.updates.items():
        place = tuple(size // 2 for size in update.shape)
        explanation = session.explain(name, place, "update")
        value, _ = evaluated(explanation)
        assert value == pytest.approx(explanation.result, rel=1e-6)
        assert value == pytest.approx(float(update.values[place]), abs=2e-7)


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "least-squares"])
def test_the_generators_loss_and_the_update_of_a_pair(loss):
    session = TrainingSession()
    experiment = Experiment(
        network="gan-2d", dataset="ring", loss=loss, optimizer="adam-0.5", weights="initial", frozen=("discriminator*",)
    )
    session.configure(experiment)
    session.step()
    recording = session.record(0)
    for node in recording.graph.nodes:
        if node.kind == "operation":
            place = tuple(0 for _ in recording.activations[node.id].shape)
            value, _ = evaluated(session.explain(node.id, place))
            assert value == pytest.approx(float(recording.activations[node.id].values[place]), abs=1e-5)
    for name, update in recording.updates.items():
        place = tuple(size // 2 for size in update.shape)
        value, _ = evaluated(session.explain(name, place, "update"))
        assert value == pytest.approx(float(update.values[place]), abs=2e-7)
    with pytest.raises(UserError, match=r"output\.bias' gets no update: it is frozen"):
        session.explain("discriminator.output.bias", (0,), "update")


def test_a_parameter_is_its_first_value_and_what_was_added():
    session = TrainingSession()
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial", seed=4))
    first = session.record(0).parameters["output.weight"].values[1, 2]
    for _ in range(3):
        session.step()
    recording = session.record(0)
    explanation = session.explain("output.weight", (1, 2), "parameter")
    start, added = explanation.operands
    assert (start.kind, start.value) == ("initial", float(first))
    assert start.value + added.value == pytest.approx(float(recording.parameters["output.weight"].values[1, 2]))
    origin = session.explain(start.origin, start.index, start.kind)
    assert origin.result == start.value
    assert "seed 4" in origin.sentence


def test_a_pixel_is_a_byte_of_a_sample():
    session = TrainingSession()
    session.configure(Experiment(network="lenet", dataset="fashion-mnist", weights="initial"))
    recording = session.record(5)
    row, column = np.argwhere(recording.activations["input"].values[0] > 0.3)[0]
    explanation = session.explain("input", (0, int(row), int(column)))
    assert explanation.kind == "data"
    assert f"row {row}, column {column} of held-out sample 5" in explanation.sentence
    assert explanation.operands[0].value == round(float(recording.activations["input"].values[0, row, column]) * 255)
