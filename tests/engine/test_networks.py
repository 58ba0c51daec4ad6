"""The shipped networks against their papers and hand computation; networks from files of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.engine import networks
from visualizer.engine.networks.resnet20 import Block, Shortcut

torch.set_num_threads(1)

NAMES = [name for name, _ in networks.NETWORKS]


def convolution_and_norm(channels_in: int, channels: int) -> int:
    return channels_in * channels * 9 + 2 * channels


COUNTS = {
    "mlp": (2 * 8 + 8) + (8 * 8 + 8) + (8 * 2 + 2),
    "lenet": (25 + 1) * 6 + (6 * 25 + 1) * 16 + (400 + 1) * 120 + (120 + 1) * 84 + (84 + 1) * 10,
    "resnet20": convolution_and_norm(1, 16)
    + 6 * convolution_and_norm(16, 16)
    + convolution_and_norm(16, 32)
    + 5 * convolution_and_norm(32, 32)
    + convolution_and_norm(32, 64)
    + 5 * convolution_and_norm(64, 64)
    + (64 + 1) * 10,
    "gan-2d": (2 * 32 + 32) + (32 * 32 + 32) + (32 * 2 + 2) + (2 * 32 + 32) + (32 * 32 + 32) + (32 + 1),
    "gan-images": 32 * 96 * 49 + 2 * 96 + 96 * 48 * 16 + 2 * 48 + 48 * 16 + 1
    + (16 * 1 + 1) * 32 + (16 * 32 + 1) * 64 + (9 * 64 + 1) * 128 + (128 * 16 + 1),
    "rnn": 24 * (27 + 24 + 2) + (24 + 1) * 27,
    "lstm": 4 * 24 * (27 + 24 + 2) + (24 + 1) * 27,
    "gru": 3 * 24 * (27 + 24 + 2) + (24 + 1) * 27,
}  # fmt: skip


def test_every_network_of_the_catalogue_can_be_built() -> None:
    assert sorted(NAMES) == sorted(entry.id for entry in catalogue.NETWORKS)


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_as_many_as_counted_by_hand(name: str) -> None:
    network = networks.build(name, 0)
    assert sum(parameter.numel() for parameter in network.parameters()) == COUNTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_inputs_become_one_logit_a_class(name: str) -> None:
    entry = catalogue.network(name)
    data, network = catalogue.dataset(entry.dataset), networks.build(name, 0)
    if data.task == "generation":  # noise becomes the discriminator's one opinion
        logits = network(torch.rand(3, network.noise_size))
        assert logits.shape == (3, 1)
    else:
        logits = network(torch.rand(3, *entry.input_shape))
        steps = entry.input_shape[:1] if data.task == "labelling" else ()
        assert logits.shape == (3, *steps, len(data.classes))
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_alone_decides_the_initial_parameters(name: str) -> None:
    torch.manual_seed(1)
    first = networks.build(name, 7).state_dict()
    torch.manual_seed(2)
    again = networks.build(name, 7).state_dict()
    other = networks.build(name, 8).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@pytest.mark.parametrize("name", NAMES)
def test_building_leaves_the_global_random_state_alone(name: str) -> None:
    before = torch.random.get_rng_state()
    networks.build(name, 3)
    assert torch.equal(before, torch.random.get_rng_state())


def test_an_unknown_network_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'resnet20'"):
        networks.build("resnet2", 0)


def test_no_relu_overwrites_its_input() -> None:
    for name in NAMES:
        assert not any(module.inplace for module in networks.build(name, 0).modules() if isinstance(module, nn.ReLU))


def test_resnet_modules_have_the_names_of_the_graph() -> None:
    network = networks.build("resnet20", 0)
    assert [name for name, _ in network.named_children()] == ["stem", "stage1", "stage2", "stage3", "pool", "linear"]
    assert [name for name, _ in network.get_submodule("stem").named_children()] == ["conv", "norm", "relu"]
    for stage in ("stage1", "stage2", "stage3"):
        assert [name for name, _ in network.get_submodule(stage).named_children()] == ["0", "1", "2"]
    plain = [name for name, _ in network.get_submodule("stage1.0").named_children()]
    assert plain == ["conv1", "norm1", "relu1", "conv2", "norm2", "relu2"]


def test_resnet_halves_the_picture_where_channels_double() -> None:
    network = networks.build("resnet20", 0)
    shapes = {}
    for stage in ("stem", "stage1", "stage2", "stage3"):
        network.get_submodule(stage).register_forward_hook(
            lambda module, inputs, output, stage=stage: shapes.update({stage: tuple(output.shape[1:])})
        )
    network(torch.rand(2, 1, 28, 28))
    assert shapes == {"stem": (16, 28, 28), "stage1": (16, 28, 28), "stage2": (32, 14, 14), "stage3": (64, 7, 7)}


def test_the_shortcut_takes_every_second_pixel_and_fills_channels_with_zeros() -> None:
    x = torch.arange(2 * 4 * 6 * 6, dtype=torch.float32).reshape(2, 4, 6, 6)
    carried = Shortcut()(x)
    assert carried.shape == (2, 8, 3, 3)
    for sample in range(2):
        for channel in range(8):
            for row in range(3):
                for column in range(3):
                    inside = 2 <= channel < 6
                    expected = x[sample, channel - 2, 2 * row, 2 * column] if inside else torch.tensor(0.0)
                    assert carried[sample, channel, row, column] == expected


@pytest.mark.parametrize(("channels_in", "channels"), [(4, 4), (4, 8)])
def test_a_block_adds_its_residual_to_what_it_carries(channels_in: int, channels: int) -> None:
    torch.manual_seed(0)
    block = Block(channels_in, channels).double().eval()
    for norm in (block.norm1, block.norm2):
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
    x = torch.randn(2, channels_in, 6, 6, dtype=torch.float64)

    def normalised(norm: nn.BatchNorm2d, value: torch.Tensor) -> torch.Tensor:
        mean, variance = (statistic[None, :, None, None] for statistic in (norm.running_mean, norm.running_var))
        return (value - mean) / torch.sqrt(variance + norm.eps)

    stride = channels // channels_in
    inner = functional.conv2d(x, block.conv1.weight, stride=stride, padding=1)
    inner = normalised(block.norm1, inner).clamp(min=0)
    residual = normalised(block.norm2, functional.conv2d(inner, block.conv2.weight, padding=1))
    carried = torch.zeros_like(residual)
    before = (channels - channels_in) // 2
    carried[:, before : before + channels_in] = x[:, :, ::stride, ::stride]
    torch.testing.assert_close(block(x), (residual + carried).clamp(min=0), rtol=0, atol=1e-12)


OWN = """
import torch
from torch import nn

