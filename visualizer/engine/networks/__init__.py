"""The networks that ship, one file each; a new one is a file here, a line below and an entry in the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from visualizer.core import catalogue
from visualizer.core.catalogue import DatasetEntry
from visualizer.engine.networks import recurrent
from visualizer.engine.networks.file import build_from_file
from visualizer.engine.networks.gan_2d import PointGAN
from visualizer.engine.networks.gan_images import PictureGAN
from visualizer.engine.networks.lenet import LeNet
from visualizer.engine.networks.mlp import MLP
from visualizer.engine.networks.resnet20 import ResNet20

Builder = Callable[[DatasetEntry], nn.Module]

NETWORKS: tuple[tuple[str, Builder], ...] = (
    ("mlp", lambda data: MLP(data.input_shape[0], data.outputs)),
    ("lenet", lambda data: LeNet()),
    ("resnet20", lambda data: ResNet20()),
    ("gan-2d", lambda data: PointGAN()),
    ("gan-images", lambda data: PictureGAN()),
    ("rnn", partial(recurrent.build, "rnn")),
    ("lstm", partial(recurrent.build, "lstm")),
    ("gru", partial(recurrent.build, "gru")),
)


def build(name: str, seed: int, *, dataset: str = "", trusted: bool = False) -> nn.Module:
    """Return a network with initial parameters drawn from `seed`; the global random state stays as it is.

    `name` is a catalogue id or `path.py:Name`; the latter runs the file, only where `trusted`. A network of the
    catalogue is built for `dataset`, by default its own: its inputs and outputs follow from that. Raises UserError.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if catalogue.is_network_file(name):
            return build_from_file(name, trusted=trusted)
        entry = catalogue.network(name)
        return dict(NETWORKS)[entry.id](catalogue.dataset(dataset or entry.dataset))


def input_shape(name: str, network: nn.Module) -> tuple[int, ...]:
    """Return the shape of one input of a network of the catalogue; one that generates is given noise."""
    noise = getattr(network, "noise_size", None)
    return catalogue.network(name).input_shape if noise is None else (noise,)
