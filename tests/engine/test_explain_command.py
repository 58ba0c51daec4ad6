from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from visualizer.cli import main

FUNCTIONS = {
    "exp": np.exp,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sum": np.sum,
    "max": lambda *given: np.max(given),
    "logsumexp": lambda z: np.log(np.exp(z).sum()),
}


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["explain", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def evaluated(explained: dict) -> float:
    names: dict = {}
    for operand in explained["operands"]:
        name, bracket, _ = operand["name"].partition("[")
        if bracket:
            names.setdefault(name, []).append(operand["value"])
        else:
            names[name] = operand["value"]
    arrays = {name: np.array(value) if isinstance(value, list) else value for name, value in names.items()}
    return float(eval(explained["formula"], {"__builtins__": {}}, FUNCTIONS | arrays))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    path = tmp_path_factory.mktemp("recorded") / "pass.safetensors"
    assert main(["record", "lenet", "--sample", "3", "--output", str(path)]) == 0
    return load_file(path)


@pytest.mark.parametrize(
    ("node", "index"), [("conv1", (0, 2, 5, 9)), ("pool2", (0, 3, 2, 2)), ("linear3", (0, 7)), ("relu4", (0, 11))]
)
@pytest.mark.parametrize("backward", [False, True])
def test_it_agrees_with_what_record_saves(recorded, capsys, node, index, backward):
    options = ["--sample", "3", "--index", ",".join(map(str, index)), *(["--backward"] if backward else [])]
    explained = answer(capsys, "lenet", node, *options)
    assert explained["result"] == recorded[f"{'gradient' if backward else 'activation'}/{node}"][index]
    assert evaluated(explained) == pytest.approx(explained["result"], rel=1e-5, abs=1e-7)
    for operand in explained["operands"]:
        origin = operand["origin"]
        if origin is not None and origin["tensor"] is not None:
            assert operand["value"] == recorded[origin["tensor"]][tuple(origin["index"])]


def test_the_loss_is_explained_by_the_logits(recorded, capsys):
    explained = answer(capsys, "lenet", "loss/cross_entropy", "--sample", "3", "--index", "")
    assert explained["result"] == recorded["loss"]
    assert evaluated(explained) == pytest.approx(explained["result"], rel=1e-5)


def test_without_an_index_it_lists_what_can_be_explained(capsys):
    listed = answer(capsys, "lenet")["explainable"]
    assert {"node": "conv1", "kind": "activation", "operation": "conv2d", "shape": [1, 6, 28, 28]} in listed
    assert [entry["node"] for entry in answer(capsys, "lenet", "conv2")["explainable"]] == ["conv2"]


@pytest.mark.parametrize(
    ("name", "index", "options", "kind", "filed"),
    [
        ("conv1.weight", (2, 0, 1, 1), (), "parameter", None),
        ("conv1.weight", (2, 0, 1, 1), ("--backward",), "parameter_gradient", "parameter_gradient/conv1.weight"),
        ("conv1.weight", (2, 0, 1, 1), ("--update",), "update", None),
        ("relu1->pool1", (0, 1, 3, 3), (), "edge_gradient", "edge_gradient/relu1->pool1"),
        ("input", (0, 0, 9, 9), (), "data", "activation/input"),
        ("loss/target", (0,), (), "constant", "activation/loss/target"),
        ("loss/cross_entropy/L", (0,), (), "inner", "loss"),
    ],
)
def test_every_name_that_the_window_can_ask_is_taken(recorded, capsys, name, index, options, kind, filed):
    explained = answer(capsys, "lenet", name, "--sample", "3", "--index", ",".join(map(str, index)), *options)
    assert explained["kind"] == kind
    assert evaluated(explained) == pytest.approx(explained["result"], rel=1e-5, abs=1e-7)
    if filed is not None:
        truth = recorded[filed]
        assert explained["result"] == pytest.approx(float(truth[index] if truth.ndim else truth), rel=1e-6)


def test_an_update_is_what_the_optimizer_adds(capsys):
    from tests.engine.test_explain_session import Experiment, TrainingSession

    session = TrainingSession()
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial", seed=4, learning_rate=0.01))
    update = session.record(2).updates["hidden1.weight"]
    explained = answer(capsys, "mlp", "hidden1.weight", "--update", "--seed", "4", "--sample", "2", "--index", "3,1")
    rate = next(operand["value"] for operand in explained["operands"] if operand["name"] == "eta")
    assert explained["result"] == pytest.approx(float(update.values[3, 1]) * rate / 0.01, rel=1e-4)


@pytest.mark.parametrize("quantity", ["c", "a_f", "h"])
def test_inside_of_a_recurrent_layer(capsys, quantity):
    for options in ((), ("--backward",)):
        explained = answer(capsys, "lstm", f"lstm/lstm/{quantity}", "--index", "0,3,0,2", *options)
        assert explained["kind"] == ("gradient" if options else "inner")
        followed = [operand["origin"] for operand in explained["operands"] if operand["origin"]]
        origin = next(one for one in followed if one["kind"] in ("inner", "gradient"))
        onward = ["--index", ",".join(map(str, origin["index"])), *(["--backward"] * (origin["kind"] == "gradient"))]
        assert answer(capsys, "lstm", origin["name"], *onward)["index"] == origin["index"]


def test_the_list_holds_all_kinds_and_what_is_explained_by_slopes(capsys, tmp_path):
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a, self.p = nn.Linear(2, 4), nn.PReLU()\n        self.b = nn.Linear(4, 2)\n"
        "    def forward(self, x):\n        return self.b(self.p(self.a(x)))\n"
    )
    common = (f"{path}:Net", "--trust", "--dataset", "moons")
    listed = {(entry["node"], entry["kind"]) for entry in answer(capsys, *common)["explainable"]}
    assert {("p", "activation"), ("p.weight", "parameter"), ("loss/cross_entropy/L", "inner")} <= listed
    listed = {(entry["node"], entry["kind"]) for entry in answer(capsys, *common, "--backward")["explainable"]}
    assert {("p", "gradient"), ("a->p", "edge_gradient"), ("p.weight", "parameter_gradient")} <= listed


def test_numbers_that_are_not_finite_are_json_too(capsys, tmp_path):
    path = tmp_path / "net.py"
    path.write_text(
        "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
        "        super().__init__()\n        self.a = nn.Linear(2, 2)\n"
        "    def forward(self, x):\n"
        "        y = self.a(x)\n        return y + torch.full_like(y, float('-inf')).exp()\n"
    )
    explained = answer(capsys, f"{path}:Net", "full_like", "--trust", "--dataset", "moons", "--index", "0,1")
    assert explained["result"] == "-Infinity"
    assert float(explained["result"]) == float("-inf")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lenet", "conv9", "--index", "0"), "did you mean 'conv2'"),
        (("lenet", "conv1", "--index", "0,9,0,0"), "There is no element [0, 9, 0, 0] in 'conv1'"),
        (("lenet", "conv1", "--index", "0,x"), "whole numbers with commas"),
        (("lenet", "--index", "0"), "--index belongs to a name"),
        (("lenet", "conv1", "--index", "0,0,0,0", "--update"), "--update is for parameters"),
        (("lenet", "conv1", "--backward", "--update"), "Give either --backward or --update"),
        (("lenet", "loss/target", "--index", "0", "--backward"), "No gradient comes back"),
        (("lenet", "conv1.weights", "--index", "0"), "did you mean 'conv1.weight'"),
        (("lenet", "conv1", "--sample", "999999"), "There is no held-out sample"),
    ],
)
def test_bad_input_is_one_sentence(capsys, arguments, sentence):
    assert main(["explain", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1
