"""Meters of the game against hand counts, and data that lie where they are shown."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.engine.adversaries import RING
from visualizer.core import catalogue, plane
from visualizer.core.experiment import patch
from visualizer.engine.adversarial.quality import hits_of_modes, jensen_shannon, quality
from visualizer.engine.adversarial.verdict import FIRST_STEP, verdict
from visualizer.engine.datasets import load


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
    collapsed = verdict(RING, FIRST_STEP, three, 0.5, 0.5)
    assert collapsed.failure == "mode collapse"
    assert collapsed.sentence == "The generator makes only 3 of the 8 modes of the data."
    assert verdict(RING, FIRST_STEP - 1, three, 0.5, 0.5).failure == ""
    assert verdict(RING, FIRST_STEP, same, 0.99, 0.01).failure == "discriminator too strong"
    assert verdict(RING, FIRST_STEP, same, 0.5, 0.5).failure == ""
    assert collapsed.advice == (
        "Let the discriminator make more steps, lower the learning rate, or begin again with another seed."
    )
    other = verdict(patch(RING, loss="minimax", optimizer="adam"), FIRST_STEP, three, 0.5, 0.5).advice
    assert "the non-saturating loss" in other and "Adam with β₁ = 0.5" in other


@pytest.mark.parametrize("dataset", [entry.id for entry in catalogue.DATASETS if entry.task == "generation"])
def test_data_lie_where_they_are_shown_and_are_the_same_each_time(dataset: str) -> None:
    data, again = load(dataset), load(dataset)
    assert torch.equal(data.training_inputs, again.training_inputs)
    assert tuple(data.training_inputs.shape[1:]) == catalogue.dataset(dataset).input_shape
    assert data.training_inputs.abs().max() <= plane.HALF


@pytest.mark.parametrize("dataset", ["ring", "gaussians-grid", "spiral"])
def test_meters_of_points_agree_with_numpy(dataset: str) -> None:
    real = load(dataset).training_inputs
    fake = torch.randn(2000, 2, generator=torch.Generator().manual_seed(5)) * 1.5
    told = quality(dataset, fake, real)
    edges = np.linspace(-plane.HALF, plane.HALF, 25)
    p, q = (np.histogram2d(*np.clip(points.double().numpy(), -3, 3 - 1e-9).T, edges)[0] for points in (fake, real))
    p, q = p / p.sum(), q / q.sum()
    entropies = [-(share[share > 0] * np.log2(share[share > 0])).sum() for share in ((p + q) / 2, p, q)]
    assert told.divergence == pytest.approx(entropies[0] - (entropies[1] + entropies[2]) / 2, abs=1e-12)
    apart = np.hypot(*(fake.double().numpy()[:, None] - real.double().numpy()[None]).transpose(2, 0, 1))
    assert told.reached == pytest.approx((apart.min(0) < 0.3).mean())
    modes = np.array(plane.MODES.get(dataset, ())).reshape(-1, 2)
    if not len(modes):
        assert told.good == pytest.approx((apart.min(1) < 0.3).mean())
        return
    to_modes = np.hypot(*(fake.double().numpy()[:, None] - modes[None]).transpose(2, 0, 1))
    hits = ((to_modes.argmin(1)[:, None] == np.arange(len(modes))) & (to_modes < 0.3)).sum(0)
    assert told.hits.tolist() == hits.tolist() and told.good == pytest.approx(hits.sum() / 2000)
    assert told.covered == (hits >= 0.1 * 2000 / len(modes)).sum()
