"""Adversarial training against a plain loop of torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.engine import adversaries
from tests.engine.adversaries import PICTURES, RING, discriminator_loss, generator_loss, plain_loop, train
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.engine import networks
from visualizer.engine.datasets import batch_indices, load
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_of
from visualizer.engine.training import DivergenceError


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "least-squares"])
@pytest.mark.parametrize("turns", [(1, 1), (3, 2)])
def test_steps_are_those_of_a_plain_loop(session: TrainingSession, loss: str, turns: tuple[int, int]) -> None:
    experiment = patch(RING, loss=loss, discriminator_steps=turns[0], generator_steps=turns[1])
    session.configure(experiment)
    train(session, 12)
    wanted = plain_loop(experiment, 12).network
    for name, parameter in wanted.named_parameters():
        torch.testing.assert_close(session.network.get_parameter(name), parameter, rtol=2e-5, atol=2e-6)


def test_with_the_very_same_operations_every_bit_is_that_of_a_plain_loop(
    session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = patch(RING, discriminator_steps=2)
    session.configure(experiment)
    train(session, 20)
    monkeypatch.setattr(
        adversaries,
        "discriminator_loss",
        lambda _, real, fake: functional.softplus(-real).mean() + functional.softplus(fake).mean(),
    )
    monkeypatch.setattr(adversaries, "generator_loss", lambda _, fake: functional.softplus(-fake).mean())
    wanted = plain_loop(experiment, 20).network
    for name, parameter in wanted.named_parameters():
        assert torch.equal(session.network.get_parameter(name), parameter), name


def test_pictures_too_are_learned_as_in_a_plain_loop(session: TrainingSession) -> None:
    session.configure(PICTURES)
    train(session, 3)
    wanted = plain_loop(PICTURES, 3).network.state_dict()
    for name, tensor in session.network.state_dict().items():
        torch.testing.assert_close(tensor, wanted[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("experiment", [patch(RING, generator_steps=2), PICTURES], ids=["plane", "pictures"])
def test_going_back_and_forth_gives_every_bit_again(session: TrainingSession, experiment: Experiment) -> None:
    session.configure(experiment)
    train(session, 4)
    at_four = copy_of(session.network)
    train(session, 8)
    at_eight = copy_of(session.network)
    for step, wanted in ((4, at_four), (8, at_eight)):
        for _ in session.seek(step):
            pass
        assert all(torch.equal(tensor, wanted[name]) for name, tensor in copy_of(session.network).items())


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_frozen_player_keeps_every_bit_while_the_other_learns(session: TrainingSession, player: str) -> None:
    session.configure(patch(PICTURES, frozen=(player,)))
    before = copy_of(session.network)
    results = [session.step() for _ in range(2)]
    for name, tensor in copy_of(session.network).items():
        assert torch.equal(tensor, before[name]) == name.startswith(player), name
    frozen = [layer.startswith(player) for layer in session.layers]
    assert np.array_equal(np.isnan(results[-1].gradient_norms), frozen)
    assert all(status.verified for status in session.freezing().layers if status.frozen)


def test_both_losses_and_the_gradients_of_each_player_are_told(session: TrainingSession) -> None:
    session.configure(RING)
    network = networks.build("gan-2d", RING.seed, dataset="ring")
    result = session.step()
    metrics = session.metrics()
    assert metrics is not None and metrics.discriminator_loss is not None
    assert metrics.discriminator_loss[0] == np.float32(result.discriminator_loss)
    torch.manual_seed(RING.seed * 2654435761 % 2**32)
    real = load("ring").training_inputs[batch_indices(2000, 16, RING.seed, 0)]
    fake = network.generator(torch.randn(16, 2)).detach()
    loss = discriminator_loss("", network.discriminator(real), network.discriminator(fake))
    assert result.discriminator_loss == pytest.approx(loss.item(), rel=1e-6)
    loss.backward()
    layer = network.discriminator.output
    norm = math.hypot(layer.weight.grad.norm().item(), layer.bias.grad.norm().item())
    assert result.gradient_norms[session.layers.index("discriminator.output")] == pytest.approx(norm, rel=1e-5)
    assert np.isfinite(result.gradient_norms).all()


def test_a_drawing_becomes_data(session: TrainingSession) -> None:
    drawing = tuple((-1.0, place / 10) for place in range(10))
    session.configure(patch(RING, dataset="drawn", drawing=drawing))
    points = session.training.data.training_inputs
    assert points[:, 0].mean() == pytest.approx(-1, abs=0.02) and points[:, 1].std() < 0.5


def test_divergence_is_told_and_leads_back_to_the_last_good_step(session: TrainingSession) -> None:
    session.configure(patch(RING, loss="least-squares", optimizer="sgd", learning_rate=100.0))
    with pytest.raises(DivergenceError, match=r"Training diverged at step .* is not finite"):
        train(session, 50)
    assert all(parameter.isfinite().all() for parameter in session.network.parameters())


def test_a_single_sample_makes_a_batch(session: TrainingSession) -> None:
    session.configure(patch(PICTURES, batch_size=1))
    assert math.isfinite(session.step().loss)


@pytest.mark.parametrize("loss", ["non-saturating", "least-squares"])
def test_the_update_of_a_recorded_pass_is_the_generators_turn_alone(session: TrainingSession, loss: str) -> None:
    experiment = patch(RING, loss=loss)
    session.configure(experiment)
    train(session, 6)
    recording = session.record(3)
    wanted = plain_loop(experiment, 6)
    before = copy_of(wanted.network)
    wanted.of_generator.zero_grad()
    wanted.of_discriminator.zero_grad()
    generator_loss(loss, wanted.network(session.training.data.validation_inputs[3:4])).backward()
    wanted.of_generator.step()
    assert recording.updates.keys() == {f"generator.{name}" for name, _ in wanted.network.generator.named_parameters()}
    for name, update in recording.updates.items():
        moved = wanted.network.get_parameter(name).detach() - before[name]
        np.testing.assert_allclose(update.values, moved, rtol=2e-3, atol=2e-6)
    place = (0, 0)
    told = session.explain("generator.hidden1.weight", place, "update")
    assert told.result == pytest.approx(float(recording.updates["generator.hidden1.weight"].values[place]), rel=1e-3)
    with pytest.raises(UserError, match="this pass ends in the generator's loss"):
        session.explain("discriminator.hidden1.weight", place, "update")
