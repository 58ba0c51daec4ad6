from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from visualizer.cli import main

FUNCTIONS = {
    "exp": np.exp,
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
    ("arguments", "sentence"),
    [
        (("lenet", "conv9", "--index", "0"), "did you mean 'conv2'"),
        (("lenet", "conv1", "--index", "0,9,0,0"), "There is no element [0, 9, 0, 0] in 'conv1'"),
        (("lenet", "conv1", "--index", "0,x"), "whole numbers with commas"),
        (("lenet", "--index", "0"), "--index belongs to a name"),
        (("lenet", "conv1", "--sample", "999999"), "There is no held-out sample"),
    ],
)
def test_bad_input_is_one_sentence(capsys, arguments, sentence):
    assert main(["explain", *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert len(said.splitlines()) == 1
