"""The optimizers against the formulas of their papers, and their memory when layers thaw."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.engine import optimizers

GRADIENTS = [torch.tensor([0.5, -2.0, 3.0]), torch.tensor([1.5, 0.1, -1.0]), torch.tensor([-0.2, 0.4, 0.0])]


def trained(name: str, rate: float) -> torch.Tensor:
    parameter = nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
    optimizer = optimizers.build(name, [parameter], rate)
    for gradient in GRADIENTS:
        parameter.grad = gradient.clone()
        optimizer.step()
    return parameter.detach().double()


def test_sgd_is_the_formula() -> None:
    expected = torch.tensor([1.0, 2.0, 3.0]).double() - 0.1 * sum(gradient.double() for gradient in GRADIENTS)
    assert torch.allclose(trained("sgd", 0.1), expected, rtol=0, atol=1e-6)


def test_adam_is_algorithm_1_of_kingma_and_ba() -> None:
    theta = torch.tensor([1.0, 2.0, 3.0]).double()
    mean, square = torch.zeros(3).double(), torch.zeros(3).double()
    for time, gradient in enumerate((gradient.double() for gradient in GRADIENTS), start=1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        theta = theta - 0.01 * (mean / (1 - 0.9**time)) / ((square / (1 - 0.999**time)).sqrt() + 1e-8)
    assert torch.allclose(trained("adam", 0.01), theta, rtol=0, atol=1e-6)


def test_every_entry_of_the_catalogue_can_be_built() -> None:
    assert [name for name, _ in optimizers.OPTIMIZERS] == [entry.id for entry in catalogue.OPTIMIZERS]
    with pytest.raises(UserError, match="did you mean 'adam'"):
        optimizers.build("adan", [nn.Parameter(torch.zeros(1))], 0.1)


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_updates_are_what_the_optimizer_then_does(rule: str) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    network[1].requires_grad_(False)
    optimizer = optimizers.build(rule, network.parameters(), 0.05)
    gradients = {name: torch.randn_like(parameter) for name, parameter in network[0].named_parameters(prefix="0")}
    for _ in range(3):
        before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
        foretold = optimizers.updates(optimizer, network, gradients)
        assert all(torch.equal(before[name], parameter) for name, parameter in network.named_parameters())
        assert foretold.keys() == gradients.keys()
        for name, parameter in network.named_parameters():
            parameter.grad = gradients.get(name)
        optimizer.step()
        for name, parameter in network.named_parameters():
            assert torch.equal(parameter.detach() - before[name], foretold.get(name, torch.zeros_like(parameter)))


def test_a_forgotten_parameter_starts_as_a_new_one() -> None:
    old, new = (nn.Parameter(torch.ones(2)) for _ in range(2))
    worn, fresh = optimizers.build("adam", [old], 0.1), optimizers.build("adam", [new], 0.1)
    old.grad = torch.tensor([5.0, -3.0])
    worn.step()
    optimizers.forget(worn, [old])
    with torch.no_grad():
        old.copy_(new)
    for parameter, optimizer in ((old, worn), (new, fresh)):
        parameter.grad = torch.tensor([1.0, 2.0])
        optimizer.step()
    assert torch.equal(old, new)


def test_the_learning_rate_changes_from_the_next_step_on() -> None:
    parameter = nn.Parameter(torch.zeros(1))
    optimizer = optimizers.build("sgd", [parameter], 1.0)
    parameter.grad = torch.ones(1)
    optimizer.step()
    optimizers.set_learning_rate(optimizer, 0.25)
    optimizer.step()
    assert parameter.item() == -1.25


def test_the_compiler_of_torch_is_not_imported_for_a_step() -> None:
    program = (
        "import sys\nimport torch\nfrom visualizer.engine import optimizers\n"
        "network = torch.nn.Linear(2, 1)\n"
        "for name, _ in optimizers.OPTIMIZERS:\n"
        "    optimizer = optimizers.build(name, network.parameters(), 0.1)\n"
        "    network(torch.ones(1, 2)).sum().backward()\n"
        "    optimizer.step()\n"
        "    optimizers.updates(optimizer, network, {n: p.grad for n, p in network.named_parameters()})\n"
        "print('torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