class Net(nn.Linear):
    def __init__(self, width=3):
        super().__init__(2, width)

class Wide(nn.Module):
    def __init__(self, width, depth, bias=True):
        super().__init__()

class Broken(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, undefined)

def make(*layers, **options):
    return nn.Sequential(nn.Linear(2, 2))

def number():
    return 3

size = 5
builtin = int
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(OWN)
    return path


def test_a_network_of_a_trusted_file_is_built_from_the_seed(own: Path) -> None:
    first, again = (networks.build(f"{own}:Net", 5, trusted=True).state_dict() for _ in range(2))
    assert first["weight"].shape == (3, 2)
    assert torch.equal(first["weight"], again["weight"])


def test_a_function_may_give_the_network(own: Path) -> None:
    assert isinstance(networks.build(f"{own}:make", 0, trusted=True), nn.Sequential)


def test_a_file_may_import_its_neighbours(own: Path) -> None:
    (own.parent / "neighbour_of_own.py").write_text("WIDTH = 4")
    own.write_text("from neighbour_of_own import WIDTH\nfrom torch import nn\ndef make(): return nn.Linear(WIDTH, 1)")
    assert networks.build(f"{own}:make", 0, trusted=True).in_features == 4


def test_a_file_does_not_run_unless_trusted(own: Path) -> None:
    trace = own.parent / "trace"
    own.write_text(f"open({str(trace)!r}, 'w').close()")
    with pytest.raises(UserError, match=r"runs as code.*--trust"):
        networks.build(f"{own}:Net", 0)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("attribute", "sentence"),
    [
        ("Nett", "did you mean 'Net'"),
        ("Wide", r"needs arguments \(width, depth\)"),
        ("Broken", "building Broken failed with NameError"),
        ("number", "gives a value of type int"),
        ("size", "is of type int"),
        ("builtin", "gives a value of type int"),
    ],
)
def test_what_is_wrong_with_a_class_is_said_in_a_sentence(own: Path, attribute: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        networks.build(f"{own}:{attribute}", 0, trusted=True)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("def broken(:", "SyntaxError"),
        ("import no_such_package", "no_such_package"),
        ("raise SystemExit(3)", "SystemExit"),
        ("class End(BaseException): pass\nraise End('of it')", r"End \(of it\)"),
        ("x = 1", "has no 'Net'"),
        ("\0", "cannot be run"),
    ],
)
def test_a_file_that_cannot_be_run_is_said_in_a_sentence(own: Path, code: str, sentence: str) -> None:
    own.write_text(code)
    with pytest.raises(UserError, match=sentence):
        networks.build(f"{own}:Net", 0, trusted=True)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no file .*none\.py"):
        networks.build(f"{tmp_path / 'none.py'}:Net", 0, trusted=True)
