"""Networks of strangers: what they raise, leave out or change is said in one sentence and reaches nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.commands.driven import fails
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.messages import Scan
from visualizer.core.topics.chain_rule import Prove
from visualizer.core.topics.pictures import AskSaliency
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import chain_rule, pictures

NETWORKS = """
import os
import sys
import threading

import torch
from torch import nn


class Plain(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)


class Leaving(Plain):
    def forward(self, x):
        sys.exit("leaving")


class Wordy(Plain):
    def forward(self, x):
        raise ValueError("long " * 1000 + chr(10) + "second line")


class Unspeakable(Plain):
    def forward(self, x):
        class Odd(Exception):
            def __str__(self):
                raise RuntimeError("no text")
        raise Odd()


class Painted(Plain):
    def forward(self, x):
        raise ValueError("red" + chr(27) + "[31m")


class Forgetful(nn.Module):
    def __init__(self):
        self.size = 1


class Stubborn(Plain):
    def train(self, mode=True):
        raise RuntimeError("never trained")


class Lazy(nn.Sequential):
    def __init__(self):
        super().__init__(nn.LazyLinear(2))


class Hollow(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 2, device="meta"))


class Locked(Plain):
    def __init__(self):
        super().__init__()
        self.lock, self.other, self.runs = threading.Lock(), nn.Linear(3, 2), 0

    def forward(self, x):
        if self.training:
            self.runs += 1
        return super().forward(x) if self.runs < 3 else self.other(x)


class Undefined(Plain):
    def __init__(self):
        super().__init__()
        nn.init.constant_(self.bias, float("nan"))


class Drawing(Plain):
    def forward(self, x):
        return super().forward(x) + torch.randn(2)


class Wandering(Plain):
    def forward(self, x):
        os.chdir("/")
        return super().forward(x)


class TwoNorms(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.first = nn.Conv2d(1, 4, 3, stride=9), nn.BatchNorm2d(4)
        self.second, self.head = nn.BatchNorm1d(36), nn.Linear(36, 10)

    def forward(self, x):
        return self.head(self.second(self.first(self.conv(x)).flatten(1)))


class Pair(nn.Module):
    noise_size = 2

    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
        self.discriminator = nn.Linear(2, 1)
        self.runs = 0

    def forward(self, noise):
        return self.discriminator(self.generator(noise))
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NETWORKS)
    np.save(tmp_path / "input.npy", np.ones((1, 2), np.float32))
    return path


@pytest.fixture
def trained(run, file):
    def trained(name, *more, steps=3):
        return run("train", "--network", f"{file}:{name}", "--trust", "--dataset", "moons", "--steps", steps, *more)

    return trained


@pytest.fixture
def recorded(run, file, tmp_path):
    def recorded(name):
        given = ("--input", tmp_path / "input.npy", "--target", 0, "--output", tmp_path / "pass.safetensors")
        return run("record", f"{file}:{name}", "--trust", *given)

    return recorded


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Leaving", ["SystemExit", "leaving"]),
        ("Wordy", ["ValueError", "long long"]),
        ("Unspeakable", ["Odd"]),
        ("Painted", ["red [31m"]),
        ("Forgetful", ["super().__init__()"]),
        ("Stubborn", ["train()", "never trained"]),
    ],
)
def test_what_a_network_raises_is_one_short_sentence(trained, recorded, tmp_path, name, words):
    for result in (trained(name), recorded(name)):
        fails(result, *words)
        assert len(result[2]) < 700 and "second line" not in result[2] and "\x1b" not in result[2]
    assert not (tmp_path / "pass.safetensors").exists()


@pytest.mark.parametrize(("name", "words"), [
    ("Lazy", ["'0.weight'", "size"]),
    ("Hollow", ["'0.weight'", "CPU"]),
    ("Undefined", ["initial value of 'bias'", "not finite"]),
])  # fmt: skip
def test_parameters_without_numbers_cannot_be_trained(trained, name, words):
    fails(trained(name), *words)


def test_random_numbers_that_a_network_draws_while_it_is_opened_are_its_own(file):
    random = torch.get_rng_state()
    session = TrainingSession()
    session.configure(Experiment(network=f"{file}:Drawing", dataset="moons", weights="initial", trusted=True))
    assert torch.equal(torch.get_rng_state(), random)


def test_the_layer_is_named_also_where_the_network_cannot_be_copied(trained, tmp_path):
    fails(trained("Locked", "--save", tmp_path / "kept.safetensors", steps=9), "'other'", "3 features")
    assert all(tensor.isfinite().all() for tensor in load_file(tmp_path / "kept.safetensors").values())


def test_a_network_that_goes_to_another_folder_takes_no_file_along(run, trained, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = ["run.csv", "trained.safetensors", "pass.safetensors"]
    assert trained("Wandering", "--csv", places[0], "--save", places[1])[0] == 0
    assert Path.cwd() == Path("/")
    os.chdir(tmp_path)
    given = ("--input", "input.npy", "--target", 0, "--output", places[2])
    code, summary, _ = run("record", f"{file}:Wandering", "--trust", *given)
    assert (code, summary["output"]) == (0, places[2])
    assert all((tmp_path / place).is_file() for place in places)


@pytest.mark.parametrize("path", ["~nobody_at_all/own.py:Net", f"{'x' * 5000}.py:Net", "a\0b.py:Net", "mlp\n"])
def test_what_is_no_path_is_one_sentence(run, path):
    fails(run("graph", path, "--trust", "--input", "1x2"))


def state_of(session):
    tensors = session.network.state_dict()
    return {name: tensor.clone() for name, tensor in tensors.items()}


@pytest.mark.parametrize("frozen", [(), ("first",)])
def test_a_batch_of_one_leaves_every_statistic_where_it_was(file, frozen):
    session = TrainingSession()
    session.configure(
        Experiment(
            network=f"{file}:TwoNorms", dataset="mnist", weights="initial", trusted=True, batch_size=3999, frozen=frozen
        )
    )
    session.step()
    before = state_of(session)
    assert bool(before["first.num_batches_tracked"]) == (not frozen)  # the first layer takes a batch of one
    with pytest.raises(UserError, match=r"step 1 .*'second' \(BatchNorm1d\).* 4000 samples in batches of 3999 leave 1"):
        session.step()
    assert session.steps_done == 1
    assert all(torch.equal(tensor, before[name]) for name, tensor in state_of(session).items())
    assert all(layer.verified for layer in session.freezing().layers if layer.frozen)
    list(session.seek(0))
    session.step()
    assert all(torch.equal(tensor, before[name]) for name, tensor in state_of(session).items())


def test_a_batch_of_one_in_a_pair_is_said(trained, file, run):
    pair = ("--network", f"{file}:Pair", "--trust", "--dataset", "ring", "--batch-size", 1, "--steps", 1)
    fails(run("train", *pair), "step 0", "more than 1 value per channel")


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: list(session.scan(Scan())),
        lambda session: list(chain_rule.ask_proof(session, Prove("weight", (0, 0)))),
        lambda session: pictures.saliency(session, AskSaliency()),
        lambda session: session.training.twin(),
    ],
)
def test_what_works_on_a_copy_says_that_there_can_be_none(file, ask):
    session = TrainingSession()
    session.configure(Experiment(network=f"{file}:Locked", dataset="moons", weights="initial", trusted=True))
    session.record(0)
    with pytest.raises(UserError, match=r"cannot be copied.*lock"):
        ask(session)
