"""An input of one's own with what belongs to it: a class, a class a step, numbers, or nothing to be generated."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, mse_loss, softplus

from tests.commands.driven import fails
from visualizer.engine import networks

NETWORKS = """
import torch
from torch import nn


class Numbers(nn.Linear):
    def __init__(self):
        super().__init__(3, 2)


class Fine(nn.Linear):
    def __init__(self):
        super().__init__(3, 2, dtype=torch.float64)


class Steps(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.head = nn.GRU(3, 5, batch_first=True), nn.Linear(5, 4)

    def forward(self, x):
        return self.head(self.layer(x)[0])


class Pair(nn.Module):
    noise_size = 3

    def __init__(self):
        super().__init__()
        self.generator, self.discriminator = nn.Linear(3, 2), nn.Linear(2, 1)

    def forward(self, noise):
        return self.discriminator(self.generator(noise))
"""

ROW, STEPS, PLANE = np.array([0.1, -0.2, 0.3]), np.random.default_rng(0).normal(size=(4, 3)), np.array([0.5, -1.0])
NUMBERS = ("--loss", "mean-squared-error")
NOISE = ("--loss", "non-saturating")
LETTERS = np.eye(27)[[0, 3, 5]]


@pytest.fixture
def record(run, tmp_path):
    """Record an array: what `run` gives, and the network that it went through."""
    (tmp_path / "own.py").write_text(NETWORKS)

    def record(network, values, *more):
        np.save(tmp_path / "input.npy", values)
        name = f"{tmp_path / 'own.py'}:{network}" if network[0].isupper() else network
        arguments = ("--input", tmp_path / "input.npy", "--trust", "--output", tmp_path / "pass.safetensors")
        dataset = more[more.index("--dataset") + 1] if "--dataset" in more else ""
        return run("record", name, *arguments, *more), lambda: networks.build(name, 0, dataset=dataset, trusted=True)

    return record


def classes_of_steps(output, target):
    return cross_entropy(output[0], target[0], ignore_index=-100)


def judged_real(output, _):
    return softplus(-output).mean()


@pytest.mark.parametrize(
    ("network", "values", "more", "target", "loss"),
    [
        ("Numbers", ROW, (*NUMBERS, "--target", "-0.5,1e-3"), [[-0.5, 1e-3]], mse_loss),
        ("Fine", ROW, (*NUMBERS, "--target", "0.1,-2"), [[0.1, -2.0]], mse_loss),
        ("mlp", ROW[:1], ("--dataset", "wave", "--target", "-1e-3"), [[-1e-3]], mse_loss),
        ("mlp", PLANE, ("--dataset", "hills", "--target", ".25"), [[0.25]], mse_loss),
        ("lstm", STEPS[:, :1], ("--dataset", "sunspots", "--target", "2"), [[2.0]], mse_loss),
        ("Steps", STEPS, ("--target", "-,1,3,-"), [[-100, 1, 3, -100]], classes_of_steps),
        ("lstm", LETTERS, ("--target", "3,5,0"), [[3, 5, 0]], classes_of_steps),
        ("lstm", LETTERS[:1], ("--target", "26"), [[26]], classes_of_steps),
        ("Pair", ROW, NOISE, [[1.0]], judged_real),
        ("gan-2d", PLANE, (), [[1.0]], judged_real),
        ("mlp", PLANE, ("--target", "1"), [1], cross_entropy),
    ],
)
def test_the_target_of_each_task_can_be_given(record, tmp_path, network, values, more, target, loss):
    (code, summary, err), built = record(network, values, *more)
    assert (code, err) == (0, "")
    plain = built().eval()
    kind = next(plain.parameters()).dtype
    wanted = torch.tensor(target, dtype=kind if isinstance(np.ravel(target)[0], np.floating) else None)
    truth = loss(plain(torch.tensor(values[None], dtype=kind)), wanted)
    truth.backward()
    saved = load_file(tmp_path / "pass.safetensors")
    assert torch.equal(saved["target"], wanted) and summary["target"] == wanted[0].tolist()
    assert torch.equal(saved["loss"], truth.detach())
    for name, parameter in plain.named_parameters():
        torch.testing.assert_close(saved[f"parameter_gradient/{name}"], parameter.grad, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("network", "values", "more", "words"),
    [
        ("Numbers", ROW, (*NUMBERS, "--target", "a,1"), ["'a,1'", "0.5,-1", "'a'"]),
        ("Numbers", ROW, (*NUMBERS, "--target", "1,inf"), ["'inf' is no finite number"]),
        ("Numbers", ROW, (*NUMBERS, "--target", ""), ["''"]),
        ("Numbers", ROW, (*NUMBERS, "--target", "1"), ["output of shape 1×2", "1×1"]),
        ("Numbers", ROW, NUMBERS, ["give its numbers"]),
        ("Numbers", ROW, ("--target", "0.5"), ["'0.5' is no class", "--loss mean-squared-error"]),
        ("Numbers", ROW, ("--target", "0,1"), ["1×2×classes", "2 time steps"]),
        ("Steps", STEPS, ("--target", "1"), ["1×4×4", "a class for each time step"]),
        ("Steps", STEPS, ("--target", "1,2,3"), ["1×4×4", "3 time steps"]),
        ("Steps", STEPS, ("--target", "1,2,3,4"), ["no class 4", "0 to 3"]),
        ("Steps", STEPS, ("--target", "1,2,,3"), ["'1,2,,3'", "''"]),
        ("Steps", STEPS, ("--target", "1,2,-3,0"), ["'-3'"]),
        ("Steps", STEPS, ("--target", "-,-,-,-"), ["no step that counts"]),
        ("lstm", LETTERS, (), ["a class for each time step"]),
        ("lstm", LETTERS, ("--target", "1,2,27"), ["no class 27", "0 to 26"]),
        ("Pair", ROW, (*NOISE, "--target", "1"), ["no --target", "noise"]),
        ("mlp", PLANE, ("--target", "0", *NUMBERS), ["mean-squared-error", "use cross-entropy"]),
        ("mlp", PLANE, ("--target", "٣"), ["'٣' is no class"]),
        ("mlp", PLANE, ("--dataset", "hills", "--target", "1", "--sample", "2"), ["not both"]),
        ("mlp", PLANE[None, None], ("--dataset", "wave", "--target", "1"), ["1×1×2", "one sample of 1,"]),
    ],
)
def test_a_target_that_does_not_fit_is_one_sentence(record, tmp_path, network, values, more, words):
    result, _ = record(network, values, *more)
    fails(result, *words)
    assert not (tmp_path / "pass.safetensors").exists()
