"""Claims of the course: what is counted, when they hold, and that none holds by itself."""

from __future__ import annotations

import importlib
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest
import torch

from tests.engine.false_claim import FALSE
from visualizer.core import plane
from visualizer.core.errors import UserError
from visualizer.core.experiment import patch
from visualizer.core.topics.adversarial import Quality
from visualizer.engine.adversarial import collapse
from visualizer.engine.adversarial.collapse import Collapse
from visualizer.engine.adversarial.quality import quality
from visualizer.engine.claims import (
    CLAIMS,
    Claim,
    Demonstration,
    Outcome,
    backpropagation_is_cheap,
    cnn_needs_fewer_parameters,
    demonstrate,
    find,
    gan_mode_collapse,
    lstm_keeps_gradients,
)
from visualizer.engine.claims.counting import count
from visualizer.engine.recurrence.memory import Memory

TRUE = replace(FALSE, id="seeds-are-seeds", run=lambda seed: Outcome(float(seed), True, {}))


def demonstrated(*claims: Claim, seeds: int) -> tuple[list[Demonstration], list[tuple[int, str, int]]]:
    told: list[tuple[int, str, int]] = []
    with ThreadPoolExecutor(2) as executor:
        found = demonstrate(claims, seeds, executor, lambda done, claim, seed: told.append((done, claim.id, seed)))
    return found, told


def test_a_false_claim_does_not_hold_beside_a_true_one():
    (true, false), told = demonstrated(TRUE, FALSE, seeds=4)
    assert true.held and true.seeds_held == 4 and true.effect == 1.5
    assert not false.held and false.seeds_held == 0 and false.effect == false.spread == 0
    assert [outcome.figures["seed"] for outcome in false.outcomes] == [0, 1, 2, 3]
    assert [done for done, _, _ in told] == list(range(1, 9))
    assert {(claim, seed) for _, claim, seed in told} == {
        (claim.id, seed) for claim in (TRUE, FALSE) for seed in range(4)
    }


def test_an_experiment_that_fails_ends_all():
    def fail(seed: int) -> Outcome:
        raise UserError(f"Seed {seed} diverged.")

    with pytest.raises(UserError, match="Seed 0 diverged"):
        demonstrated(replace(FALSE, run=fail), seeds=1)


@pytest.mark.parametrize(
    ("held", "seeds", "holds"),
    [(9, 10, True), (8, 10, False), (3, 3, True), (2, 3, False), (18, 20, True), (1, 1, True)],
)
def test_a_claim_holds_where_nine_of_ten_seeds_do(held, seeds, holds):
    outcomes = tuple(Outcome(float(seed), seed < held, {}) for seed in range(seeds))
    assert Demonstration(FALSE, outcomes).held is holds


def test_effect_and_spread():
    done = Demonstration(FALSE, tuple(Outcome(effect, True, {}) for effect in (1.0, 2.0, 6.0)))
    assert done.effect == 3 and done.spread == pytest.approx(7**0.5)  # (4 + 1 + 9) / 2
    assert Demonstration(FALSE, (Outcome(5.0, True, {}),)).spread == 0


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_each_claim_says_what_it_is_and_is_found_by_a_worker(claim):
    assert find(claim.id) is claim
    assert claim.statement.endswith(".") and claim.source and claim.measure and claim.criterion
    assert getattr(importlib.import_module(claim.run.__module__), claim.run.__name__) is claim.run


def test_an_unknown_claim():
    with pytest.raises(UserError, match="did you mean 'gan-mode-collapse'"):
        find("gan-colapse")


# Backpropagation


def test_operations_are_those_counted_by_hand():
    figures = backpropagation_is_cheap.run(0, ("mlp", "lstm")).figures
    forward = 2 * (2 * 8 + 8 * 8 + 8 * 2)  # a product and a sum for each weight
    backward = 2 * forward - 2 * (2 * 8)  # for weights and for inputs, the data excepted
    assert figures["mlp: forward passes for finite differences"] == 2 * (2 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2)
    assert figures["mlp: operations of backpropagation, in forward passes"] == (forward + backward) / forward
    steps, units, letters = 12, 24, 27
    given, remembered, head = (2 * steps * size for size in (4 * units * letters, 4 * units * units, units * letters))
    forward = given + remembered + head
    first = remembered // steps  # the first state is no parameter: it needs no gradient
    backward = given + 2 * remembered - first + 2 * head
    assert figures["lstm: operations of backpropagation, in forward passes"] == (forward + backward) / forward


def test_operations_of_a_convolution_are_those_counted_by_hand():
    picture, kernels = torch.zeros(1, 2, 5, 5), torch.zeros(3, 2, 3, 3, requires_grad=True)
    forward = 2 * (3 * 3 * 3) * (2 * 3 * 3)  # a product and a sum for each output and weight of its window
    assert count(lambda: torch.conv2d(picture, kernels)) == forward
    assert (
        count(lambda: torch.conv2d(picture, kernels).sum().backward()) == 2 * forward
    )  # the picture needs no gradient
    picture.requires_grad_()
    assert count(lambda: torch.conv2d(picture, kernels).sum().backward()) == 3 * forward


