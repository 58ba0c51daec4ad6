"""Steps through any operation: what they say is held against the recorded values and gradients of the pass."""

from __future__ import annotations

import math

import pytest
import torch

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.micro_steps import (
    SINGLE,
    arriving_steps,
    backward_questions,
    explained_steps,
    forward_questions,
    leaving_steps,
)
from visualizer.core.timeline import Timeline
from visualizer.engine.session import TrainingSession


def recorded(network: str, dataset: str = "", **changes) -> TrainingSession:
    entry = catalogue.network(network)
    dataset = dataset or entry.dataset
    given = {"weights": "initial", "loss": catalogue.loss_for(network, dataset), "batch_size": 4, **changes}
    session = TrainingSession()
    session.configure(Experiment(network=network, dataset=dataset, **given))
    session.record(0)
    return session


def station(session, phase, leader):
    seen = session.recorded.seen
    timeline = Timeline(seen.graph, seen.forward_order, seen.backward_order, seen.parameter_gradients)
    return next(found for found in timeline.stations if (found.phase, found.leader) == (phase, leader))


def forward_of(session, leader, index, phase="forward"):
    nodes = station(session, phase, leader).nodes
    questions = forward_questions(session.recorded.seen.graph, nodes, leader, index)
    return [explained_steps(session.explain(asked.name, asked.index, asked.kind)) for asked in questions]


def backward_of(session, leader, index):
    """Return how the gradient comes to each node of a station, and what its layer sends out."""
    seen = session.recorded.seen
    questions = backward_questions(seen.graph, station(session, "backward", leader).nodes, leader, index)
    answers = [session.explain(asked.name, asked.index, asked.kind) for asked in questions]
    arriving = [answer for answer in answers if answer.kind == "gradient"]
    moved = {*seen.parameter_gradients, *seen.gradients}
    own = [answer for answer in answers if answer.kind == "activation"]
    leaving = leaving_steps(own[0], arriving[-1].result, moved) if own else []
    return [arriving_steps(answer) for answer in arriving], leaving


def value(session, name, index):
    return float(session.recorded.seen.activations[name][0][index])


def gradient(session, name, index):
    return float(session.recorded.seen.gradients[name][0][index])


@pytest.fixture(scope="module")
def lenet():
    return recorded("lenet", "fashion-mnist")


@pytest.fixture(scope="module")
def resnet():
    return recorded("resnet20", "fashion-mnist")


def test_a_convolution_is_summed_channel_by_channel_and_goes_through_its_activation(lenet):
    convolution, activation = forward_of(lenet, "conv2", (3, 4, 5))
    products = [step for step in convolution if step.kind == "product"]
    assert len(products) == 6 and sum(step.group for step in products) == 6 * 5 * 5
    patch = lenet.recorded.seen.activations["pool1"][0, :, 4:9, 5:10].double()
    kernel = lenet.recorded.state["conv2.weight"][3].double()
    assert [step.value for step in products] == pytest.approx((patch * kernel).sum((1, 2)).tolist(), rel=1e-9)
    assert convolution[-2].kind == "bias" and convolution[-1].value == value(lenet, "conv2", (3, 4, 5))
    assert convolution[-1].total == pytest.approx(convolution[-1].value, rel=1e-5, abs=1e-6)
    assert activation[-1].value == value(lenet, "relu2", (3, 4, 5))


def test_products_of_one_channel_are_the_largest_and_the_rest(lenet):
    products = [step for step in forward_of(lenet, "conv1", (2, 9, 9))[0] if step.kind == "product"]
    assert len(products) == SINGLE and sum(step.group for step in products) == 25


def test_the_gradient_goes_through_a_convolution_to_each_weight_and_input(lenet):
    place = tuple(
        (lenet.recorded.seen.gradients["conv2"][0].abs() == lenet.recorded.seen.gradients["conv2"][0].abs().max())
        .nonzero()[0]
        .tolist()
    )
    arriving, leaving = backward_of(lenet, "conv2", place)
    assert [steps[-1].value for steps in arriving] == [
        gradient(lenet, "relu2", place), gradient(lenet, "conv2", place)
    ]  # fmt: skip
    delta = gradient(lenet, "conv2", place)
    weights = lenet.recorded.state["conv2.weight"]
    for step in leaving:
        if step.kind == "input_gradient" and step.source is not None:
            channel, row, column = step.source.index
            weight = float(weights[place[0], channel, row - place[1], column - place[2]])
            assert step.source.tensor == "pool1" and step.value == pytest.approx(delta * weight, rel=1e-6)
        if step.kind == "weight_gradient" and step.source is not None:
            _, channel, row, column = step.source.index
            came_in = value(lenet, "pool1", (channel, place[1] + row, place[2] + column))
            assert step.source.tensor == "conv2.weight" and step.value == pytest.approx(delta * came_in, rel=1e-6)
    assert sum(step.group for step in leaving) == 2 * 150 + 1


