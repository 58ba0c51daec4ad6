"""What is seen of a pair, and asked of it, against autograd and its two networks."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch

from tests.engine.adversaries import PICTURES, RING, answer, generator_loss, pair, train
from visualizer.core import plane, wire
from visualizer.core.experiment import patch
from visualizer.core.topics.adversarial import AskEvolution, AskStages, Imagine, Judge, Judgement, Walk
from visualizer.engine.adversarial.thumbnails import TIMES
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_of
from visualizer.engine.topics import LIVE


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "least-squares"])
def test_arrows_are_minus_the_gradient_of_each_samples_own_loss(session: TrainingSession, loss: str) -> None:
    session.configure(patch(RING, loss=loss))
    train(session, 5)
    frame = LIVE["adversary"](session)
    discriminator = copy.deepcopy(session.network.discriminator)
    for place in (0, 100, 255):
        sample = torch.tensor(frame.fake[place : place + 1], requires_grad=True)
        (gradient,) = torch.autograd.grad(generator_loss(loss, discriminator(sample)), sample)
        np.testing.assert_allclose(frame.arrows[place], -gradient[0].numpy(), rtol=1e-4, atol=1e-7)


def test_looking_changes_nothing_and_can_be_sent(session: TrainingSession) -> None:
    session.configure(PICTURES)
    train(session, 2)
    before, random = copy_of(session.network), torch.get_rng_state()
    for frame in (
        LIVE["adversary"](session),
        answer(session, AskEvolution()),
        answer(session, Imagine(np.zeros((2, 32), np.float32))),
        answer(session, Walk((0.0,) * 32, (1.0,) * 32, 4)),
        answer(session, Judge(np.zeros((1, 28, 28), np.float32))),
        answer(session, AskStages()),
    ):
        assert len(wire.frame_decoder().feed(wire.encode(frame))) == 1
    assert all(torch.equal(tensor, before[name]) for name, tensor in copy_of(session.network).items())
    assert torch.equal(torch.get_rng_state(), random)
    assert all(module.training for module in session.network.modules())
    assert all(parameter.grad is None or parameter.grad.isfinite().all() for parameter in session.network.parameters())


def test_the_map_and_the_manifold_are_those_of_the_two_networks(session: TrainingSession) -> None:
    session.configure(RING)
    train(session, 3)
    plane_view = LIVE["adversary"](session).plane
    row, column = 40, 7
    point = torch.tensor([[plane_view.axis[column], plane_view.axis[row]]])
    judged = session.network.discriminator(point).sigmoid().item()
    assert plane_view.judgements[row, column] == pytest.approx(judged, rel=1e-5)
    noise = torch.tensor([[plane_view.manifold_axis[2], plane_view.manifold_axis[15]]])
    np.testing.assert_allclose(
        plane_view.manifold[15, 2], session.network.generator(noise)[0].detach().numpy(), rtol=1e-5
    )
    assert (plane_view.axis[0], plane_view.axis[-1]) == (-plane.HALF, plane.HALF)


def test_a_judgement_of_a_picture_has_the_gradient_of_each_pixel(session: TrainingSession) -> None:
    session.configure(PICTURES)
    train(session, 2)
    picture = np.random.default_rng(0).random((1, 28, 28), np.float32)
    told = answer(session, Judge(picture))
    assert isinstance(told, Judgement)
    discriminator = copy.deepcopy(session.network.discriminator)
    given = torch.tensor(picture[None], requires_grad=True)
    output = discriminator(given)
    (gradient,) = torch.autograd.grad(output.sum(), given, retain_graph=True)
    (loss_gradient,) = torch.autograd.grad(generator_loss("", output), given)
    assert told.output == pytest.approx(output.item(), rel=1e-5)
    assert told.judgement == pytest.approx(torch.sigmoid(output).item(), rel=1e-5)
    np.testing.assert_allclose(told.gradient, gradient[0].numpy(), rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(told.wish, -loss_gradient[0].numpy(), rtol=1e-4, atol=1e-8)


def test_a_walk_keeps_to_the_arc_between_its_ends(session: TrainingSession) -> None:
    session.configure(RING)
    told = answer(session, Walk((2.0, 0.0), (0.0, 4.0), 3))
    half = 3 / math.sqrt(2)  # half of the angle, half of the way from length 2 to length 4
    np.testing.assert_allclose(told.noise, [[2, 0], [half, half], [0, 4]], atol=1e-6)
    with torch.no_grad():
        np.testing.assert_allclose(told.samples, session.network.generator(torch.tensor(told.noise)), rtol=1e-5)
    straight = answer(session, Walk((1.0, 0.0), (-1.0, 0.0), 3))
    np.testing.assert_allclose(straight.noise, [[1, 0], [0, 0], [-1, 0]], atol=1e-6)


def test_evolution_keeps_the_same_noise_and_is_cut_where_one_goes_back(session: TrainingSession) -> None:
    session.configure(RING)
    first = session.network.generator(pair(session).thumbnails.noise).detach().numpy()
    train(session, 3 * TIMES)
    told = answer(session, AskEvolution())
    assert told.steps[0] == 0 and told.steps[-1] == 3 * TIMES and len(told.steps) <= TIMES + 1
    assert len(set(np.diff(told.steps[:-1]))) == 1
    np.testing.assert_allclose(told.samples[0], first, rtol=1e-6)
    for _ in session.seek(10):
        pass
    again = answer(session, AskEvolution())
    assert again.steps[-1] == 10 and max(again.steps) == 10
    assert np.array_equal(again.samples[1], told.samples[1])
    session.configure(patch(RING, learning_rate=0.1))
    train(session, 3 * TIMES)
    other = answer(session, AskEvolution())
    place = told.steps.index(2 * TIMES)
    assert not np.array_equal(other.samples[other.steps.index(2 * TIMES)], told.samples[place])
