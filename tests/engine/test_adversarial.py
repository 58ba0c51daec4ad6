"""Adversarial training against a plain loop of torch, and what is seen of it against autograd and hand counts."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from visualizer.core import catalogue, plane, wire
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.topics.adversarial import AskEvolution, AskStages, Imagine, Judge, Judgement, Stages, Walk
from visualizer.engine import networks
from visualizer.engine.adversarial.quality import hits_of_modes, jensen_shannon, quality
from visualizer.engine.adversarial.thumbnails import TIMES
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.adversarial.verdict import FIRST_STEP, verdict
from visualizer.engine.datasets import batch_indices, load
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_of
from visualizer.engine.topics import ANSWERS, LIVE
from visualizer.engine.training import DivergenceError

RING = Experiment(
    network="gan-2d",
    dataset="ring",
    weights="initial",
    loss="non-saturating",
    optimizer="adam-0.5",
    learning_rate=0.003,
    batch_size=16,
    seed=3,
)
PICTURES = patch(RING, network="gan-images", dataset="fashion-mnist-unlabelled", learning_rate=0.0002, batch_size=4)


@pytest.fixture
def session() -> TrainingSession:
    return TrainingSession()


def pair(session: TrainingSession) -> AdversarialTraining:
    assert isinstance(session.training, AdversarialTraining)
    return session.training


def train(session: TrainingSession, until: int) -> None:
    for _ in session.train(until):
        pass


def answer(session: TrainingSession, command: object) -> object:
    answered = ANSWERS[type(command)](session, command)
    return list(answered)[-1] if isinstance(answered, Iterator) else answered


def discriminator_loss(loss: str, real: Tensor, fake: Tensor) -> Tensor:
    if loss == "least-squares":
        ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
        return (functional.mse_loss(real, ones) + functional.mse_loss(fake, zeros)) / 2
    return functional.binary_cross_entropy_with_logits(
        real, torch.ones_like(real)
    ) + functional.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))


def generator_loss(loss: str, fake: Tensor) -> Tensor:
    if loss == "least-squares":
        return functional.mse_loss(fake, torch.ones_like(fake)) / 2
    if loss == "minimax":
        return -functional.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    return functional.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def plain_loop(experiment: Experiment, steps: int) -> nn.Module:
    """Train as torch's tutorials do: two optimizers, the fakes detached for the discriminator."""
    network = networks.build(experiment.network, experiment.seed, dataset=experiment.dataset)
    generator, discriminator = network.generator, network.discriminator
    both = [
        torch.optim.Adam(part.parameters(), lr=experiment.learning_rate, betas=(0.5, 0.999), foreach=True)
        for part in (discriminator, generator)
    ]
    real = load(experiment.dataset).training_inputs
    size, turns = experiment.batch_size, experiment.discriminator_steps
    for step in range(steps):
        torch.manual_seed((experiment.seed * 2654435761 + step) % 2**32)
        for turn in range(turns):
            batch = real[batch_indices(len(real), size, experiment.seed, step * turns + turn)]
            fake = generator(torch.randn(size, network.noise_size)).detach()
            both[0].zero_grad()
            discriminator_loss(experiment.loss, discriminator(batch), discriminator(fake)).backward()
            both[0].step()
        for _ in range(experiment.generator_steps):
            both[1].zero_grad()
            generator_loss(experiment.loss, network(torch.randn(size, network.noise_size))).backward()
            both[1].step()
    return network


@pytest.mark.parametrize("loss", ["non-saturating", "minimax", "least-squares"])
@pytest.mark.parametrize("turns", [(1, 1), (3, 2)])
def test_steps_are_those_of_a_plain_loop(session: TrainingSession, loss: str, turns: tuple[int, int]) -> None:
    experiment = patch(RING, loss=loss, discriminator_steps=turns[0], generator_steps=turns[1])
    session.configure(experiment)
    train(session, 12)
    wanted = plain_loop(experiment, 12)
    for name, parameter in wanted.named_parameters():
        torch.testing.assert_close(session.network.get_parameter(name), parameter, rtol=2e-5, atol=2e-6)


