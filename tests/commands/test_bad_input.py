"""What people get wrong with inputs: each a sentence that names the layer and what would fit, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.commands.driven import fails
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.frames import Problem
from visualizer.core.topics.chain_rule import AskChain, MeasureCost, Prove
from visualizer.core.topics.pictures import AskSaliency
from visualizer.core.topics.sequences import Generate
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import chain_rule, pictures, sequences
from visualizer.engine.tracing import trace

NETWORKS = """
import torch
from torch import nn


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 3), nn.Linear(4 * 26 * 26, 10)

    def forward(self, x):
        return self.head(self.conv(x).flatten(1))


class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.norm, self.head = nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 2)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.first(x))))


class NormedPicture(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.head = nn.Conv2d(1, 4, 28), nn.BatchNorm2d(4), nn.Linear(4, 10)

    def forward(self, x):
        return self.head(self.norm(self.conv(x)).flatten(1))


class LargeKernel(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 31), nn.Flatten(), nn.Linear(4, 10))


class LargePool(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(1, 4, 3), nn.MaxPool2d(30), nn.Flatten(), nn.Linear(4, 10))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.lstm, self.head = nn.Embedding(10, 4), nn.LSTM(4, 6, batch_first=True), nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0][:, -1])


class Series(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(3, 6, batch_first=True), nn.Linear(6, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class Bare(nn.Module):
    def forward(self, x):
        return x.flatten(1)[:, :2] * 2


class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2).requires_grad_(False)

    def forward(self, x):
        return self.layer(x)


class Cut(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x):
        with torch.no_grad():
            return self.second(self.first(x)) * 2
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NETWORKS)
    return path


@pytest.fixture
def passing(run, file, tmp_path):
    """Send an array through a network of the file, or one of the catalogue, with `record` or `explain`."""

    def passing(network, values, *more, command="record"):
        np.save(tmp_path / "input.npy", values)
        name = f"{file}:{network}" if network[0].isupper() else network
        writes = ("--output", tmp_path / "pass.safetensors") if command == "record" else ("--json",)
        return run(command, name, *more, "--trust", "--input", tmp_path / "input.npy", "--target", 0, *writes)

    return passing


def picture(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("command", ["record", "explain"])
@pytest.mark.parametrize(
    ("network", "values", "words"),
    [
        ("lenet", picture(27, 27)[None, None], ("'linear1'", "takes 400 features, but gets 256", "made for 1×1×28×28")),
        ("Small", picture(1, 3, 28, 28), ("'conv' (Conv2d)", "takes 1 channel, but gets 3")),
        ("Small", picture(1, 1, 2, 28), ("'conv' (Conv2d)", "kernel of 3×3", "an input of 3×28 or more")),
        ("LargeKernel", picture(1, 1, 28, 28), ("'0' (Conv2d)", "kernel of 31×31", "input of 31×31 or more")),
        ("LargePool", picture(1, 1, 28, 28), ("'1' (MaxPool2d)", "kernel of 30×30", "input of 30×30 or more")),
        ("Words", np.array([[1, 99]]), ("'embedding' (Embedding)", "whole numbers from 0 to 9")),
        ("Words", np.array([[1, -2]]), ("'embedding' (Embedding)", "whole numbers from 0 to 9")),
        ("Words", np.zeros((1, 0), np.int64), ("'lstm' (LSTM)", "at least one step")),
        ("Series", np.zeros((1, 0, 3), np.float32), ("'lstm' (LSTM)", "BATCH×STEPS×3 with at least one step")),
        ("Series", picture(1, 5, 4), ("'lstm' (LSTM)", "BATCH×STEPS×3, but gets 1×5×4")),
    ],
)
def test_an_input_that_does_not_fit_names_the_layer(passing, command, network, values, words):
    fails(passing(network, values, command=command), *words)


@pytest.mark.parametrize(("network", "values"), [("Series", picture(1, 1, 3)), ("Words", np.array([[3]]))])
def test_a_sequence_of_one_step_is_one(passing, network, values, tmp_path):
    code, summary, _ = passing(network, values)
    assert code == 0 and summary["target"] == 0
    states = [t for name, t in load_file(tmp_path / "pass.safetensors").items() if name.startswith("activation/lstm")]
    assert states[0].shape == (1, 1, 6)


def test_a_pixel_that_is_no_number_is_found(passing):
    values = picture(1, 1, 28, 28)
    values[0, 0, 3, 4] = np.nan
    fails(passing("lenet", values), "NaN", "(0, 0, 3, 4)")


@pytest.mark.parametrize(("network", "shape", "words"), [
    ("LargeKernel", "1x1x28x28", ("'0' (Conv2d)", "kernel of 31×31")),
    ("Series", "1x5x4", ("'lstm' (LSTM)", "BATCH×STEPS×3, but gets 1×5×4")),
    ("Series", "1x0x3", ("'1x0x3'", "sizes of 1 or more")),
])  # fmt: skip
def test_a_graph_ends_where_the_shape_does_not_fit(run, file, network, shape, words):
    code, graph, err = run("graph", f"{file}:{network}", "--trust", "--input", shape)
    assert code == 2 and err.count("\n") == 1
    assert graph is None or graph["error"] in err
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Conv2d(1, 1, 5, padding=1), (1, 1, 2, 9), "5×5 is larger than its input of 4×11 with its padding"),
        (nn.Conv1d(1, 1, 3, dilation=4), (1, 1, 8), "3, dilated to 9, is larger than its input of 8"),
        (nn.AvgPool1d(4), (1, 1, 3), "4 is larger than its input of 3"),
    ],
)
def test_what_is_said_to_fit_does_fit(layer, shape, words):
    error = trace(nn.Sequential(layer), (torch.zeros(shape),)).error
    assert words in error
    least = [int(size) for size in error.split("an input of ")[2].split(" or")[0].split("×")]
    assert not trace(nn.Sequential(layer), (torch.zeros(1, 1, *least),)).error


