"""Each network of the catalogue trains as a loop of plain PyTorch does, bit for bit."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.engine import datasets, networks
from visualizer.engine.session import TrainingSession

ALONE = [entry.id for entry in catalogue.NETWORKS if not entry.id.startswith("gan")]
STEPS, SEED = 3, 4


def plain_loss(output: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(output.flatten(0, -2), targets.flatten(), ignore_index=-100)


def batch(count: int, size: int, step: int) -> np.ndarray:
    """The samples of a step, as the documentation of the data sets has it."""
    epoch, position = divmod(step, -(-count // size))
    return np.random.default_rng([SEED, epoch]).permutation(count)[position * size : (position + 1) * size]


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("name", ALONE)
def test_a_network_trains_as_in_plain_torch(name: str, optimizer: str) -> None:
    entry = catalogue.network(name)
    data = datasets.load(entry.dataset)
    count = len(data.training_targets)
    network = networks.build(name, SEED)
    frozen = next(path for path, module in network.named_modules() if module._parameters) if optimizer == "sgd" else ""
    rate, size = (0.1, 6) if optimizer == "sgd" else (0.01, 8)
    session = TrainingSession()
    session.configure(
        Experiment(
            network=name,
            dataset=entry.dataset,
            weights="initial",
            optimizer=optimizer,
            learning_rate=rate,
            batch_size=size,
            seed=SEED,
            frozen=(frozen,) if frozen else (),
        )
    )
    kind = torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam
    for parameter in network.get_submodule(frozen).parameters() if frozen else ():
        parameter.requires_grad_(False)
    plain = kind([parameter for parameter in network.parameters() if parameter.requires_grad], lr=rate)
    network.train()
    for step in range(STEPS):
        rows = torch.from_numpy(batch(count, size, step))
        plain.zero_grad()
        loss = plain_loss(network(data.training_inputs[rows]), data.training_targets[rows])
        loss.backward()
        result = session.step()
        assert result.loss == loss.item()
        norms = [norm_of(network.get_submodule(path)) for path in session.layers]
        np.testing.assert_allclose(result.gradient_norms, norms, rtol=2e-6)
        plain.step()
    for key, tensor in network.state_dict().items():
        assert torch.equal(tensor, session.network.state_dict()[key]), key


def norm_of(module: nn.Module) -> float:
    gradients = [parameter.grad for parameter in module.parameters(recurse=False) if parameter.grad is not None]
    return math.sqrt(sum(float(gradient.double().square().sum()) for gradient in gradients)) if gradients else math.nan
