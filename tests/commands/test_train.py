from __future__ import annotations

import csv
import fnmatch
import signal
import sys

import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

from tests.commands.driven import fails, python, rows_of
from visualizer import cli
from visualizer.commands import train
from visualizer.engine import datasets, networks


def plain_training(steps: int, seed: int = 0, batch_size: int = 32):
    """The truth: a loop of torch alone, on the batches that the data sets define."""
    network, data = networks.build("mlp", seed), datasets.load("moons")
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    losses = []
    for step in range(steps):
        rows = datasets.batch_indices(len(data.training_targets), batch_size, seed, step)
        optimizer.zero_grad()
        loss = cross_entropy(network(data.training_inputs[rows]), data.training_targets[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return network, losses


@pytest.mark.parametrize("batch_size", ["32", "full"])
def test_train_is_a_plain_loop(run, tmp_path, batch_size):
    weights, table = tmp_path / "weights.safetensors", tmp_path / "rows.csv"
    line = f"train --network mlp --steps 30 --seed 7 --batch-size {batch_size} --csv {table} --save {weights}"
    code, summary, err = run(*line.split())
    assert (code, err) == (0, "")
    network, losses = plain_training(30, seed=7, batch_size=0 if batch_size == "full" else 32)
    saved = load_file(weights)
    assert all(torch.equal(saved[name], tensor) for name, tensor in network.state_dict().items())
    rows = rows_of(table)
    assert [float(row["loss"]) for row in rows] == losses
    assert summary["steps"] == 30
    assert summary["loss"] == losses[-1]
    data = datasets.load("moons")
    with torch.no_grad():
        logits = network(data.validation_inputs)
    right = (logits.argmax(1) == data.validation_targets).double().mean()
    assert summary["validation_accuracy"] == pytest.approx(float(right))
    assert summary["validation_loss"] == pytest.approx(float(cross_entropy(logits, data.validation_targets)), rel=1e-5)


def test_each_step_that_counts_counts_alike_in_the_summary(run, tmp_path):
    weights = tmp_path / "weights.safetensors"
    summary = run("train", "--network", "rnn", "--steps", 1, "--save", weights)[1]
    network, data = networks.build("rnn", 0), datasets.load("names")
    network.load_state_dict(load_file(weights))
    with torch.no_grad():
        logits, targets = network(data.validation_inputs), data.validation_targets
    counted = targets >= 0
    right = (logits.argmax(-1) == targets)[counted].double().mean()
    assert summary["validation_accuracy"] == pytest.approx(float(right), rel=1e-12)
    assert summary["validation_loss"] == pytest.approx(
        float(cross_entropy(logits[counted], targets[counted])), rel=1e-6
    )


def test_table_has_the_columns_and_one_row_a_step(run, tmp_path):
    table = tmp_path / "rows.csv"
    run("train", "--network", "mlp", "--steps", 30, "--csv", table, "--freeze", "hidden1")
    header = table.read_text().splitlines()[0]
    layers = "gradient_norm/hidden1,gradient_norm/hidden2,gradient_norm/output"
    assert header == f"step,epoch,loss,validation_loss,accuracy,validation_accuracy,{layers}"
    rows = rows_of(table)
    assert [row["step"] for row in rows] == [str(step) for step in range(30)]
    assert {row["gradient_norm/hidden1"] for row in rows} == {""}
    assert all(float(row["gradient_norm/output"]) > 0 for row in rows)
    assert rows[0]["validation_loss"]
    assert not rows[1]["validation_loss"]
    assert (rows[0]["epoch"], rows[-1]["epoch"]) == ("0", str(29 // -(-len_moons() // 32)))


def len_moons() -> int:
    return len(datasets.load("moons").training_targets)


def test_starting_weights(run, tmp_path):
    weights = tmp_path / "weights.safetensors"
    code, summary, _ = run("train", "--network", "lenet", "--steps", 0, "--seed", 3, "--save", weights)
    assert code == 0
    assert (summary["steps"], summary["loss"]) == (0, None)
    saved = load_file(weights)
    assert all(torch.equal(saved[name], value) for name, value in networks.build("lenet", 3).state_dict().items())


@pytest.mark.parametrize(
    ("network", "patterns"), [("resnet20", ["stage[23]", "*.norm*"]), ("lenet", ["conv1", "linear*"]), ("mlp", ["*"])]
)
def test_frozen_parts_stay_bit_identical(run, tmp_path, network, patterns):
    after = tmp_path / "after.safetensors"
    line = ["train", "--network", network, "--batch-size", "8"]
    freeze = [word for pattern in patterns for word in ("--freeze", pattern)]
    code, summary, _ = run(*line, "--steps", 2, "--save", after, *freeze)
    assert code == 0
    assert set(summary["frozen"].values()) == {"verified"}
    first, last = networks.build(network, 0).state_dict(), load_file(after)
    frozen = {name for name in first if any(is_inside(name, pattern) for pattern in patterns)}
    assert frozen
    for name, tensor in first.items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(tensor, last[name]) == (name in frozen), name


def is_inside(name: str, pattern: str) -> bool:
    words = name.split(".")
    return any(fnmatch.fnmatchcase(".".join(words[:end]), pattern) for end in range(1, len(words)))


def test_one_epoch_by_default(run):
    _, summary, _ = run("train", "--network", "mlp")
    assert summary["steps"] == -(-len_moons() // 32)


def test_divergence_keeps_the_table_and_the_last_good_weights(run, tmp_path, network_file):
    weights, table = tmp_path / "weights.safetensors", tmp_path / "rows.csv"
    line = f"train --network {network_file}:Exploding --trust --dataset moons --optimizer sgd --learning-rate 100"
    code, summary, err = run(*line.split(), "--steps", 50, "--csv", table, "--save", weights)
    assert code == 2
    assert summary is None
    sentence = err.splitlines()[-1]
    assert "diverged" in sentence
    assert "lower learning rate" in sentence
    assert table.read_text().startswith("step,epoch,loss")
    assert all(tensor.isfinite().all() for tensor in load_file(weights).values())


def test_the_last_update_is_taken_back_where_it_diverged(run, tmp_path, network_file):
    weights, start = tmp_path / "weights.safetensors", tmp_path / "start.safetensors"
    line = f"train --network {network_file}:Leaping --trust --dataset moons --optimizer sgd --learning-rate 100"
    run(*line.split(), "--steps", 0, "--save", start)
    code, _, err = run(*line.split(), "--steps", 1, "--save", weights)
    assert code == 2
    assert "diverged in update 1, which was taken back" in err
    assert torch.equal(load_file(weights)["layer.weight"], load_file(start)["layer.weight"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_between_two_steps_keeps_all(run, tmp_path, monkeypatch, number):
    weights, table = tmp_path / "weights.safetensors", tmp_path / "rows.csv"

    def press(_, done, loss):
        if done == 3:
            signal.raise_signal(number)

    monkeypatch.setattr(train.Progress, "show", press)
    handler = signal.getsignal(number)
    result = run("train", "--network", "mlp", "--steps", 100, "--csv", table, "--save", weights)
    assert result == (130, None, "")
    assert signal.getsignal(number) is handler
    network, _ = plain_training(3)
    saved = load_file(weights)
    assert all(torch.equal(saved[name], tensor) for name, tensor in network.state_dict().items())
    assert len(rows_of(table)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_table_that_finds_no_more_room_ends_the_training(tmp_path):
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    table = tmp_path / "rows.csv"
    arguments = ["train", "--network", "mlp", "--steps", "500", "--csv", str(table)]
    ended = python("-c", f"{limited}; from visualizer.cli import main; raise SystemExit(main({arguments}))")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"visualizer: {table} cannot be written: File too large.\n"
    header, *rows = table.read_text().splitlines(keepends=True)
    assert header.startswith("step,epoch,loss") and len(rows) > 3
    assert all(row.endswith("\n") and row.count(",") == header.count(",") for row in rows)


def test_progress_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert cli.main(["train", "--network", "mlp", "--steps", "5"]) == 0
    assert "5/5" in capsys.readouterr().err


def test_a_network_that_breaks_off_at_the_held_out_samples(run, tmp_path):
    (tmp_path / "own.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self): super().__init__(2, 2)\n"
        "    def forward(self, x):\n"
        "        if len(x) > 100: raise MemoryError('too many')\n"
        "        return super().forward(x)\n"
    )
    arguments = ("--network", f"{tmp_path / 'own.py'}:Net", "--trust", "--dataset", "moons", "--steps", 1)
    fails(run("train", *arguments), "MemoryError (too many)", "held-out")


def test_training_a_pair_writes_both_losses(run, tmp_path):
    table = tmp_path / "run.csv"
    code, summary, _ = run("train", "--network", "gan-2d", "--steps", 3, "--csv", table)
    assert code == 0 and summary["accuracy"] is None
    with table.open() as file:
        found = list(csv.DictReader(file))
    assert all(float(row["loss"]) > 0 and float(row["discriminator_loss"]) > 0 for row in found)
    assert len(found) == 3 and summary["loss"] == pytest.approx(float(found[-1]["loss"]))


def test_a_network_that_cannot_be_copied_and_counts_its_runs(run, tmp_path):
    (tmp_path / "own.py").write_text("""
import torch
from torch import nn


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.uncopyable = self.layer.weight * 2
        self.register_buffer("runs", torch.zeros(()))

    def forward(self, x):
        self.runs += 1
        return self.layer(x)
""")
    file = tmp_path / "weights.safetensors"
    line = ["train", "--network", f"{tmp_path / 'own.py'}:Counting", "--trust", "--dataset", "moons", "--steps", 0]
    assert run(*line, "--save", file)[0] == 0
    assert load_file(file)["runs"] == 0