@pytest.mark.parametrize(("network", "dataset"), [("Normed", "moons"), ("NormedPicture", "mnist")])
def test_a_batch_of_one_does_not_fit_batch_norm(run, file, tmp_path, network, dataset):
    train = ("train", "--network", f"{file}:{network}", "--trust", "--dataset", dataset, "--steps", 1)
    weights = tmp_path / "kept.safetensors"
    said = run(*train, "--batch-size", 1, "--save", weights)
    fails(said, "step 0", "'norm' (BatchNorm", "batches of at least 2 samples")
    assert "norm.weight" in load_file(weights)
    assert run(*train, "--batch-size", 2)[0] == 0


def test_a_last_batch_of_one_is_said_and_the_steps_before_it_stay(file):
    session = TrainingSession()
    session.configure(Experiment(network=f"{file}:Normed", dataset="moons", weights="initial", trusted=True))
    count = len(session.training.data.training_targets)
    session.configure(patch(session.experiment, batch_size=count - 1))
    session.step()
    kept = {name: tensor.clone() for name, tensor in session.network.named_parameters()}
    with pytest.raises(UserError, match=r"step 1 .*'norm' \(BatchNorm1d\)"):
        session.step()
    assert session.steps_done == 1
    assert all(torch.equal(kept[name], tensor) for name, tensor in session.network.named_parameters())


@pytest.mark.parametrize(("network", "words"), [
    ("Bare", ("no parameters", "nothing to train")),
    ("Fixed", ("none of its parameters takes a gradient", "requires_grad")),
    ("Cut", ("no gradient comes back", "linear in layer 'second'", "no_grad")),
])  # fmt: skip
def test_what_cannot_learn_says_why(run, file, network, words):
    fails(run("train", "--network", f"{file}:{network}", "--trust", "--dataset", "moons", "--steps", 1), *words)


@pytest.mark.parametrize(("network", "node"), [("Bare", "mul"), ("Fixed", "layer"), ("Cut", "second")])
def test_what_cannot_learn_can_be_looked_at(passing, network, node):
    assert passing(network, picture(1, 2))[0] == 0
    assert passing(network, picture(1, 2), node, "--index", "0,0", command="explain")[0] == 0
    code, _, err = passing(network, picture(1, 2), node, "--index", "0,0", "--backward", command="explain")
    assert (code, err) == (0, "") if network != "Cut" else code == 2 and f"No gradient comes back to '{node}'" in err


@pytest.mark.parametrize("network", ["Fixed", "Cut"])
def test_a_window_on_what_cannot_learn_answers(file, network):
    session = TrainingSession()
    frames = session.configure(
        Experiment(network=f"{file}:{network}", dataset="moons", weights="initial", trusted=True)
    )
    assert not any(isinstance(frame, Problem) for frame in frames)
    assert session.record(0).parameter_gradients == {}
    parameter = next(name for name, _ in session.network.named_parameters())
    for ask in (
        lambda: chain_rule.ask_chain(session, AskChain(parameter, (0, 0))),
        lambda: list(chain_rule.ask_proof(session, Prove(parameter, (0, 0)))),
        lambda: list(chain_rule.measure_cost(session, MeasureCost())),
    ):
        with pytest.raises(UserError, match="gradient"):
            ask()
    gradient = pictures.saliency(session, AskSaliency()).gradient
    assert np.isfinite(gradient).all() and (gradient == 0).all() == (network == "Cut")
    with pytest.raises(UserError, match="cannot learn"):
        session.step()


def test_an_own_picture_of_another_size_or_without_numbers_changes_nothing():
    session = TrainingSession()
    session.configure(Experiment(network="lenet", dataset="mnist", weights="initial"))
    good = picture(1, 28, 28)
    session.feed(good, 3)
    with pytest.raises(UserError, match="1×27×27, but this network takes 1×28×28"):
        session.feed(good[:, :27, :27], 3)
    bad = good.copy()
    bad[0, 2, 5] = np.inf
    with pytest.raises(UserError, match=r"not finite at \(0, 2, 5\)"):
        session.feed(bad, 3)
    assert np.array_equal(session.record(-1).activations["input"].values, good)


def test_a_text_with_unknown_characters_names_them():
    session = TrainingSession()
    session.configure(Experiment(network="lstm", dataset="names", weights="initial", optimizer="adam"))
    with pytest.raises(UserError, match=r"does not know 'é', '7' in 'zoé7'.* a to z"):
        sequences.generate(session, Generate(prompt="zoé7"))


def test_a_network_that_does_not_fit_keeps_its_graph_and_can_be_left(file):
    session = TrainingSession()
    session.configure(Experiment(network="lenet", dataset="mnist", weights="initial"))
    frames = session.configure(
        Experiment(network=f"{file}:LargeKernel", dataset="mnist", weights="initial", trusted=True)
    )
    (problem,) = [frame for frame in frames if isinstance(frame, Problem)]
    assert "kernel of 31×31" in problem.sentence
    with pytest.raises(UserError, match="kernel of 31×31"):
        session.step()
    with pytest.raises(UserError, match="no parameters"):
        session.configure(Experiment(network=f"{file}:Bare", dataset="moons", weights="initial", trusted=True))
    assert session.experiment.network.endswith("LargeKernel")
    session.configure(Experiment(network="lenet", dataset="mnist", weights="initial"))
    assert np.isfinite(session.step().loss)
