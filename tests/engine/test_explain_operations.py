"""Operations of strangers' networks: every shown formula against what torch computed, forward and back."""

from __future__ import annotations

import random

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.engine.test_explain_law import RECORDED, evaluated
from visualizer.core.errors import UserError
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.explain.names import explainable
from visualizer.engine.recording import Pass, record

BY_SLOPES = "autograd says how fast"


class Calling(nn.Module):
    """Calls one function of its modules (`net`) and inputs."""

    def __init__(self, function, net: nn.Module | None = None) -> None:
        super().__init__()
        self.function, self.net = function, net

    def forward(self, *given):
        return self.function(self.net, *given) if self.net is not None else self.function(*given)


def of(net: nn.Module, *shapes: tuple[int, ...]):
    return lambda net, *given: net(*given), net, shapes


def by(function, *shapes: tuple[int, ...]):
    return function, None, shapes


def written(a):
    """Writes into a part of a tensor through a view."""
    buffer = torch.zeros(2, 4)
    buffer[:, :2] = a[:, 2:] * 2
    buffer[:, 2:].add_(a[:, :2])
    return buffer * 3


FORMULAS = {
    "einsum": by(lambda a, b: torch.einsum("bqhd,bkhd->bhqk", a, b), (2, 3, 2, 4), (2, 5, 2, 4)),
    "einsum of three": by(lambda a, b, c: torch.einsum("ij,jk,kl", a, b, c), (2, 3), (3, 2), (2, 4)),
    "trace": by(lambda a: torch.einsum("ii->", a), (3, 3)),
    "matrix and vector": by(lambda a, b: a @ b, (3, 4), (4,)),
    "two vectors": by(lambda a, b: a @ b, (4,), (4,)),
    "broadcast matrices": by(lambda a, b: a @ b, (2, 1, 3, 4), (5, 4, 2)),
    "a matrix by itself": by(lambda a: a @ a, (3, 3)),
    "a number by itself": by(lambda a: a * a, (3, 3)),
    "addmm": by(lambda a, b, c: torch.addmm(a, b, c, beta=0.5, alpha=2), (4,), (3, 2), (2, 4)),
    "baddbmm": by(torch.baddbmm, (2, 3, 4), (2, 3, 2), (2, 2, 4)),
    "outer": by(torch.outer, (3,), (4,)),
    "bilinear": of(nn.Bilinear(4, 3, 2), (2, 4), (2, 3)),
    "encoder": of(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu").eval(), (2, 3, 8)),
    "layer norm": of(nn.LayerNorm((3, 4)), (2, 3, 4)),
    "group norm": of(nn.GroupNorm(2, 4), (2, 4, 3, 3)),
    "instance norm": of(nn.InstanceNorm2d(4, affine=True), (2, 4, 3, 3)),
    "rms norm": of(nn.RMSNorm(4, elementwise_affine=False), (2, 3, 4)),
    "conv1d": of(nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2, dilation=2), (2, 4, 9)),
    "conv3d": of(nn.Conv3d(2, 3, 2), (1, 2, 4, 4, 4)),
    "transposed": of(nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), (1, 4, 4, 4)),
    "avg pool 1d": by(lambda a: functional.avg_pool1d(a, 3, 2), (1, 2, 9)),
    "adaptive pool": by(lambda a: functional.adaptive_avg_pool2d(a, (3, 2)), (1, 2, 7, 7)),
    "nearest": by(lambda a: functional.interpolate(a, size=(5, 4)), (1, 2, 3, 3)),
    "cat of one twice": by(lambda a: torch.cat([a, a * 2, a], 1), (2, 3)),
    "stack of one twice": by(lambda a: torch.stack([a, a], 1), (2, 3)),
    "index by tensors": by(lambda a: a[torch.tensor([1, 0, 1]), :, torch.tensor([0, 2, 2])], (2, 3, 4)),
    "mask": by(lambda a: a[a > 0], (4, 3)),
    "where": by(lambda a: torch.where(a > 0, a, a * 0.5), (4, 3)),
    "roll": by(lambda a: a.roll(1, 1) + a.flip(0), (3, 4)),
    "repeat": by(lambda a: a.repeat(2, 3), (2, 4)),
    "pixel shuffle": by(lambda a: functional.pixel_shuffle(a, 2), (1, 8, 3, 3)),
    "reflected": by(lambda a: functional.pad(a, (1, 2), mode="reflect"), (1, 2, 4)),
    "written into": by(written, (2, 4)),
    "clamp": by(lambda a: a.clamp(-0.5, 0.5), (4, 4)),
    "compared": by(lambda a, b: (a > b) * a + (a <= 0.2) * b + (a % 0.7), (5,), (5,)),
    "variance": by(lambda a: a.var(1) + a.std(1, unbiased=False), (4, 5)),
    "norm": by(lambda a: a.norm(dim=1) + torch.linalg.vector_norm(a, 1, 1), (4, 5)),
    "logsumexp": by(lambda a: a.logsumexp(1), (4, 5)),
    "lstm cell": of(nn.LSTMCell(4, 3), (2, 4)),
    "gru cell": of(nn.GRUCell(4, 3), (2, 4), (2, 3)),
    "rnn cell": of(nn.RNNCell(4, 3, nonlinearity="relu", bias=False), (2, 4), (2, 3)),
    **{
        name: by(getattr(functional, name), (4, 5))
        for name in ("gelu", "silu", "softplus", "elu", "selu", "celu", "mish", "hardswish", "hardsigmoid", "hardtanh",
                     "softsign", "tanhshrink", "logsigmoid")
    },
    "gelu by tanh": by(lambda a: functional.gelu(a, approximate="tanh"), (4, 5)),
    "softplus by beta": by(lambda a: functional.softplus(a, beta=2), (4, 5)),
    "huber": by(lambda a: functional.huber_loss(a, torch.ones_like(a), delta=0.5), (4, 5)),
    "smooth l1": by(lambda a: functional.smooth_l1_loss(a, torch.ones_like(a)), (4, 5)),
    "bce": by(lambda a: functional.binary_cross_entropy(a.sigmoid(), torch.full_like(a, 0.3)), (4, 5)),
}  # fmt: skip
SLOPES = {
    "bilinear picture": by(lambda a: functional.interpolate(a, size=(5, 7), mode="bilinear"), (1, 2, 3, 3)),
    "prelu": of(nn.PReLU(3), (2, 3, 4)),
    "leaky at random": of(nn.RReLU().eval(), (4, 5)),
    "glu": by(functional.glu, (2, 6)),
    "cosine": by(functional.cosine_similarity, (2, 4), (2, 4)),
    "hinge": by(lambda a: functional.multi_margin_loss(a, torch.tensor([0, 2])), (2, 3)),
    "smoothed": by(lambda a: functional.cross_entropy(a, torch.tensor([0, 2]), label_smoothing=0.1), (2, 3)),
    "cumprod": by(lambda a: a.cumprod(1), (2, 4)),
}


