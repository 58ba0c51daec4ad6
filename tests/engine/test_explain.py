from __future__ import annotations

import math
import random
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation, Operand
from visualizer.engine import explain as explaining
from visualizer.engine import networks
from visualizer.engine.explain import scene_of
from visualizer.engine.recording import Pass, record

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ziamath finds its fonts in an old way
    import ziamath

ziamath.config.svg2 = False
few = settings(max_examples=25)


def explain(module: nn.Module, seen: Pass, name: str, index: tuple[int, ...], sample: int = 0) -> Explanation:
    has_batch = name not in seen.activations or seen.activations[name].dim()
    return explaining.explain(scene_of(module, seen), "activation", name, (sample, *index) if has_batch else index)


class Calling(nn.Module):
    """A network that calls one function."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def recorded(module: nn.Module, *shape: int) -> Pass:
    return record(module, [torch.randn(shape, generator=torch.Generator().manual_seed(0))])


def only_operation(seen: Pass) -> str:
    return next(node.id for node in seen.graph.nodes if node.kind == "operation")


def some_index(output: Tensor, chooser: random.Random) -> tuple[int, ...]:
    return tuple(chooser.randrange(size) for size in output.shape[1:])


def check_typeset(explanation: Explanation) -> None:
    for formula in (explanation.formula, explanation.formula_with_numbers):
        assert "<svg" in ziamath.Latex(formula).svg()


def check_read_from(operand: Operand, values: dict[str, Tensor], sample: int) -> None:
    tensor = values[operand.origin]
    assert operand.value == float(tensor[operand.index])
    assert operand.index[0] == sample


def sum_of(explanation: Explanation) -> float:
    """The sum of products and operands, in float64."""
    assert explanation.products is not None
    return float(explanation.products.terms.sum()) + sum(operand.value for operand in explanation.operands)


def close_to(value: float):
    return pytest.approx(value, rel=1e-5, abs=1e-5)


@few
@given(
    inputs=st.integers(1, 40), outputs=st.integers(1, 6), batch=st.integers(1, 3), bias=st.booleans(), data=st.data()
)
def test_linear_is_the_sum_of_its_products(inputs, outputs, batch, bias, data):
    layer = nn.Linear(inputs, outputs, bias=bias)
    seen = recorded(layer, batch, inputs)
    at, sample = data.draw(st.integers(0, outputs - 1)), data.draw(st.integers(0, batch - 1))
    explanation = explain(layer, seen, only_operation(seen), (at,), sample)
    assert explanation.result == float(seen.output[sample, at])
    assert sum_of(explanation) == close_to(explanation.result)
    assert explanation.products.second.origin == "weight"
    assert np.array_equal(explanation.products.second.values, layer.weight.detach()[at].numpy())
    assert np.array_equal(explanation.products.first.values, seen.activations["input"][sample].numpy())
    assert len(explanation.operands) == (1 if bias else 0)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_batch_norm_by_batch_and_by_running_statistics(training, affine):
    layer = nn.BatchNorm2d(3, affine=affine)
    nn.init.uniform_(layer.running_mean), nn.init.uniform_(layer.running_var, 1, 2)
    if affine:
        nn.init.uniform_(layer.weight), nn.init.uniform_(layer.bias)
    layer.train(training)
    seen = recorded(layer, 4, 3, 2, 2)
    layer.eval()
    explanation = explain(layer, seen, only_operation(seen), (2, 1, 0), 3)
    by_name = {operand.name: operand.value for operand in explanation.operands}
    scale, shift = by_name.get(r"\gamma", 1), by_name.get(r"\beta", 0)
    normal = (by_name["x"] - by_name[r"\mu"]) / math.sqrt(by_name[r"\sigma^2"] + by_name[r"\epsilon"])
    assert scale * normal + shift == close_to(explanation.result)
    channel = seen.activations["input"][:, 2]
    assert by_name[r"\mu"] == close_to(float(channel.mean() if training else layer.running_mean[2]))
    check_typeset(explanation)


@pytest.mark.parametrize(
    "layer",
    [nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.GELU(), nn.SiLU(), nn.Sigmoid(), nn.Tanh(), nn.Softplus()],
    ids=lambda layer: type(layer).__name__,
)
def test_functions_of_one_number(layer):
    seen = recorded(layer, 1, 12)
    for at in range(12):
        explanation = explain(layer, seen, only_operation(seen), (at,))
        x = torch.tensor([explanation.operands[0].value], dtype=torch.float64)
        assert float(layer(x)) == close_to(explanation.result)
        check_read_from(explanation.operands[0], seen.activations, 0)
        check_typeset(explanation)


@pytest.mark.parametrize("function", [torch.add, torch.sub, torch.mul, torch.div])
def test_arithmetic_of_two_tensors_that_broadcast(function):
    network = Calling(function)
    left, right = torch.randn(2, 3, 4), torch.randn(1, 4)
    seen = record(network, [left, right])
    explanation = explain(network, seen, only_operation(seen), (2, 1), 1)
    first, second = (operand.value for operand in explanation.operands)
    assert (first, second) == (float(left[1, 2, 1]), float(right[0, 1]))
    assert float(function(torch.tensor(first), torch.tensor(second))) == close_to(explanation.result)


@pytest.mark.parametrize(
    "function", [lambda x: x + 2.5, lambda x: 1 - x, lambda x: 3 / x, lambda x: x / 4, lambda x: x * 2, lambda x: x + x]
)
def test_arithmetic_with_a_number(function):
    network = Calling(function)
    seen = recorded(network, 1, 3)
    explanation = explain(network, seen, only_operation(seen), (1,))
    assert explanation.operands[0].value == float(seen.activations["input"][0, 1])
    check_typeset(explanation)


def test_arithmetic_with_a_parameter_keeps_the_order():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.shift = nn.Parameter(torch.randn(3))

        def forward(self, x):
            return self.shift - x

    network = Net()
    seen = recorded(network, 2, 3)
    explanation = explain(network, seen, only_operation(seen), (2,), 1)
    assert [(operand.origin, operand.index) for operand in explanation.operands] == [("shift", (2,)), ("input", (1, 2))]
    assert explanation.operands[0].value - explanation.operands[1].value == close_to(explanation.result)


COPIES = {
    "flatten": lambda x: x.flatten(1),
    "view": lambda x: x.view(2, -1, 3),
    "reshape": lambda x: x.permute(0, 2, 1, 3).reshape(2, 4, -1),
    "permute": lambda x: x.permute(0, 3, 1, 2),
    "transpose": lambda x: x.transpose(1, -1),
    "getitem": lambda x: x[:, 1:, ::2, -1],
    "getitem ...": lambda x: x[..., None, 1:3],
    "select": lambda x: x.select(2, 1),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "pad": lambda x: functional.pad(x, (1, 0, -1, 2), value=0.5),
    "chunk": lambda x: x.chunk(2, dim=2)[1],
    "clone": lambda x: x.clone(),
    "dropout": lambda x: functional.dropout(x, 0.5, training=False),
    "cat": lambda x: torch.cat([x, 2 * x], dim=2),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_say_where_from(name):
    network = Calling(COPIES[name])
    seen = recorded(network, 2, 3, 4, 3)
    tensor_name = seen.graph.outputs[0]
    output, chooser = seen.activations[tensor_name], random.Random(0)
    for _ in range(8):
        index = some_index(output, chooser)
        explanation = explain(network, seen, tensor_name, index, 1)
        assert explanation.result == float(output[(1, *index)])
        assert [operand.value for operand in explanation.operands] == [explanation.result]
        for operand in explanation.operands:
            if operand.kind != "constant":
                check_read_from(operand, seen.activations, 1)


@pytest.mark.parametrize(
    "function", [nn.Softmax(1), nn.LogSoftmax(-1), Calling(lambda x: functional.softmax(x, dim=1))]
)
def test_softmax(function):
    seen = recorded(function, 2, 7)
    explanation = explain(function, seen, only_operation(seen), (4,), 1)
    logits = np.array([operand.value for operand in explanation.operands])
    share = np.exp(logits[4]) / np.exp(logits).sum()
    expected = math.log(share) if isinstance(function, nn.LogSoftmax) else share
    assert expected == close_to(explanation.result)
    check_typeset(explanation)


@pytest.mark.parametrize("batch", [1, 3])
def test_cross_entropy(batch):
    network, targets = nn.Linear(4, 5), torch.arange(batch) + 1
    seen = record(network, [torch.randn(batch, 4)], loss=lambda logits: functional.cross_entropy(logits, targets))
    explanation = explain(network, seen, seen.graph.loss, ())
    assert explanation.result == float(seen.loss)
    values = [operand.value for operand in explanation.operands]
    if batch == 1:
        *logits, target = values
        assert target == 1
        assert -math.log(np.exp(logits[1]) / np.exp(logits).sum()) == close_to(explanation.result)
    else:
        assert np.mean(values[:-1]) == close_to(explanation.result)
    check_typeset(explanation)


CLASSIFIERS = [e for e in catalogue.NETWORKS if catalogue.dataset(e.dataset).task == "classification"]


@pytest.mark.parametrize("entry", CLASSIFIERS, ids=lambda entry: entry.id)
@pytest.mark.parametrize("training", [True, False])
def test_all_of_the_catalogue_can_be_explained(entry, training):
    torch.manual_seed(0)
    network = networks.build(entry.id, seed=0).train(training)
    targets = torch.tensor([0, 1])
    seen = record(network, [torch.randn(2, *entry.input_shape)], lambda out: functional.cross_entropy(out, targets))
    chooser = random.Random(0)
    for node in seen.graph.nodes:
        if node.kind != "operation":
            continue
        output = seen.activations[node.id]
        sample = chooser.randrange(2) if output.dim() else 0
        explanation = explain(network, seen, node.id, some_index(output, chooser), sample)
        assert explanation.result == float(output[explanation.index])
        if explanation.products is not None:
            assert sum_of(explanation) == close_to(explanation.result)
        check_typeset(explanation)


def test_long_sums_are_shortened_and_short_ones_are_not():
    long, short = nn.Linear(100, 1, bias=False), nn.Linear(5, 1, bias=False)
    seen = recorded(long, 1, 100)
    assert explain(long, seen, only_operation(seen), (0,)).formula_with_numbers.count(r"\cdots") == 1
    seen = recorded(short, 1, 5)
    assert r"\cdots" not in explain(short, seen, only_operation(seen), (0,)).formula_with_numbers


def test_one_number_costs_one_window_and_not_a_layer(monkeypatch):
    layer = nn.Conv2d(8, 8, 3)
    seen = recorded(layer, 1, 8, 20, 20)
    for name in ("conv2d", "linear", "batch_norm"):
        monkeypatch.setattr(functional, name, None)
    assert explain(layer, seen, only_operation(seen), (0, 0, 0)).products.inside.size == 8 * 3 * 3


def test_changed_parameters_are_noticed():
    layer = nn.Linear(4, 2)
    seen = recorded(layer, 1, 4)
    with torch.no_grad():
        layer.weight.add_(1.0)
    with pytest.raises(UserError, match="record the pass again"):
        explain(layer, seen, only_operation(seen), (0,))


@pytest.mark.parametrize(
    ("node", "index", "sample", "sentence"),
    [
        ("0", (9,), 0, r"no element \[0, 9\] in '0', which holds 1×4"),
        ("0", (0, 0), 0, "no element"),
        ("0", (-1,), 0, "no element"),
        ("0", (0,), 5, r"no element \[5, 0\]"),
        ("O", (0,), 0, "did you mean '0'|known are"),
        ("2", (0,), 0, "called again it gives other numbers"),
    ],
)
def test_bad_requests_are_one_sentence(node, index, sample, sentence):
    network = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.AlphaDropout())
    seen = recorded(network, 1, 3)
    with pytest.raises(UserError, match=sentence):
        explain(network, seen, node, index, sample)


def test_dropout_says_what_it_has_dropped():
    torch.manual_seed(0)
    layer = nn.Dropout(0.4)
    seen = recorded(layer, 1, 30)
    for at in range(30):
        x, kept, share = (operand.value for operand in explain(layer, seen, only_operation(seen), (at,)).operands)
        assert x * kept / (1 - share) == close_to(float(seen.output[0, at]))
