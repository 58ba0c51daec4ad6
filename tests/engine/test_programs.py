"""Programs are judged by running them: what they print has to be what the pass recorded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.engine.plain_networks import PLAIN, Composed, build
from tests.engine.zoo import ZOO
from visualizer.core import catalogue, script
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.topics.chain_rule import WriteScript
from visualizer.engine.chain_rule.lines import lines
from visualizer.engine.chain_rule.scene import Scene
from visualizer.engine.recording import Pass, record
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import ANSWERS

pytestmark = [
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning"),
    pytest.mark.filterwarnings(r"ignore:`torch.jit\.\w+` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:Using `torch.compile\(module\)` when there are global hooks:UserWarning"),
]
ONE_AFTER_ANOTHER = "import runpy, sys\nfor path in sys.argv[1:]:\n    print('=====')\n    runpy.run_path(path)"


def class_one(logits):
    return functional.cross_entropy(logits, torch.tensor([1]))


def program_of(network: nn.Module, inputs, loss=class_one) -> tuple[str, Pass]:
    seen = record(network, list(inputs), loss=loss, input_gradient=False)
    scene = Scene(network, seen)
    arrays = {name: tensor.detach().numpy() for name, tensor in scene.values.items()}
    return script.program(seen.graph, "A test.", lines(scene), arrays, frozenset(seen.parameter_gradients)), seen


def run(paths: list[Path]) -> list[str]:
    """Run programs in one process that knows nothing of ours, and return what each of them prints."""
    command = [sys.executable, "-I", "-c", ONE_AFTER_ANOTHER, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("=====\n")[1:]


def check_prints(printed: str, seen: Pass) -> None:
    """Every number printed is that of the recording, and every recorded number is printed."""
    groups = {"activation": seen.activations, "gradient": seen.gradients, "gradient of": seen.parameter_gradients}
    given = {node.id for node in script.given_nodes(seen.graph)}
    wanted = {(kind, name) for kind, group in groups.items() for name in group if name not in given}
    found = set()
    for kind, name, norm, first in re.findall(
        r"^(activation|gradient of|gradient) (\S+): norm (\S+), first (.*)$", printed, re.M
    ):
        tensor = groups[kind][name].double()
        assert float(norm) == pytest.approx(float(tensor.norm()), rel=2e-6, abs=1e-7), name
        numbers = [float(word) for word in first.split()]
        assert numbers == pytest.approx(tensor.flatten()[:3].tolist(), rel=2e-5, abs=1e-7), name
        found.add((kind, name))
    assert found == wanted
    assert float(re.search(r"^loss: (\S+)$", printed, re.M)[1]) == pytest.approx(float(seen.loss), rel=1e-6)


HIDDEN = {
    "writes into views": "the add at 'add', as it writes into a part of another tensor",
    "autograd.Function": "the ClampedScale at 'ClampedScale', as its function has no name in torch",
    "script module": "the TopLevelTracedModule at 'first', as its inside is hidden",
}


def test_every_network_but_what_is_hidden_becomes_a_program_that_prints_what_was_recorded(tmp_path):
    paths, passes = [], []
    for number, name in enumerate([*(name for name in ZOO if name not in HIDDEN), *PLAIN]):
        if name in ZOO:
            network, inputs = ZOO[name].build()
            text, seen = program_of(network.eval(), inputs, ZOO[name].loss)
        else:
            network, given = build(name)
            text, seen = program_of(network, [given])
        paths.append(tmp_path / f"{number}.py")
        paths[-1].write_text(text)
        passes.append(seen)
    for printed, seen in zip(run(paths), passes, strict=True):
        check_prints(printed, seen)


CHANGES = [
    *({"network": entry.id, "dataset": entry.dataset} for entry in catalogue.NETWORKS),
    {"network": "mlp", "dataset": "wave", "frozen": ("hidden1",)},
    {"network": "gru", "dataset": "sunspots"},
    {"network": "gan-2d", "dataset": "spiral", "loss": "least-squares"},
]


def test_every_network_of_the_catalogue_becomes_a_program(tmp_path):
    paths, passes = [], []
    for number, changes in enumerate(CHANGES):
        session = TrainingSession()
        loss = catalogue.loss_for(changes["network"], changes["dataset"])
        session.configure(Experiment(**{"weights": "initial", "batch_size": 4, "loss": loss, **changes}))
        session.step()
        session.record(2)
        paths.append(tmp_path / f"{number}.py")
        passes.append(session.recorded.seen)
        answer = ANSWERS[WriteScript](session, WriteScript(str(paths[-1])))
        session.step()  # the program goes on telling of the recorded pass
        assert answer.path == str(paths[-1]) and paths[-1].read_text() == answer.text
        assert bool(answer.weights_path) == (changes["network"] in ("resnet20", "gan-images"))
    for printed, seen in zip(run(paths), passes, strict=True):
        check_prints(printed, seen)


def test_weights_too_many_for_a_text_are_refused_without_a_file():
    session = TrainingSession()
    session.configure(Experiment(network="resnet20", dataset="fashion-mnist", weights="initial"))
    session.record(0)
    with pytest.raises(UserError, match="too many for a text"):
        ANSWERS[WriteScript](session, WriteScript())


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_line_repeats_is_refused_in_one_sentence(name):
    network, inputs = ZOO[name].build()
    with pytest.raises(UserError, match=re.escape(HIDDEN[name])):
        program_of(network.eval(), inputs, ZOO[name].loss)


@pytest.mark.parametrize(
    ("forward", "sentence"),
    [
        (lambda own, x: own.out(functional.dropout(x)), "the dropout at 'dropout', as it draws random numbers"),
        (lambda own, x: own.out(torch.fft.fft(x).abs()), "the fft_fft at 'fft_fft', as its numbers are complex"),
    ],
    ids=["random", "complex"],
)
def test_what_would_not_print_the_same_is_refused(forward, sentence):
    torch.manual_seed(0)
    with pytest.raises(UserError, match=re.escape(sentence)):
        program_of(Composed(forward, out=nn.Linear(4, 3)), [torch.randn(1, 4)])


def test_lines_are_those_that_one_would_write():
    torch.manual_seed(0)
    network, inputs = build("in place")
    seen = record(network, [inputs], loss=class_one, input_gradient=False)
    assert lines(Scene(network, seen))[:7] == [
        "inner = F.linear(x, inner_weight, inner_bias)",
        "add = inner.clone().add_(x)",
        "getitem = x[:, :2]",
        "getitem_2 = add[:, 2:]",
        "mul = getitem * getitem_2",
        "setitem = add.clone()\nsetitem[:, 1:3] = mul",
        "mul_2 = setitem.clone().mul_(2)",
    ]
