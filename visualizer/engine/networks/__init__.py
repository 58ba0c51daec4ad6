"""The networks that ship, one file each; a new one is a file here, a line below and an entry in the catalogue."""

from __future__ import annotations

import torch
from torch import nn

from visualizer.core import catalogue
from visualizer.engine.networks.file import build_from_file
from visualizer.engine.networks.lenet import LeNet
from visualizer.engine.networks.mlp import MLP
from visualizer.engine.networks.resnet20 import ResNet20

NETWORKS: tuple[tuple[str, type[nn.Module]], ...] = (
    ("mlp", MLP),
    ("lenet", LeNet),
    ("resnet20", ResNet20),
)


def build(name: str, seed: int, *, trusted: bool = False) -> nn.Module:
    """Return a network with initial parameters drawn from `seed`; the global random state stays as it is.

    `name` is a catalogue id or `path.py:Name`; the latter runs the file, only where `trusted`. Raises UserError.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if catalogue.is_network_file(name):
            return build_from_file(name, trusted=trusted)
        return dict(NETWORKS)[catalogue.network(name).id]()
