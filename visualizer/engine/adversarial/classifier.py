"""A classifier that ships and tells which class a generated picture looks like."""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

from visualizer.core import catalogue
from visualizer.engine import networks, weights

TRAINED_ON = {"fashion-mnist-unlabelled": ("lenet", "fashion-mnist")}
"""Data without classes, and the network whose shipped weights know them."""


@functools.cache
def _classifier(name: str) -> nn.Module:
    network = networks.build(name, 0)
    weights.load_into(network, weights.pretrained_path(name))
    return network.eval()


def class_names(dataset: str) -> tuple[str, ...]:
    """Return the classes that generated samples can be told apart by; empty where no classifier knows them."""
    return catalogue.dataset(TRAINED_ON[dataset][1]).classes if dataset in TRAINED_ON else ()


def network_for(dataset: str) -> nn.Module:
    """Return the classifier of such data, in eval mode; there has to be one."""
    return _classifier(TRAINED_ON[dataset][0])


def class_probabilities(dataset: str, samples: Tensor) -> Tensor:
    """Return probabilities (count, classes) of samples made after such data; there have to be class names."""
    with torch.no_grad():
        logits: Tensor = network_for(dataset)(samples)
    return logits.softmax(1)