def test_backpropagation_is_judged_by_operations_and_by_the_clock(monkeypatch):
    true_costs = backpropagation_is_cheap.measure

    def clocked(ratio):
        def measure(*given):
            return [found and msgspec.structs.replace(found, ratio=ratio) for found in true_costs(*given)]

        monkeypatch.setattr(backpropagation_is_cheap, "measure", measure)
        return backpropagation_is_cheap.run(3, ("mlp",))

    assert clocked(11.0).held and not clocked(9.0).held
    assert clocked(11.0) == clocked(12.0)  # what a clock says is none of the numbers
    monkeypatch.setattr(backpropagation_is_cheap, "BOUND", 2.8)
    assert not clocked(11.0).held


# Convolution


@pytest.mark.parametrize(
    ("accuracies", "effect", "held"),
    [
        ([0.8, 0.7, 0.79, 0.8], 12730 / 3058, True),
        ([0.8, 0.7, 0.8], 6370 / 3058, False),
        ([0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 101770 / 3058, True),
    ],
    ids=["a wider one is as accurate", "a small one is as accurate", "none is as accurate"],
)
def test_wider_networks_are_tried_until_one_is_as_accurate(monkeypatch, accuracies, effect, held):
    left = iter(accuracies)
    rates = []

    def trained(build, experiment, steps):
        rates.append(experiment.learning_rate)
        return sum(parameter.numel() for parameter in build().parameters()), next(left)

    monkeypatch.setattr(cnn_needs_fewer_parameters, "_trained", trained)
    outcome = cnn_needs_fewer_parameters.run(0)
    assert outcome.effect == effect and outcome.held is held
    assert list(outcome.figures.values()) == accuracies and next(left, None) is None
    own = [cnn_needs_fewer_parameters.RATE, *cnn_needs_fewer_parameters.RATES.values()]
    assert rates == own[: len(accuracies)]


def test_the_same_seed_trains_alike():
    def trained(seed):
        setting = patch(cnn_needs_fewer_parameters.SETTING, seed=seed)
        return cnn_needs_fewer_parameters._trained(cnn_needs_fewer_parameters.convolutional, setting, steps=3)

    assert trained(1) == trained(1) != trained(2)


# Mode collapse


def samples(modes: int, deviation: float) -> Quality:
    """Return the quality of samples around the first modes of the ring, 100 at each."""
    random = torch.Generator().manual_seed(0)
    ring = torch.tensor(plane.MODES["ring"])
    around = ring[:modes].repeat(100, 1)
    real = ring.repeat(100, 1) + plane.DEVIATION * torch.randn(100 * len(ring), 2, generator=random)
    return quality("ring", around + deviation * torch.randn(around.shape, generator=random), real)


def test_collapse_is_lost_modes_and_samples_that_are_alike():
    whole, crowded, scattered = samples(8, 0.01), samples(1, 0.01), samples(8, 3.0)
    assert (whole.covered, crowded.covered) == (8, 1) and scattered.covered <= 1
    assert Collapse(whole, crowded).held and Collapse(whole, crowded).effect == 7
    assert not Collapse(whole, scattered).held
    assert not Collapse(samples(4, 0.01), crowded).held
    assert not Collapse(crowded, crowded).held and not Collapse(whole, whole).held


def test_both_generators_begin_alike_and_the_same_seed_gives_the_same():
    begun = collapse.run(5, steps=0)
    assert begun.in_turn.variety == begun.hurried.variety
    first, again = collapse.run(5, steps=3), collapse.run(5, steps=3)
    assert first.hurried.variety == again.hurried.variety != first.in_turn.variety


def test_figures_of_a_collapse(monkeypatch):
    monkeypatch.setattr(collapse, "run", lambda seed: Collapse(samples(8, 0.01), samples(1, 0.01)))
    outcome = gan_mode_collapse.run(0)
    assert outcome.effect == 7 and outcome.held
    assert list(outcome.figures.values())[:2] == [8, 1]


# Memory


@pytest.mark.parametrize(
    ("right", "carried", "held"),
    [((0.9, 0.3), (1e-1, 1e-9), True), ((0.5, 0.3), (1e-1, 1e-9), False), ((0.9, 0.3), (1e-1, 1e-2), False)],
    ids=["learned and carried", "not learned", "not carried"],
)
def test_memory_is_judged_by_accuracy_and_gradient(monkeypatch, right, carried, held):
    kinds = ("lstm", "rnn")
    memory = Memory(dict(zip(kinds, right, strict=True)), dict(zip(kinds, carried, strict=True)))
    monkeypatch.setattr(lstm_keeps_gradients.memory, "run", lambda seed: memory)
    outcome = lstm_keeps_gradients.run(0)
    assert outcome.held is held and outcome.effect == right[0] - right[1]
    assert statistics.fsum(outcome.figures.values()) == pytest.approx(sum(right) + sum(carried))
