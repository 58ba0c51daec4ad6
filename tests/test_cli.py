from __future__ import annotations

import csv
import errno
import fnmatch
import importlib
import json
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import cross_entropy, softplus

from visualizer import cli
from visualizer.commands import train
from visualizer.core import catalogue, wire
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Ready
from visualizer.core.messages import Shutdown
from visualizer.engine import datasets, networks
from visualizer.engine.adversarial.pair import with_noise

ROOT = Path(__file__).resolve().parent.parent
IDS = [entry.id for entry in catalogue.NETWORKS]

NETWORK_FILE = """
import torch
from torch import nn

print("a stranger's module may print")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Conv2d(1, 2, 3, padding=1)
        self.right = nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 16, 3)

    def forward(self, x):
        a, b = self.left(x), self.right(x)
        joined = self.norm(torch.cat([a + b, torch.tanh(a)], 1))
        return self.head(torch.relu(joined).flatten(1))


class Words(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Embedding(10, 4), nn.Linear(4, 2))


class Leaping(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1, bias=False)

    def forward(self, x):
        logit = self.layer(x[:, :1]) * 1e37  # loss and gradient are finite, a hundred times the gradient is not
        return torch.cat([logit, -logit], 1)


class Exploding(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x) * 1e30 * self.layer.weight.sum()
"""


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(NETWORK_FILE)
    return path


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit code, JSON on stdout, text on stderr."""

    def run(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return run


def fails(result, *words):
    """A user's mistake: exit code 2 and one sentence without a traceback."""
    code, _, err = result
    assert code == 2
    assert err.startswith("visualizer: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for word in words:
        assert word in err


def python(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=100, **options
    )


# Starting


@pytest.mark.parametrize("start", [["main.py"], ["-m", "visualizer"]])
def test_version_by_every_way_in(start):
    ended = python(*start, "--version")
    assert (ended.returncode, ended.stdout) == (0, "visualizer 0.1.0\n")


def test_help_imports_neither_torch_nor_qt():
    code = (
        "import sys; from visualizer.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'PySide6', 'numpy', 'visualizer.engine', 'visualizer.ui'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ended = python("-c", code)
    assert ended.returncode == 0, ended.stderr
    assert all(command in ended.stdout for command in ("graph", "record", "train", "doctor"))


@pytest.fixture
def opened(monkeypatch):
    """What the window would have been opened with."""
    calls = []
    application = types.ModuleType("visualizer.ui.application")
    application.run = lambda *arguments: calls.append(arguments) or 0
    monkeypatch.setitem(sys.modules, "visualizer.ui.application", application)
    return calls


def test_no_command_opens_the_window(opened):
    assert cli.main([]) == 0
    assert cli.main(["--network", "mlp", "--theme", "light", "--size", "1280x720", "--screenshot", "out.png"]) == 0
    first, second = opened
    assert first == (Experiment(), None, None, None)
    assert second[1:] == ("light", (1280, 720), Path("out.png"))
    assert (second[0].network, second[0].dataset, second[0].weights) == ("mlp", "moons", "initial")
    assert second[0].learning_rate == catalogue.network("mlp").learning_rate


def test_the_window_takes_a_network_file(opened):
    assert cli.main(["--network", "own.py:Net", "--trust"]) == 0
    ((experiment, *_),) = opened
    assert (experiment.network, experiment.trusted, experiment.weights) == ("own.py:Net", True, "initial")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("grph mlp", ["'grph'", "'graph'"]),
        ("graph", ["NETWORK"]),
        ("graph mlpp", ["'mlpp'", "'mlp'"]),
        ("graph mlp --input 1y3", ["'1y3'", "1x3x32x32"]),
        ("graph mlp --input 0x2", ["'0x2'"]),
        ("graph mlp --inptu 1x2", ["--inptu"]),
        ("--theme pink", ["pink", "dark"]),
        ("--size big", ["'big'", "1600x900"]),
        ("--size 800x600", ["800x600", "1024x640"]),
        ("--screenshot /nowhere/x.png", ["/nowhere"]),
        ("--screenshot /", [".png"]),
        ("--screenshot x.jpg", ["x.jpg", ".png"]),
        ("train --network resnet", ["'resnet'", "'resnet20'"]),
        ("train --network mlp --dataset mouns", ["'mouns'", "'moons'"]),
        ("train --network mlp --optimizer adm", ["'adm'", "'adam'"]),
        ("train --network mlp --steps -1", ["-1"]),
        ("train --network mlp --learning-rate fast", ["'fast'"]),
        ("train --network mlp --learning-rate nan", ["nan"]),
        ("train --network mlp --batch-size 0", ["'0'", "full"]),
        ("train --network mlp --seed x", ["'x'"]),
        ("train --network mlp --freeze hiden1", ["'hiden1'", "'hidden1'"]),
        ("train --network mlp --weights none.safetensors", ["none.safetensors"]),
        ("train --network mlp --weights pretrained", ["mlp"]),
        ("train --network mlp --loss hinge", ["'hinge'"]),
        ("train --network mlp --loss mean-squared-error", ["mean-squared-error", "moons", "cross-entropy"]),
        ("train --network lstm --truncation -1", ["'-1'"]),
        ("train --network lstm --truncation 70000", ["70000", "65536"]),
        ("train --network mlp --truncation 4", ["--truncation", "lstm"]),
        ("train --network gan-2d --discriminator-steps 0", ["discriminator", "0 times", "1 to 50"]),
        ("train --network gan-2d --generator-steps many", ["'many'"]),
        ("train --network mlp --generator-steps 2", ["--generator-steps", "gan-2d"]),
        ("train --network gan-2d --drawing /nowhere/points.csv", ["/nowhere/points.csv"]),
        ("train --network lstm --dataset sunspots --weights pretrained", ["lstm", "names", "sunspots"]),
        ("train --network mlp --csv /nowhere/rows.csv", ["/nowhere"]),
        ("train --network mlp --save /", ["folder"]),
        ("train --network mlp --dataset mnist --steps 1", ["hidden1"]),
        ("train --network nothing.py:Net --dataset mnist", ["nothing.py"]),
        ("record mlp --output /nowhere/x.safetensors", ["/nowhere"]),
        ("record mlp --output /dev/null", ["ordinary"]),
        ("record mlp", ["--output"]),
        ("graph nothing.py:Net --trust", ["nothing.py"]),
    ],
)
def test_mistakes_are_one_sentence(run, line, words):
    fails(run(*line.split()), *words)