def test_with_the_very_same_operations_every_bit_is_that_of_a_plain_loop(
    session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = patch(RING, discriminator_steps=2)
    session.configure(experiment)
    train(session, 20)
    monkeypatch.setitem(
        globals(),
        "discriminator_loss",
        lambda _, real, fake: functional.softplus(-real).mean() + functional.softplus(fake).mean(),
    )
    monkeypatch.setitem(globals(), "generator_loss", lambda _, fake: functional.softplus(-fake).mean())
    wanted = plain_loop(experiment, 20)
    for name, parameter in wanted.named_parameters():
        assert torch.equal(session.network.get_parameter(name), parameter), name


def test_pictures_too_are_learned_as_in_a_plain_loop(session: TrainingSession) -> None:
    session.configure(PICTURES)
    train(session, 3)
    wanted = plain_loop(PICTURES, 3).state_dict()
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


@pytest.mark.parametrize("experiment", [patch(RING, discriminator_steps=2), PICTURES], ids=["plane", "pictures"])
def test_the_stages_tell_the_step_that_comes_and_change_nothing(
    session: TrainingSession, experiment: Experiment
) -> None:
    session.configure(experiment)
    train(session, 2)
    before = copy_of(session.network)
    told = answer(session, AskStages())
    assert isinstance(told, Stages) and told.step == 2
    assert all(torch.equal(tensor, before[name]) for name, tensor in copy_of(session.network).items())
    names = ["noise", "generate", "judge", "loss", "gradients", "update"]
    turns = experiment.discriminator_steps
    players = ["discriminator"] * 6 * turns + ["generator"] * 7
    assert [stage.player for stage in told.stages] == players
    assert [stage.name for stage in told.stages] == names * turns + [*names[:4], "samples", *names[4:]]

    result = session.step()
    last = {stage.player: stage for stage in told.stages}
    prints = {layer.path: layer.fingerprint for layer in session.freezing().layers}
    assert prints == {**last["generator"].fingerprints, **last["discriminator"].fingerprints}
    assert (last["generator"].loss, last["discriminator"].loss) == (result.loss, result.discriminator_loss)
    for name, parameter in session.network.named_parameters():
        change = last[name.partition(".")[0]].parameters[name].change
        if turns == 1:
            assert change == pytest.approx((parameter - before[name]).norm().item(), rel=1e-6)
    for stage in told.stages:
        assert bool(stage.arrows.size) == (
            stage.name in ("samples", "gradients", "update") and stage.player != players[0]
        )
        assert stage.title and stage.sentence and stage.formula and stage.formula_with_numbers
    assert len(wire.frame_decoder().feed(wire.encode(told))) == 1


def test_asking_for_stages_while_training_goes_on_tells_the_same(session: TrainingSession) -> None:
    session.configure(RING)
    alone = answer(session, AskStages())
    slices = ANSWERS[AskStages](session, AskStages())
    assert isinstance(slices, Iterator) and isinstance(alone, Stages)
    told = next(slices)
    while told is None:
        session.step()
        told = next(slices)
    assert isinstance(told, Stages)
    assert [stage.loss for stage in told.stages[3:6]] == [stage.loss for stage in alone.stages[3:6]]
    assert [stage.fingerprints for stage in told.stages] == [stage.fingerprints for stage in alone.stages]


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


def test_coverage_and_divergence_are_what_one_counts_by_hand() -> None:
    modes = torch.tensor([[0.0, 0.0], [1.0, 0.0], [2.0, 2.0]])
    points = torch.tensor([[0.0, 0.29], [0.31, 0.0], [0.95, 0.05], [1.1, 0.0], [2.5, 2.5]])
    assert hits_of_modes(points, modes).tolist() == [1, 2, 0]
    half = torch.tensor([[-1.0, -1.0], [1.0, 1.0]])
    assert jensen_shannon(half, half) == 0.0
    assert jensen_shannon(half, torch.tensor([[2.0, -2.0]])) == 1.0
    # p = (1/2, 1/2), q = (1, 0), m = (3/4, 1/4): half of KL(p|m) + KL(q|m)
    wanted = (0.5 * math.log2(2 / 3) + 0.5 * math.log2(2) + math.log2(4 / 3)) / 2
    assert jensen_shannon(half, half[:1]) == pytest.approx(wanted, rel=1e-12)


def test_quality_of_the_ring() -> None:
    real = load("ring").training_inputs
    same = quality("ring", real, real)
    assert (same.covered, same.coverable, same.divergence, same.variety) == (8, 8, 0.0, 1.0)
    assert same.good == pytest.approx(1 - math.exp(-4.5), abs=0.01) and same.reached == 1.0
    three = quality("ring", torch.tensor(plane.RING[:3]).repeat(100, 1), real)
    assert (three.covered, three.good) == (3, 1.0) and three.hits.tolist() == [100] * 3 + [0] * 5
    assert three.reached == pytest.approx(3 / 8, abs=0.02)
    assert verdict(FIRST_STEP, three, 0.5, 0.5).failure == "mode collapse"
    assert verdict(FIRST_STEP, three, 0.5, 0.5).sentence == "The generator makes only 3 of the 8 modes of the data."
    assert verdict(FIRST_STEP - 1, three, 0.5, 0.5).failure == ""
    assert verdict(FIRST_STEP, same, 0.99, 0.01).failure == "discriminator too strong"
    assert verdict(FIRST_STEP, same, 0.5, 0.5).failure == ""


@pytest.mark.parametrize("dataset", [entry.id for entry in catalogue.DATASETS if entry.task == "generation"])
def test_data_lie_where_they_are_shown_and_are_the_same_each_time(dataset: str) -> None:
    data, again = load(dataset), load(dataset)
    assert torch.equal(data.training_inputs, again.training_inputs)
    assert tuple(data.training_inputs.shape[1:]) == catalogue.dataset(dataset).input_shape
    assert data.training_inputs.abs().max() <= plane.HALF


def test_a_drawing_becomes_data(session: TrainingSession) -> None:
    drawing = tuple((-1.0, place / 10) for place in range(10))
    session.configure(patch(RING, dataset="drawn", drawing=drawing))
    points = session.training.data.training_inputs
    assert points[:, 0].mean() == pytest.approx(-1, abs=0.02) and points[:, 1].std() < 0.5


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


def test_divergence_is_told_and_leads_back_to_the_last_good_step(session: TrainingSession) -> None:
    session.configure(patch(RING, loss="least-squares", optimizer="sgd", learning_rate=100.0))
    with pytest.raises(DivergenceError, match=r"Training diverged at step .* is not finite"):
        train(session, 50)
    assert all(parameter.isfinite().all() for parameter in session.network.parameters())


def test_a_single_sample_makes_a_batch(session: TrainingSession) -> None:
    session.configure(patch(PICTURES, batch_size=1))
    assert math.isfinite(session.step().loss)
