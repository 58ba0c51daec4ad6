"""The recipe of a pair: its schedule, a run that goes on after a stop, and the weights that ship."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from visualizer.core.errors import UserError
from visualizer.core.experiment import patch
from visualizer.engine import networks, weights
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.recipes import recipe, stepping
from visualizer.engine.recipes.adversarial import AdversarialRecipe, train_pair

torch.set_num_threads(1)


def pair_recipe() -> AdversarialRecipe:
    chosen = recipe("gan-images")
    assert isinstance(chosen, AdversarialRecipe)
    return chosen


def test_the_learning_rate_stays_and_then_falls_in_a_line() -> None:
    chosen = msgspec.structs.replace(pair_recipe(), steps=100)
    highest = chosen.experiment.learning_rate
    assert [chosen.learning_rate(step) for step in (0, 50)] == [highest, highest]
    assert chosen.learning_rate(75) == pytest.approx(highest / 2)
    assert chosen.learning_rate(99) == pytest.approx(highest / 50)


def test_a_stopped_run_goes_on_as_if_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "KEPT_EVERY", 2)
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
    pictures = Pictures(images, np.zeros(40, np.uint8))
    small = msgspec.structs.replace(pair_recipe(), steps=4, experiment=patch(pair_recipe().experiment, batch_size=4))
    whole = train_pair(small, pictures, tmp_path, lambda line: None)
    (tmp_path / "other").mkdir()

    def stop(line: str) -> None:
        if line.startswith("step 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_pair(small, pictures, tmp_path / "other", stop)
    again = train_pair(small, pictures, tmp_path / "other", lambda line: None)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name
    with pytest.raises(UserError, match="written by another recipe"):
        train_pair(pair_recipe(), pictures, tmp_path, lambda line: None)


def test_a_classifier_sees_in_the_shipped_samples_what_the_card_says() -> None:
    path = weights.pretrained_path("gan-images")
    network, judge = networks.build("gan-images", 0), networks.build("lenet", 0)
    weights.load_into(network, path)
    weights.load_into(judge, weights.pretrained_path("lenet"))
    with torch.no_grad():
        probabilities = judge.eval()(network.eval().generator(held_out_noise(32, 2000))).softmax(1)
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    told = re.search(r"probability of ([\d.]+) on average", card)
    assert told is not None and path.stat().st_size < 1_500_000
    assert probabilities.max(1).values.mean().item() == pytest.approx(float(told[1]), abs=2e-3) and float(told[1]) > 0.8
    shares = torch.bincount(probabilities.argmax(1), minlength=10) / 2000
    assert shares.min() > 0.05
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card
    assert f"{pair_recipe().steps:,} steps" in card
