from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from tests.commands.driven import IDS, ROOT, fails
from visualizer.core import catalogue
from visualizer.engine import datasets, networks
from visualizer.engine.adversarial.pair import with_noise


def plain_loss(output, target):
    """A class, a class a step, or the judgement "real" of what was generated."""
    if target.is_floating_point():
        return softplus(-output).mean()  # -log sigmoid(output)
    return cross_entropy(output.flatten(0, -2), target.flatten())


def plain_pass(network: nn.Module, sample, target):
    """The truth: module outputs by hooks, gradients by torch.autograd.grad, nothing of the program."""
    outputs = {}
    for name, module in network.named_modules():
        one_output = not isinstance(module, nn.RNNBase)
        if one_output and not list(module.children()) and type(module).__module__.startswith("torch.nn"):
            module.register_forward_hook(lambda _, __, output, name=name: outputs.__setitem__(name, output))
    network = network.eval()
    leaf = sample.clone().requires_grad_()
    loss = plain_loss(network(leaf), target)
    names, parameters = zip(*network.named_parameters(), strict=True)
    wanted = [*parameters, leaf, *outputs.values()]
    gradients = torch.autograd.grad(loss, wanted)
    count = len(parameters)
    return {
        "loss": loss.detach(),
        "outputs": {name: output.detach() for name, output in outputs.items()},
        "parameters": dict(zip(names, gradients[:count], strict=True)),
        "input": gradients[count],
        "gradients": dict(zip(outputs, gradients[count + 1 :], strict=True)),
    }


def check_recording(file: Path, summary: dict, network: nn.Module, target, loss="cross-entropy"):
    tensors = load_file(file)
    truth = plain_pass(network, tensors["input"], target)
    assert torch.equal(tensors["target"], target)
    assert tensors["loss"].shape == ()
    assert torch.equal(tensors["loss"], truth["loss"])
    assert summary["loss"] == {"id": loss, "value": pytest.approx(float(truth["loss"]))}
    for name, gradient in truth["parameters"].items():
        assert torch.equal(tensors[f"parameter_gradient/{name}"], gradient), name
    assert torch.equal(tensors["gradient/input"], truth["input"])
    for name, output in truth["outputs"].items():
        assert torch.equal(tensors[f"activation/{name}"], output), name
        assert torch.equal(tensors[f"gradient/{name}"], truth["gradients"][name]), name
    check_shares(tensors)
    assert summary["mode"] == "eval"
    assert summary["forward_order"][0] == "input"
    assert summary["backward_order"][-1] == "input"
    assert set(summary["backward_order"]) <= set(summary["forward_order"])


def check_shares(tensors):
    """What comes back over the edges that leave a tensor is the gradient of that tensor."""
    shares = {}
    for name, tensor in tensors.items():
        if name.startswith("edge_gradient/"):
            source = name.removeprefix("edge_gradient/").split("->")[0]
            shares[source] = shares.get(source, 0) + tensor
    assert shares
    for source, total in shares.items():
        assert torch.allclose(total, tensors[f"gradient/{source}"], atol=1e-6), source


@pytest.mark.parametrize("name", IDS)
def test_record_agrees_with_autograd(run, tmp_path, name):
    file = tmp_path / "pass.safetensors"
    code, summary, err = run("record", name, "--sample", 3, "--seed", 5, "--output", file)
    assert (code, err) == (0, "")
    entry, network = catalogue.network(name), networks.build(name, 5)
    data = datasets.load(entry.dataset)
    if catalogue.dataset(entry.dataset).task == "generation":
        data = with_noise(data, network)
    assert torch.equal(load_file(file)["input"], data.validation_inputs[3:4])
    check_recording(file, summary, network, data.validation_targets[3:4], entry.loss)


def test_record_of_a_network_file(run, tmp_path, network_file):
    file, array = tmp_path / "pass.safetensors", tmp_path / "input.npy"
    np.save(array, np.random.default_rng(0).normal(size=(1, 4, 4)))
    arguments = ["record", f"{network_file}:Net", "--input", array, "--target", 2, "--output", file]
    fails(run(*arguments), "--trust")
    code, summary, _ = run(*arguments, "--trust")
    assert code == 0
    assert load_file(file)["input"].shape == (1, 1, 4, 4)
    check_recording(file, summary, networks.build(f"{network_file}:Net", 0, trusted=True), torch.tensor([2]))


def test_record_of_weights_from_a_file(run, tmp_path):
    weights, file = tmp_path / "weights.safetensors", tmp_path / "pass.safetensors"
    assert run("train", "--network", "mlp", "--steps", 3, "--save", weights)[0] == 0
    code, summary, _ = run("record", "mlp", "--weights", weights, "--output", file)
    assert code == 0
    network = networks.build("mlp", 0)
    network.load_state_dict(load_file(weights))
    check_recording(file, summary, network, torch.tensor([summary["target"]]))


