"""The recipe of a recurrent network: a run that goes on after a stop, and the weights that ship."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
import pytest
import torch

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.topics.sequences import Generate
from visualizer.engine import datasets, networks, weights
from visualizer.engine.recipes import __main__, recipe, stepping
from visualizer.engine.recipes.sequences import SequenceRecipe, held_out, train_sequences
from visualizer.engine.recurrence.writing import generate

torch.set_num_threads(1)


def lstm_recipe() -> SequenceRecipe:
    chosen = recipe("lstm")
    assert isinstance(chosen, SequenceRecipe)
    return chosen


def small() -> SequenceRecipe:
    return msgspec.structs.replace(lstm_recipe(), steps=4, experiment=patch(lstm_recipe().experiment, batch_size=4))


def shipped() -> torch.nn.Module:
    network = networks.build("lstm", 0)
    weights.load_into(network, weights.pretrained_path("lstm"))
    return network.eval()


def test_a_stopped_run_goes_on_as_if_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stepping, "KEPT_EVERY", 2)
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
    whole = train_sequences(small(), tmp_path / "whole", str)

    def stop(line: str) -> None:
        if line.startswith("step 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_sequences(small(), tmp_path / "stopped", stop)
    again = train_sequences(small(), tmp_path / "stopped", str)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name
    with pytest.raises(UserError, match="written by another recipe"):
        train_sequences(lstm_recipe(), tmp_path / "whole", str)


def test_the_shipped_weights_are_as_good_as_their_card_says() -> None:
    path = weights.pretrained_path("lstm")
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    told = re.search(r"loss ([\d.]+), ([\d.]+)% of the next characters right", card)
    assert told is not None and path.stat().st_size < 50_000
    data = datasets.load("names")
    with torch.no_grad():
        logits = shipped()(data.validation_inputs)
    counted = data.validation_targets >= 0
    wanted = data.validation_targets[counted]
    loss = torch.nn.functional.cross_entropy(logits[counted], wanted).item()
    right = (logits[counted].argmax(1) == wanted).float().mean().item()
    assert (loss, right) == pytest.approx((float(told[1]), float(told[2]) / 100), abs=1e-3)
    frequencies = torch.bincount(data.training_targets[data.training_targets >= 0]).double()
    shares = frequencies / frequencies.sum()
    assert right > 2 * shares.max() and loss < -float((shares * shares.log()).sum()) - 0.5  # it knows what came before
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card
    assert f"{lstm_recipe().steps:,} steps" in card and weights.card(path) == {"recipe": "lstm"}


def test_the_shipped_network_writes_the_names_of_its_card() -> None:
    card = weights.pretrained_path("lstm").with_suffix(".md").read_text(encoding="utf-8")
    entry, network = catalogue.dataset("names"), shipped()
    written = [generate(network, entry, Generate(temperature=0.8, seed=seed), 0).text for seed in range(8)]
    assert ", ".join(f"`{name}`" for name in written) in card
    assert len(set(written)) > 6 and all(1 < len(name) < 20 for name in written)


def test_a_run_writes_weights_and_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "data").symlink_to(resources.folder() / "data")
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    monkeypatch.setattr(__main__, "recipe", lambda name: small())
    __main__.run("lstm", tmp_path, tmp_path / "work")
    network = networks.build("lstm", 0)
    weights.load_into(network, tmp_path / "weights" / "lstm.safetensors")
    loss, _ = held_out(small(), network)
    assert f"loss {loss:.4f}" in (tmp_path / "weights" / "lstm.md").read_text(encoding="utf-8")


def test_pretrained_weights_are_refused_for_data_of_another_shape() -> None:
    names = Experiment(network="lstm", dataset="names", learning_rate=0.01)
    with pytest.raises(UserError, match=r"learned from names and do not fit sunspots.*choose initial weights"):
        patch(names, dataset="sunspots", loss="mean-squared-error")
    assert patch(Experiment(network="lenet", dataset="fashion-mnist"), dataset="mnist").weights == "pretrained"
