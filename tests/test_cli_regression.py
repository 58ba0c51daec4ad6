from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

from visualizer import cli
from visualizer.engine import datasets, networks


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("dataset", ["wave", "hills"])
def test_a_regression_is_trained_without_an_accuracy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, dataset: str
) -> None:
    table = tmp_path / "run.csv"
    code, out, _ = run(capsys, "train", "--network", "mlp", "--dataset", dataset, "--steps", 5, "--csv", table)
    summary = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert code == 0 and summary["accuracy"] is None and summary["validation_accuracy"] is None
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert all(float(row["loss"]) > 0 and row["accuracy"] == row["validation_accuracy"] == "" for row in rows)


def test_a_recorded_regression_holds_what_torch_computes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "pass.safetensors"
    code, out, _ = run(capsys, "record", "mlp", "--dataset", "wave", "--sample", 4, "--output", file)
    summary, tensors = json.loads(out), load_file(file)
    data, network = datasets.load("wave"), networks.build("mlp", 0, dataset="wave")
    output = network(data.validation_inputs[4:5])
    loss = functional.mse_loss(output, data.validation_targets[4:5])
    loss.backward()
    assert code == 0 and summary["loss"] == {"id": "mean-squared-error", "value": pytest.approx(loss.item(), rel=1e-6)}
    assert summary["target"] == data.validation_targets[4].tolist()
    assert summary["prediction"] == pytest.approx(output[0].tolist(), rel=1e-5)
    torch.testing.assert_close(tensors["parameter_gradient/hidden1.weight"], network.hidden1.weight.grad)


def test_a_class_for_an_own_input_goes_with_a_loss_of_classes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = ("--dataset", "wave", "--loss", "cross-entropy", "--output", tmp_path / "x.safetensors")
    code, _, err = run(capsys, "record", "mlp", *arguments)
    assert code == 2 and "use mean-squared-error" in err and err.count("\n") == 1
