from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from visualizer.core import catalogue, wire
from visualizer.core.experiment import Edit, Experiment
from visualizer.core.topics.neurons import Grid, Responses
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics.neurons import responses


def session_on(dataset: str, **changes: object) -> TrainingSession:
    session = TrainingSession()
    loss = catalogue.loss_for("mlp", dataset)
    session.configure(Experiment(network="mlp", dataset=dataset, weights="initial", loss=loss, **changes))
    return session


def inputs(grid: Grid) -> torch.Tensor:
    if not len(grid.y):
        return torch.from_numpy(grid.x)[:, None]
    return torch.tensor([[x, y] for y in grid.y for x in grid.x])


def check(frame: Responses, session: TrainingSession) -> None:
    """Compare every number with what the modules give, called one after the other."""
    network = session.network
    with torch.no_grad():
        hidden1 = torch.tanh(network.hidden1(inputs(frame.coarse)))
        hidden2 = torch.tanh(network.hidden2(hidden1))
        output = network(inputs(frame.fine))
        coarse_output = network.output(hidden2)
    surface = output.softmax(1) if session.training.data.classes else output
    for got, expected in (
        (frame.neurons["tanh1"], hidden1),
        (frame.neurons["tanh2"], hidden2),
        (frame.neurons["output"], coarse_output),
        (frame.surface, surface),
    ):
        flat = got.reshape(len(got), -1).T
        torch.testing.assert_close(torch.from_numpy(flat.copy()), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dataset", ["moons", "blobs", "wave", "hills"])
def test_responses_are_what_the_network_gives_at_every_place(dataset: str) -> None:
    session = session_on(dataset)
    for _ in range(3):
        session.step()
    frame = responses(session)
    entry = catalogue.dataset(dataset)
    plane = entry.input_shape == (2,)
    assert frame.step == 3 and set(frame.neurons) == {"tanh1", "tanh2", "output"}
    assert frame.neurons["tanh1"].shape == ((8, 32, 32) if plane else (8, 32))
    assert frame.surface.shape == ((entry.outputs, 81, 81) if plane else (entry.outputs, 81))
    check(frame, session)
    data = session.training.data
    np.testing.assert_array_equal(frame.training.inputs, data.training_inputs.numpy())
    np.testing.assert_array_equal(
        frame.held_out.classes if entry.classes else frame.held_out.numbers, data.validation_targets.numpy()
    )
    for axis, values in ((0, frame.fine.x), (1, frame.fine.y)):
        if len(values):
            seen = torch.cat([data.training_inputs, data.validation_inputs])[:, axis]
            assert values[0] < seen.min() and seen.max() < values[-1]
    assert len(wire.frame_decoder().feed(wire.encode(frame))) == 1


def test_responses_follow_a_number_set_by_hand_and_change_nothing() -> None:
    session = session_on("moons", frozen=("hidden2",))
    before = responses(session).surface
    session.configure(replace(session.experiment, edits=(Edit("hidden1.weight", (0, 0), 5.0, 0),)))
    random, moment = torch.get_rng_state(), session.moment
    frame = responses(session)
    check(frame, session)
    assert not np.array_equal(frame.surface, before)
    assert torch.equal(torch.get_rng_state(), random) and session.moment == moment
    assert [module.training for module in session.network.modules()][1:] == [True, True, False, True, True]


def test_pictures_have_no_responses() -> None:
    session = TrainingSession()
    session.configure(Experiment(network="lenet", dataset="mnist", weights="initial"))
    frame = responses(session)
    assert not frame.neurons and not frame.surface.size and not frame.training.count
    assert len(wire.frame_decoder().feed(wire.encode(frame))) == 1