def total(given):
    parts = given if isinstance(given, tuple) else (given,)
    return sum((part * part.sin()).sum() for part in parts)


def taken(case, seed: int = 0) -> tuple[Pass, nn.Module]:
    function, net, shapes = case
    torch.manual_seed(seed)
    module = Calling(function, net)
    return record(module, [torch.randn(shape) for shape in shapes], total), module


@pytest.mark.parametrize("name", [*FORMULAS, *SLOPES])
def test_operands_give_every_number_forward_and_back(name):
    seen, module = taken({**FORMULAS, **SLOPES}[name])
    scene, chooser = scene_of(module, seen), random.Random(1)
    by_slopes = set()
    for kind, recorded in RECORDED.items():
        for tensor_name, tensor in recorded(seen).items():
            for _ in range(3):
                place = tuple(chooser.randrange(size) for size in tensor.shape)
                told = explain(scene, kind, tensor_name, place)
                value, magnitude = evaluated(told)
                assert told.result == float(tensor[place])
                assert value == pytest.approx(told.result, rel=3e-6, abs=3e-6 * magnitude), (kind, tensor_name)
                by_slopes.add(BY_SLOPES in told.sentence)
    assert by_slopes == ({False} if name in FORMULAS else {False, True})


@pytest.mark.parametrize("name", ["encoder", "lstm cell", "einsum"])
def test_every_listed_quantity_is_explained(name):
    seen, module = taken(FORMULAS[name])
    scene = scene_of(module, seen)
    for backward in (False, True):
        for found in explainable(scene, backward):
            place = tuple(size - 1 for size in found.shape)
            value, magnitude = evaluated(told := explain(scene, found.kind, found.name, place))
            assert value == pytest.approx(told.result, rel=1e-5, abs=1e-5 * (1 + magnitude))
            assert told.kind in (found.kind, "data", "constant")


def test_a_choice_is_told_as_one():
    seen, module = taken(FORMULAS["where"])
    told = explain(scene_of(module, seen), "activation", "where", (0, 0))
    chosen = "input" if float(seen.activations["input"][0, 0]) > 0 else "mul"
    assert [(operand.origin, operand.index) for operand in told.operands] == [(chosen, (0, 0))]


def test_what_complex_numbers_take_part_in_is_refused_in_a_sentence():
    module = Calling(lambda a: torch.fft.rfft(a).abs())
    seen = record(module, [torch.randn(2, 4)], lambda output: output.sum())
    scene = scene_of(module, seen)
    for kind, name in (("activation", "fft_rfft"), ("activation", "abs"), ("gradient", "input")):
        with pytest.raises(UserError, match="complex"):
            explain(scene, kind, name, (0, 0))


LONG = {
    "sum": by(lambda a: a.sum(), (1, 8, 20, 20)),
    "mean": by(lambda a: a.mean(), (1, 8, 20, 20)),
    "largest": by(lambda a: a.amax(), (1, 8, 20, 20)),
    "product": by(lambda a: (a * 0.01 + 1).prod(), (1, 8, 20, 20)),
    "bias": of(nn.Conv2d(1, 2, 3, padding=1), (1, 1, 40, 40)),
    "group": of(nn.GroupNorm(2, 4), (1, 4, 24, 24)),
}


@pytest.mark.parametrize("name", LONG)
def test_long_sums_are_told_by_their_largest_terms_and_the_rest(name):
    seen, module = taken(LONG[name])
    scene = scene_of(module, seen)
    for kind, recorded in RECORDED.items():
        for tensor_name, tensor in recorded(seen).items():
            told = explain(scene, kind, tensor_name, tuple(size - 1 for size in tensor.shape))
            value, magnitude = evaluated(told)
            assert len(told.operands) <= 1030
            assert value == pytest.approx(told.result, rel=1e-5, abs=1e-6 * (1 + magnitude)), (kind, tensor_name)