def test_a_pooling_has_candidates_and_a_winner_that_gets_the_whole_error(lenet):
    gradients = lenet.recorded.seen.gradients["pool1"][0]
    place = tuple(torch.unravel_index(gradients.abs().argmax(), gradients.shape))
    place = tuple(int(axis) for axis in place)
    (steps,) = forward_of(lenet, "pool1", place)
    candidates = [step for step in steps if step.kind == "candidate"]
    assert len(candidates) == 4 and steps[-1].value == max(step.value for step in candidates)
    arriving, leaving = backward_of(lenet, "pool1", place)
    assert arriving[0][-1].value == gradient(lenet, "pool1", place)
    winner, others = leaving
    assert winner.value == gradient(lenet, "pool1", place) == gradient(lenet, "relu1", winner.source.index)
    assert (others.value, others.group) == (0.0, 3)


def test_batch_norm_is_centred_divided_scaled_and_shifted_and_the_branches_are_added(resnet):
    index = (3, 4, 5)
    parts = forward_of(resnet, "stage1.0.conv2", index)
    _, norm, added, activation = parts
    state = resnet.recorded.state
    mean, variance, scale, shift = (
        float(state[f"stage1.0.norm2.{name}"][3]) for name in ("running_mean", "running_var", "weight", "bias")
    )
    x = value(resnet, "stage1.0.conv2", index)
    normal = (x - mean) / math.sqrt(variance + 1e-5)
    wanted = [x - mean, normal, scale * normal, scale * normal + shift]
    assert [step.value for step in norm[:4]] == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert norm[-1].value == value(resnet, "stage1.0.norm2", index)
    assert [step.value for step in added[:2]] == [
        value(resnet, "stage1.0.norm2", index), value(resnet, "stem.relu", index)
    ]  # fmt: skip
    assert added[-1].total == pytest.approx(value(resnet, "stage1.0/add", index), rel=1e-6, abs=1e-9)
    assert activation[-1].value == value(resnet, "stage1.0.relu2", index)


def test_the_gradient_passes_norm_and_addition_back_to_the_convolution(resnet):
    gradients = resnet.recorded.seen.gradients["stage1.0.conv2"][0]
    place = tuple(int(axis) for axis in torch.unravel_index(gradients.abs().argmax(), gradients.shape))
    arriving, leaving = backward_of(resnet, "stage1.0.conv2", place)
    names = ["stage1.0.relu2", "stage1.0/add", "stage1.0.norm2", "stage1.0.conv2"]
    assert [steps[-1].value for steps in arriving] == [gradient(resnet, name, place) for name in names]
    assert {step.kind for step in leaving} == {"weight_gradient", "input_gradient"}


def test_a_mean_is_added_up_and_divided(resnet):
    mean = forward_of(resnet, "pool", (1, 0, 0))[0]
    assert sum(step.group for step in mean[:-1]) == 49
    assert mean[-2].total / 49 == pytest.approx(mean[-1].value, rel=1e-6, abs=1e-9)
    _, leaving = backward_of(resnet, "pool", (1, 0, 0))
    assert leaving[0].value == pytest.approx(gradient(resnet, "stage3.2.relu2", (1, 2, 3)), rel=1e-6)


def test_softmax_and_cross_entropy_are_exponentials_their_share_and_its_logarithm(lenet):
    (steps,) = forward_of(lenet, "loss/cross_entropy", (), "loss")
    logits = lenet.recorded.seen.activations["linear3"][0].double()
    assert [step.value for step in steps[:10]] == pytest.approx(logits.exp().tolist(), rel=1e-9)
    target = int(lenet.recorded.target)
    assert steps[10].value == pytest.approx(float(logits.softmax(0)[target]), rel=1e-9)
    assert steps[11].value == pytest.approx(-math.log(steps[10].value), rel=1e-5)
    for number in range(10):
        (arriving,), _ = backward_of(lenet, "linear3", (number,))
        assert arriving[0].value == pytest.approx(float(logits.softmax(0)[number]), rel=1e-9)
        assert arriving[1].value == gradient(lenet, "linear3", (number,))


@pytest.mark.parametrize(("network", "vectors"), [("rnn", 2), ("lstm", 11), ("gru", 7)])
def test_a_recurrent_cell_is_computed_vector_by_vector(network, vectors):
    session = recorded(network, "sunspots")
    leader = next(
        node.id for node in session.recorded.seen.graph.nodes if node.operation in ("rnn_tanh", "lstm", "gru")
    )
    parts = forward_of(session, leader, (5, 2))
    assert len(parts) == vectors
    assert parts[-1][-1].value == pytest.approx(value(session, leader, (5, 2)), rel=1e-5, abs=1e-7)
    first = [step for step in parts[0] if step.kind in ("product", "bias")]
    assert len(first) == 4 and first[-1].total == pytest.approx(sum(step.value for step in first), rel=1e-12)
    arriving, _ = backward_of(session, leader, (5, 2))
    assert len(arriving) > 1 and all(steps for steps in arriving)


def test_nothing_is_sent_to_frozen_weights():
    session = recorded("lenet", "fashion-mnist", frozen=("conv2",))
    _, leaving = backward_of(session, "conv2", (1, 2, 3))
    assert {step.kind for step in leaving} == {"input_gradient"}
