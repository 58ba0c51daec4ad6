from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

from tests.commands.driven import fails, rows_of
from visualizer.engine import datasets, networks


@pytest.mark.parametrize("dataset", ["wave", "hills"])
def test_a_regression_is_trained_without_an_accuracy(run, tmp_path, dataset):
    table = tmp_path / "run.csv"
    code, summary, _ = run("train", "--network", "mlp", "--dataset", dataset, "--steps", 5, "--csv", table)
    assert code == 0 and summary["accuracy"] is None and summary["validation_accuracy"] is None
    assert all(float(row["loss"]) > 0 and row["accuracy"] == row["validation_accuracy"] == "" for row in rows_of(table))


def test_a_recorded_regression_holds_what_torch_computes(run, tmp_path):
    file = tmp_path / "pass.safetensors"
    code, summary, _ = run("record", "mlp", "--dataset", "wave", "--sample", 4, "--output", file)
    data, network = datasets.load("wave"), networks.build("mlp", 0, dataset="wave")
    output = network(data.validation_inputs[4:5])
    loss = functional.mse_loss(output, data.validation_targets[4:5])
    loss.backward()
    assert code == 0 and summary["loss"] == {"id": "mean-squared-error", "value": pytest.approx(loss.item(), rel=1e-6)}
    assert summary["target"] == data.validation_targets[4].tolist()
    assert summary["prediction"] == pytest.approx(output[0].tolist(), rel=1e-5)
    torch.testing.assert_close(load_file(file)["parameter_gradient/hidden1.weight"], network.hidden1.weight.grad)


def test_a_loss_of_classes_does_not_fit_numbers(run, tmp_path):
    arguments = ("--dataset", "wave", "--loss", "cross-entropy", "--output", tmp_path / "x.safetensors")
    fails(run("record", "mlp", *arguments), "use mean-squared-error")
