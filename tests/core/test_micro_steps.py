from __future__ import annotations

import math

import numpy as np
import pytest

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Recording
from visualizer.core.micro_steps import SINGLE, backward_steps, forward_steps
from visualizer.engine.session import TrainingSession


def recorded(**changes) -> tuple[TrainingSession, Recording]:
    session = TrainingSession()
    session.configure(Experiment(**{"network": "mlp", "dataset": "moons", "weights": "initial", **changes}))
    return session, session.record(0)


def test_a_neuron_is_summed_up_product_by_product():
    _, recording = recorded()
    for neuron in range(8):
        steps = forward_steps(recording, "hidden2", neuron)
        assert [step.kind for step in steps] == ["product"] * 8 + ["bias", "result", "activation"]
        weights = recording.parameters["hidden2.weight"].values[neuron].astype(float)
        inputs = recording.activations["tanh1"].values.astype(float)
        assert [step.value for step in steps[:8]] == (weights * inputs).tolist()
        assert [step.total for step in steps[:8]] == pytest.approx(np.cumsum(weights * inputs).tolist(), rel=1e-12)
        assert [step.source.index for step in steps[:8]] == [(place,) for place in range(8)]
        bias, result, activation = steps[8:]
        assert bias.value == float(recording.parameters["hidden2.bias"].values[neuron])
        assert result.value == float(recording.activations["hidden2"].values[neuron])
        assert result.total == pytest.approx(result.value, rel=1e-5, abs=1e-6)
        assert activation.value == float(recording.activations["tanh2"].values[neuron])
        assert activation.target.tensor == "tanh2"


def test_the_gradient_passes_a_neuron():
    _, recording = recorded()
    for neuron in range(8):
        steps = backward_steps(recording, "hidden2", neuron)
        kinds = [step.kind for step in steps]
        assert kinds == ["incoming"] * 2 + ["result", "slope"] + ["weight_gradient"] * 9 + ["input_gradient"] * 8
        error = float(recording.gradients["tanh2"].values[neuron])
        assert steps[2].value == error
        assert steps[2].total == pytest.approx(error, rel=1e-5, abs=1e-7)
        delta = float(recording.gradients["hidden2"].values[neuron])
        assert steps[3].value == delta
        gradient = recording.parameter_gradients["hidden2.weight"].values[neuron].tolist()
        assert [step.value for step in steps[4:12]] == pytest.approx(gradient, rel=1e-6, abs=1e-9)
        assert steps[12].value == pytest.approx(float(recording.parameter_gradients["hidden2.bias"].values[neuron]))
    shares = [[step.value for step in backward_steps(recording, "hidden2", neuron)[13:]] for neuron in range(8)]
    wanted = recording.gradients["tanh1"].values.tolist()
    assert np.sum(shares, axis=0).tolist() == pytest.approx(wanted, rel=1e-5, abs=1e-7)


def test_a_frozen_layer_sends_nothing_to_its_weights():
    _, recording = recorded(frozen=("hidden2",))
    kinds = {step.kind for step in backward_steps(recording, "hidden2", 0)}
    assert "weight_gradient" not in kinds and "input_gradient" in kinds


def test_many_products_are_grouped_and_none_is_lost():
    _, recording = recorded(network="lenet", dataset="fashion-mnist")
    steps = forward_steps(recording, "linear1", 5)
    products = [step for step in steps if step.kind == "product"]
    assert len(products) == SINGLE and products[-1].group == 400 - SINGLE + 1
    assert sum(step.group for step in products) == 400
    weights = recording.parameters["linear1.weight"].values[5].astype(float)
    inputs = recording.activations["flatten"].values.astype(float)
    assert products[-1].total == pytest.approx(math.fsum(weights * inputs), rel=1e-12)
    assert min(abs(step.value) for step in products[:-1]) >= np.sort(np.abs(weights * inputs))[-SINGLE]
    sent = [step for step in backward_steps(recording, "linear1", 5) if step.kind == "weight_gradient"]
    assert sum(step.group for step in sent) == 401


def test_what_is_no_linear_layer_is_left_to_the_engine():
    _, recording = recorded(network="lenet", dataset="fashion-mnist")
    assert forward_steps(recording, "conv1", 0) == [] and backward_steps(recording, "pool1", 0) == []
