"""What makes a network a generator and a discriminator in a row, and the data that it is looked at with."""

from __future__ import annotations

import dataclasses

import torch
from torch import nn

from visualizer.core.catalogue import DatasetEntry
from visualizer.core.errors import reason_of
from visualizer.core.numbers import shape_text
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.datasets import Dataset


def pair_obstacle(name: str, network: nn.Module, entry: DatasetEntry) -> str:
    """Return in a sentence why a network, in eval mode, cannot learn to generate; "" where it can."""
    parts = dict(network.named_children())
    size = getattr(network, "noise_size", None)
    if "generator" not in parts or "discriminator" not in parts or not isinstance(size, int) or size < 1:
        return (
            f"{name} cannot learn from {entry.title}, which holds samples without targets: that takes a network with "
            "the modules 'generator' and 'discriminator', and the length of the noise as its attribute 'noise_size'."
        )
    try:
        with torch.no_grad():
            made = tuple(parts["generator"](held_out_noise(size, 1)).shape[1:])
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a stranger's code and shapes
        return f"The generator of {name} cannot take noise of {size} numbers: {reason_of(error)}."
    if made != entry.input_shape:
        return (
            f"The generator of {name} makes samples of the shape {shape_text(made)}, "
            f"those of {entry.title} have the shape {shape_text(entry.input_shape)}."
        )
    return ""


def with_noise(data: Dataset, network: nn.Module) -> Dataset:
    """Return data whose held-out inputs are noise for the generator, all with the target that it makes real (1)."""
    noise = held_out_noise(int(network.noise_size))  # type: ignore[arg-type]  # an int, as pair_obstacle has checked
    return dataclasses.replace(
        data,
        validation_inputs=noise,
        validation_targets=torch.ones(len(noise), 1),
        labels=tuple(f"noise {number}" for number in range(len(noise))),
    )