def test_the_points_to_learn_are_read_from_a_file(run, tmp_path):
    drawing = tmp_path / "points.csv"
    gan = ("train", "--network", "gan-2d", "--dataset", "drawn", "--steps", 1, "--drawing", drawing)
    drawing.write_text("\n".join(f"{place / 10},-1" for place in range(12)))
    code, _, _ = run(*gan, "--discriminator-steps", 3, "--generator-steps", 2)
    assert code == 0
    arguments = cli._parser().parse_args([*map(str, gan), "--discriminator-steps", "3", "--generator-steps", "2"])
    wanted = train.experiment(arguments)
    assert wanted.drawing == tuple((place / 10, -1.0) for place in range(12))
    assert (wanted.discriminator_steps, wanted.generator_steps) == (3, 2)
    drawing.write_text("0,0\n0.5,high\n")
    fails(run(*gan), "points.csv", "'0.5,high' in line 2")
    drawing.write_text("0,0\n")
    fails(run(*gan), "1 points")
    drawing.write_text("\n".join("0,9" for _ in range(12)))
    fails(run(*gan), "outside of the plane")


def test_a_truncated_run_is_another_run(run):
    whole = run("train", "--network", "lstm", "--dataset", "recall", "--steps", 3)[1]
    cut = run("train", "--network", "lstm", "--dataset", "recall", "--steps", 3, "--truncation", 5)[1]
    assert whole["loss"] != cut["loss"]


