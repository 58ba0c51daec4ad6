"""Frozen means: not one bit changes, gradients still flow through, and the fingerprints say so."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from visualizer.core.errors import UserError
from visualizer.engine import networks, optimizers
from visualizer.engine.freezing import Freezer, fingerprint


def blocks() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3)),
        nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU()),
        nn.Flatten(),
        nn.Linear(4 * 36, 3),
    )


def train(network: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        inputs = torch.randn(8, 1, 6, 6, generator=generator) * 2 + 1
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(network(inputs), torch.arange(8) % 3).backward()
        optimizer.step()


def bits(network: nn.Module, path: str) -> list[bytes]:
    state = network.get_submodule(path).state_dict()
    return [tensor.numpy().tobytes() for tensor in state.values()]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("warm_up", [0, 3])
def test_a_frozen_block_keeps_every_bit_of_parameters_and_buffers(optimizer: str, warm_up: int) -> None:
    network = blocks()
    freezer = Freezer(network)
    freezer.apply(())
    rule = optimizers.build(optimizer, network.parameters(), 0.05)
    train(network, rule, warm_up)
    freezer.apply(("0",))
    before, other = bits(network, "0"), bits(network, "1")
    train(network, rule, 4)
    assert bits(network, "0") == before
    assert bits(network, "1") != other
    assert {layer.path: layer.verified for layer in freezer.statuses()} == {
        "0.0": True, "0.1": True, "1.0": None, "1.1": None, "3": None,
    }  # fmt: skip


@given(st.sets(st.sampled_from(["0", "0.0", "0.1", "1", "1.0", "3", "*.1", "?.0", "[01]"]), max_size=3))
@settings(max_examples=25)
def test_any_plan_keeps_what_it_names_and_only_that(patterns: set[str]) -> None:
    network = blocks()
    freezer = Freezer(network)
    freezer.apply(tuple(patterns))
    frozen = {layer.path for layer in freezer.statuses() if layer.frozen}
    before = {path: bits(network, path) for path in freezer.layers}
    if len(frozen) < len(freezer.layers):
        train(network, optimizers.build("adam", network.parameters(), 0.05), 2)
    assert {path for path in freezer.layers if bits(network, path) == before[path]} == frozen
    freezer.apply(())
    assert freezer.trainable_count == freezer.parameter_count
    assert all(module.training for module in network.modules())


def test_an_old_gradient_of_a_frozen_layer_is_dropped() -> None:
    network = blocks()
    functional.cross_entropy(network(torch.ones(3, 1, 6, 6)), torch.arange(3)).backward()
    Freezer(network).apply(("0",))
    assert {name for name, parameter in network.named_parameters() if parameter.grad is None} == {
        name for name, _ in network.named_parameters() if name.startswith("0.")
    }


def test_gradients_flow_through_a_frozen_middle_unchanged() -> None:
    inputs = torch.randn(4, 28 * 28, generator=torch.Generator().manual_seed(0)).reshape(4, 1, 28, 28)
    gradients = []
    for patterns in ((), ("conv2", "linear1")):
        network = networks.build("lenet", 0)
        Freezer(network).apply(patterns)
        functional.cross_entropy(network(inputs), torch.arange(4)).backward()
        gradients.append(network.conv1.weight.grad)
        assert (network.conv2.weight.grad is None) == bool(patterns)
    assert torch.equal(gradients[0], gradients[1])


def test_the_whole_network_is_evaluated_and_then_trains_as_before() -> None:
    network = blocks()
    freezer = Freezer(network)
    freezer.apply(("0",))
    modes = [module.training for module in network.modules()]
    with freezer.evaluating():
        assert not any(module.training for module in network.modules())
    assert [module.training for module in network.modules()] == modes
    assert not network[0][1].training and network[1][1].training


def test_a_changed_frozen_layer_is_found_out() -> None:
    network = blocks()
    freezer = Freezer(network)
    freezer.apply(("3",))
    with torch.no_grad():
        network[3].bias[0] = torch.nextafter(network[3].bias[0], torch.tensor(torch.inf))
    assert [layer.verified for layer in freezer.statuses() if layer.frozen] == [False]


def test_a_fingerprint_is_the_sha256_of_parameters_then_buffers() -> None:
    norm = nn.BatchNorm1d(2)
    arrays = [tensor.detach().numpy() for tensor in (norm.weight, norm.bias, norm.running_mean, norm.running_var)]
    expected = hashlib.sha256(b"".join(array.tobytes() for array in [*arrays, np.array(0, np.int64)]))
    assert fingerprint(norm) == expected.hexdigest()


def test_layers_come_in_forward_order_and_count_their_own_parameters() -> None:
    class Backwards(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.second, self.first, self.unused = nn.Linear(3, 2), nn.Linear(2, 3), nn.Linear(1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(self.first(x))

    freezer = Freezer(Backwards(), ["", "first", "second"])
    assert [(layer.path, layer.parameter_count) for layer in freezer.statuses()] == [
        ("first", 9), ("second", 8), ("unused", 2),
    ]  # fmt: skip


def test_what_the_network_itself_fixed_stays_fixed() -> None:
    network = nn.Sequential(nn.Linear(2, 2).requires_grad_(False), nn.Linear(2, 2))
    freezer = Freezer(network)
    freezer.apply(("1",))
    freezer.apply(())
    assert [parameter.requires_grad for parameter in network.parameters()] == [False, False, True, True]


def test_a_shared_module_is_frozen_by_any_of_its_names() -> None:
    torch.manual_seed(0)
    shared = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    network = nn.ModuleDict({"first": shared, "again": shared, "head": nn.Linear(3, 2)})
    freezer = Freezer(network)
    freezer.apply(("again.0",))
    assert {layer.path: layer.frozen for layer in freezer.statuses()} == {
        "first.0": True, "first.1": False, "head": False,
    }  # fmt: skip
    assert not any(parameter.requires_grad for parameter in shared[0].parameters())
    freezer.apply(("again",))
    assert [module.training for module in (shared[1], network["head"])] == [False, True]
    assert [name for name, parameter in network.named_parameters() if parameter.requires_grad] == [
        "head.weight", "head.bias",
    ]  # fmt: skip


def test_a_pattern_that_names_nothing_gives_the_nearest_path_and_changes_nothing() -> None:
    network = networks.build("resnet20", 0)
    freezer = Freezer(network)
    freezer.apply(("stage1",))
    with pytest.raises(UserError, match=r"'stege2' matches no module of this network: did you mean 'stage2'\?"):
        freezer.apply(("stege2",))
    assert {layer.path.split(".")[0] for layer in freezer.statuses() if layer.frozen} == {"stage1"}