def test_record_of_pretrained_weights(run, tmp_path):
    file = tmp_path / "pass.safetensors"
    code, summary, _ = run("record", "lenet", "--weights", "pretrained", "--dataset", "mnist", "--output", file)
    assert code == 0
    network = networks.build("lenet", 0)
    network.load_state_dict(load_file(ROOT / "resources" / "weights" / "lenet.safetensors"))
    data = datasets.load("mnist")
    assert torch.equal(load_file(file)["input"], data.validation_inputs[:1])
    check_recording(file, summary, network, data.validation_targets[:1])
    assert summary["prediction"] == int(network(data.validation_inputs[:1]).argmax())


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((3, 3), np.float32), ["3×3", "mlp takes one sample of 2, or 1×2"]),
        (np.zeros(4, np.float32), ["hidden1", "it takes 2 features, but gets 4", "given as 1×4"]),
        (np.array([1.0, np.nan]), ["NaN"]),
        (np.array([1.0, np.inf]), ["infinite"]),
        (np.array(["a", "b"]), ["<U1"]),
        (np.array([1j, 2]), ["complex"]),
        (np.array([{}, None], object), ["no .npy file"]),
        (np.zeros(3, np.int64), ["hidden1", "3"]),
    ],
)
def test_arrays_that_cannot_be_used(run, tmp_path, array, words):
    path = tmp_path / "input.npy"
    np.save(path, array, allow_pickle=True)
    fails(run("record", "mlp", "--input", path, "--target", 0, "--output", tmp_path / "x.safetensors"), *words)
    assert not (tmp_path / "x.safetensors").exists()


OUTPUTS = """
import torch
from torch import nn


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.recurrent, self.head = nn.GRU(4, 5), nn.Linear(5, 3)

    def forward(self, x):  # (length, batch, features)
        return self.head(self.recurrent(x)[1][-1])


class Double(nn.Linear):
    def __init__(self):
        super().__init__(4, 3, dtype=torch.float64)


class Pair(nn.Linear):
    def __init__(self):
        super().__init__(4, 3)

    def forward(self, x):
        return super().forward(x), x


class Nothing(Pair):
    def forward(self, x):
        pass


class Whole(Pair):
    def forward(self, x):
        return (x * 10).long()


class Infinite(Pair):
    def forward(self, x):
        return x * float("inf")
"""


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("Sequence", np.ones((6, 1, 4), np.float32)),
        ("Sequence", np.ones((6, 1, 4), np.uint8)),
        ("Double", np.ones(4)),
    ],
)
def test_arrays_are_read_as_the_network_takes_them(run, tmp_path, name, array):
    (tmp_path / "own.py").write_text(OUTPUTS)
    np.save(tmp_path / "input.npy", array)
    place, file = f"{tmp_path / 'own.py'}:{name}", tmp_path / "x.safetensors"
    code, summary, _ = run(
        "record", place, "--trust", "--input", tmp_path / "input.npy", "--target", 1, "--output", file
    )
    assert code == 0
    network = networks.build(place, 0, trusted=True)
    real = torch.from_numpy(array).reshape(array.shape if array.ndim > 1 else (1, -1))
    logits = network(real.to(next(network.parameters()).dtype))
    assert summary["loss"]["value"] == cross_entropy(logits, torch.tensor([1])).item()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Pair", ["type tuple", "logits"]),
        ("Nothing", ["type NoneType", "logits"]),
        ("Whole", ["int64", "logits"]),
        ("Infinite", ["not finite", "'mul'"]),
    ],
)
def test_outputs_that_have_no_loss(run, tmp_path, name, words):
    (tmp_path / "own.py").write_text(OUTPUTS)
    np.save(tmp_path / "input.npy", np.ones((1, 4), np.float32))
    given = ["--trust", "--input", tmp_path / "input.npy", "--target", 1, "--output", tmp_path / "x.safetensors"]
    fails(run("record", f"{tmp_path / 'own.py'}:{name}", *given), *words)


def test_an_array_beyond_all_memory_is_one_sentence(run, tmp_path):
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000000,), }".ljust(117) + b"\n"
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    given = ["--input", tmp_path / "x.npy", "--target", 0, "--output", tmp_path / "x.safetensors"]
    fails(run("record", "mlp", *given), "memory")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--sample", "100000"], ["100000", "199"]),
        (["--target", "1"], ["--target"]),
        (["--input", "none.npy", "--target", "0"], ["none.npy"]),
        (["--input", "INPUT"], ["--target"]),
        (["--input", "INPUT", "--target", "2"], ["class 2", "0 to 1"]),
        (["--input", "INPUT", "--target", "0", "--sample", "1"], ["not both"]),
        (["--input", "GARBAGE", "--target", "0"], ["no .npy file"]),
        (["--loss", "crossentropy"], ["'cross-entropy'"]),
        (["--dataset", "mnist"], ["1×1×28×28", "mlp takes one sample of 2"]),
    ],
)
def test_recordings_that_cannot_be_made(run, tmp_path, more, words):
    np.save(tmp_path / "INPUT", np.zeros(2, np.float32))
    (tmp_path / "GARBAGE").write_bytes(b"\x93NUMPY garbage")
    paths = {"INPUT": tmp_path / "INPUT.npy", "GARBAGE": tmp_path / "GARBAGE"}
    more = [paths.get(word, word) for word in more]
    fails(run("record", "mlp", *more, "--output", tmp_path / "x.safetensors"), *words)


def test_a_full_disk_is_one_sentence(run, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    fails(run("record", "mlp", "--output", tmp_path / "x.safetensors"), "No space left")
    assert list(tmp_path.iterdir()) == []
