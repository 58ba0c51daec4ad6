from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core import catalogue
from visualizer.core.errors import UserError, unknown
from visualizer.core.experiment import Experiment, check, frozen_by, patch


def test_a_patch_changes_what_it_names_and_nothing_else() -> None:
    before = Experiment()
    after = patch(before, learning_rate=0.1, frozen=("stem", "stage1"))
    assert (after.learning_rate, after.frozen) == (0.1, ("stem", "stage1"))
    assert msgspec.structs.replace(after, learning_rate=before.learning_rate, frozen=before.frozen) == before
    assert before == Experiment()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"learning_rte": 0.1}, "did you mean 'learning_rate'"),
        ({"network": "resnet2O"}, "did you mean 'resnet20'"),
        ({"dataset": "moon"}, "did you mean 'moons'"),
        ({"optimizer": "adm"}, "did you mean 'adam'"),
        ({"loss": "zzz"}, "known are cross-entropy"),
        ({"learning_rate": 0.0}, "above 0"),
        ({"learning_rate": float("nan")}, "above 0"),
        ({"learning_rate": float("inf")}, "above 0"),
        ({"learning_rate": "fast"}, "cannot be changed so"),
        ({"batch_size": -1}, "1 to 65536"),
        ({"batch_size": 1.5}, "cannot be changed so"),
        ({"seed": 2**31}, "whole number from 0"),
        ({"frozen": "stem"}, "cannot be changed so"),
        ({"frozen": object()}, "cannot be changed so"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_one_sentence(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        patch(Experiment(), **changes)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_defaults_are_allowed_and_so_is_a_network_file() -> None:
    check(Experiment())
    check(Experiment(network="models/mine.py:Net", trusted=True))


@given(st.floats(1e-9, 100), st.integers(0, 65536), st.integers(0, 2**31 - 1))
def test_an_experiment_is_the_same_after_writing_and_reading(rate: float, batch: int, seed: int) -> None:
    experiment = patch(Experiment(), learning_rate=rate, batch_size=batch, seed=seed, frozen=["a.*"])
    assert msgspec.json.decode(msgspec.json.encode(experiment), type=Experiment) == experiment
    assert hash(experiment) == hash(patch(experiment))


@pytest.mark.parametrize(
    ("patterns", "path", "frozen"),
    [
        (("stage1",), "stage1.0.conv1", True),
        (("stage1",), "stage1", True),
        (("stage1",), "stage10.conv", False),
        (("stage1.0",), "stage1.1.conv1", False),
        (("*.conv1",), "stage1.0.conv1", True),
        (("stage[12]",), "stage2.0", True),
        (("*",), "linear", True),
        ((), "linear", False),
        (("STEM",), "stem", False),
    ],
)
def test_a_pattern_freezes_what_it_matches_and_all_inside(patterns: tuple[str, ...], path: str, frozen: bool) -> None:
    assert frozen_by(patterns, path) is frozen
    assert Experiment(frozen=patterns).is_frozen(path) is frozen


@pytest.mark.parametrize("entries", [catalogue.NETWORKS, catalogue.DATASETS, catalogue.OPTIMIZERS, catalogue.LOSSES])
def test_ids_of_the_catalogue_are_unique(entries: tuple[catalogue.NetworkEntry, ...]) -> None:
    names = [entry.id for entry in entries]
    assert len(set(names)) == len(names)


def test_the_networks_name_data_that_exists() -> None:
    for entry in catalogue.NETWORKS:
        assert entry.dataset in entry.datasets
        assert catalogue.dataset(entry.dataset).input_shape == entry.input_shape
        for name in entry.datasets:
            assert catalogue.dataset(name).task in catalogue.loss(catalogue.loss_for(entry.id, name)).tasks
        catalogue.optimizer(entry.optimizer)


@pytest.mark.parametrize(
    ("name", "is_file"),
    [
        ("models/mine.py:Net", True),
        ("resnet20", False),
        ("mine.py", False),
        ("mine.txt:Net", False),
        ("mine.py:", False),
    ],
)
def test_a_network_file_is_told_by_its_form(name: str, is_file: bool) -> None:
    assert catalogue.is_network_file(name) is is_file


def test_the_nearest_known_name_is_offered() -> None:
    assert str(unknown("data set", "fashion-minst", ["mnist", "fashion-mnist"])).endswith(
        "did you mean 'fashion-mnist'?"
    )
    assert str(unknown("loss", "qqq", ["a", "b"])).endswith("known are a, b.")