def test_ctrl_c_is_quiet(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "experiment", interrupted)
    assert cli.main(["train"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_broken_pipe_is_quiet():
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [sys.executable, "-m", "visualizer", "graph", "mlp"], cwd=ROOT, stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        _, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (141, b"")


# graph


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_an_output_that_finds_no_room_is_one_sentence():
    with open("/dev/full", "w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "visualizer", "graph", "mlp"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert process.returncode == 2
    assert process.stderr == "visualizer: The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("name", IDS)
def test_graph_of_the_catalogue(run, name):
    code, graph, err = run("graph", name)
    assert (code, err) == (0, "")
    nodes = {node["id"]: node for node in graph["nodes"]}
    network = networks.build(name, 0)
    counted = {name for node in graph["nodes"] for name in node["parameter_names"]}
    assert counted == {name for name, _ in network.named_parameters()}
    assert sum(node["parameters"] for node in graph["nodes"]) == sum(p.numel() for p in network.parameters())
    modules = dict(network.named_modules())
    for node in graph["nodes"]:
        assert {"id", "operation", "module", "class", "shape", "parameters", "kind"} <= set(node)
        assert node["class"] == type(modules[node["module"]]).__name__
    for edge in graph["edges"]:
        assert edge["shape"] == nodes[edge["source"]]["shapes"][edge["output"]]
        assert edge["target"] in nodes
    assert nodes["input"]["shape"] == [1, *networks.input_shape(name, network)]
    assert "error" not in graph


def test_graph_of_residual_blocks_has_their_shortcuts(run):
    _, graph, _ = run("graph", "resnet20")
    additions = [node["id"] for node in graph["nodes"] if node["operation"] == "add"]
    assert len(additions) == 9
    for addition in additions:
        assert sum(edge["target"] == addition for edge in graph["edges"]) == 2


def test_graph_up_to_a_wrong_shape(run):
    code, graph, err = run("graph", "lenet", "--input", "1x1x20x20")
    assert code == 2
    for word in ("linear1", "1×144", "120×400"):
        assert word in err
    assert err.count("\n") == 1
    ran = [node["id"] for node in graph["nodes"]]
    assert ran[:4] == ["input", "conv1", "relu1", "pool1"]
    assert graph["error"] in err
    assert graph["nodes"][-1]["error"]


def test_a_network_file_needs_trust(run, network_file):
    fails(run("graph", f"{network_file}:Net"), "--trust", str(network_file))
    code, graph, err = run("graph", f"{network_file}:Net", "--trust", "--input", "2x1x4x4")
    assert code == 0
    assert "a stranger's module may print" in err
    assert [node["operation"] for node in graph["nodes"]].count("cat") == 1
    assert graph["nodes"][0]["shape"] == [2, 1, 4, 4]


def test_graph_of_a_network_that_takes_whole_numbers(run, network_file):
    code, graph, _ = run("graph", f"{network_file}:Words", "--trust", "--input", "1x7")
    assert code == 0
    assert [node["operation"] for node in graph["nodes"]] == ["input", "embedding", "linear"]


def test_a_network_file_has_no_input_of_its_own(run, network_file):
    code, _, err = run("graph", f"{network_file}:Net", "--trust")
    assert code == 2
    assert "--input" in err
    code, _, err = run("graph", f"{network_file}:Nett", "--trust")
    assert code == 2
    assert "did you mean 'Net'" in err


def test_what_a_network_writes_past_python_is_not_in_the_json(tmp_path):
    (tmp_path / "own.py").write_text(
        "import os\nfrom torch import nn\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self): super().__init__(2, 2); os.write(1, b'built ')\n"
        "    def forward(self, x): os.write(1, b'ran '); return super().forward(x)\n"
    )
    ended = python("-m", "visualizer", "graph", f"{tmp_path / 'own.py'}:Net", "--trust", "--input", "1x2")
    assert ended.returncode == 0
    assert [node["id"] for node in json.loads(ended.stdout)["nodes"]] == ["input", "linear"]
    assert ended.stderr.startswith("built ran")


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


# record


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


def test_training_a_pair_writes_both_losses(run, tmp_path):
    table = tmp_path / "run.csv"
    code, summary, _ = run("train", "--network", "gan-2d", "--steps", 3, "--csv", table)
    assert code == 0 and summary["accuracy"] is None
    with table.open() as file:
        found = list(csv.DictReader(file))
    assert all(float(row["loss"]) > 0 and float(row["discriminator_loss"]) > 0 for row in found)
    assert len(found) == 3 and summary["loss"] == pytest.approx(float(found[-1]["loss"]))


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


# train


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


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


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
    before, after = tmp_path / "before.safetensors", tmp_path / "after.safetensors"
    line = ["train", "--network", network, "--batch-size", "8"]
    run(*line, "--steps", 0, "--save", before)
    freeze = [word for pattern in patterns for word in ("--freeze", pattern)]
    code, summary, _ = run(*line, "--steps", 2, "--save", after, *freeze)
    assert code == 0
    assert set(summary["frozen"].values()) == {"verified"}
    first, last = load_file(before), load_file(after)
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
    assert table.read_text().startswith("step,epoch,loss")


def test_progress_is_drawn_on_a_terminal_only(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert cli.main(["train", "--network", "mlp", "--steps", "5"]) == 0
    assert "5/5" in capsys.readouterr().err


# engine


def test_engine_speaks_frames_until_its_commands_end(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "visualizer", "engine", "--checkpoints", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        decoder = wire.frame_decoder()
        (ready,) = decoder.feed(read_message(process.stdout))
        assert isinstance(ready, Ready)
        assert ready.process == process.pid
        _, err = process.communicate(wire.encode(Shutdown()), timeout=100)
    assert (process.returncode, err) == (0, b"")


def read_message(stream) -> bytes:
    head = stream.read(4)
    return head + stream.read(int.from_bytes(head, "little"))


# doctor


def module(name: str) -> types.ModuleType:
    """A module of the doctor; its main function has the same name."""
    return importlib.import_module(f"visualizer.commands.checkup.{name}")


def test_doctor_says_what_is_here(capsys):
    code = cli.main(["doctor"])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    for subject in ("visualizer", "Python", "torch", "PySide6-Essentials", "Qt platform", "OpenGL", "threads", "fonts"):
        assert any(line[2:].startswith(subject) for line in out.splitlines()), subject
    assert "data mnist           verified" in out


def test_doctor_knows_the_qt_that_aborts(monkeypatch):
    versions = module("versions")
    monkeypatch.setattr(versions, "version", lambda package: "6.12.0")
    monkeypatch.setattr(versions.sys, "version_info", (3, 11, 7))
    (finding,) = [finding for finding in versions.versions() if finding.fatal]
    assert "6.12.0 aborts" in finding.fact
    assert "pip install" in finding.remedy


def test_doctor_names_a_missing_library(monkeypatch):
    display = module("display")
    monkeypatch.setitem(module("libraries").PACKAGES, "libnowhere.so.7", "libnowhere7")
    monkeypatch.setattr(display, "ask", lambda *_, **__: module("probes").Answer({}, "Qt has aborted"))
    finding = list(display.display())[-1]
    assert finding.fatal
    assert "Qt has aborted" in finding.fact
    assert "apt-get install" in finding.remedy
    assert "libnowhere7" in finding.remedy


def test_doctor_finds_a_torch_that_does_not_load(monkeypatch):
    computing = module("computing")
    monkeypatch.setattr(computing, "ask", lambda *_: module("probes").Answer({}, "Illegal instruction"))
    (finding,) = computing.computing()
    assert finding.fatal
    assert "Illegal instruction" in finding.fact


def test_doctor_compares_files_with_their_cards(monkeypatch, tmp_path):
    files = module("files")
    for folder in ("data", "weights", "fonts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "mnist.md").write_text("SHA-256 `" + "0" * 64 + "`")
    (tmp_path / "data" / "mnist.safetensors").write_bytes(b"another file")
    monkeypatch.setattr(files.resources, "folder", lambda: tmp_path)
    found = {finding.subject: finding for finding in files.files()}
    assert "is not the file" in found["data mnist"].fact
    assert found["data mnist"].fatal
    assert "missing" in found["weights resnet20"].fact
    assert "Inter-Regular.otf" in found["fonts"].fact


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
