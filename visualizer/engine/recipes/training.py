"""Pretraining from a seed: each step is a function of (seed, step), so a stopped run goes on as if never stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor, nn

from visualizer.engine import losses, networks
from visualizer.engine.datasets.batches import batch_indices, steps_per_epoch
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.recipes.augmentation import mirror, shift
from visualizer.engine.recipes.checkpoint import load_checkpoint, save_checkpoint


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How a network learns: SGD, Nesterov momentum, one cycle of the learning rate (Smith and Topin 2018)."""

    network: str
    epochs: int
    peak_learning_rate: float
    batch_size: int = 128
    momentum: float = 0.9
    weight_decay: float = 5e-4
    warm_up: float = 0.2
    mirror: bool = True
    shift: int = 2
    seed: int = 0

    def learning_rate(self, step: int, steps: int) -> float:
        """Return the rate of a step: linear from 0 to the peak, then half a cosine back to 0."""
        progress = (step + 1) / steps
        if progress < self.warm_up:
            return self.peak_learning_rate * progress / self.warm_up
        return self.peak_learning_rate * 0.5 * (1 + math.cos(math.pi * (progress - self.warm_up) / (1 - self.warm_up)))


def train(recipe: Recipe, pictures: Pictures, folder: Path, report: Callable[[str], None]) -> nn.Module:
    """Return the trained network; progress is kept in `folder`, from where a stopped run goes on.

    The passes run in bfloat16 where torch thinks it safe (autocast), parameters and updates in float32.
    Raises UserError where `folder` holds a checkpoint of another recipe or cannot be written.
    """
    network = _channels_last(networks.build(recipe.network, recipe.seed))
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.0, momentum=recipe.momentum, weight_decay=recipe.weight_decay, nesterov=True
    )
    checkpoint = folder / f"{recipe.network}.safetensors"
    identity = msgspec.json.encode(recipe).decode()
    first = load_checkpoint(checkpoint, identity, network, optimizer)
    epoch_length = steps_per_epoch(len(pictures.images), recipe.batch_size)
    steps = recipe.epochs * epoch_length
    report(f"{recipe.network}: step {first} of {steps}, {epoch_length} steps an epoch")
    started, running = time.monotonic(), []
    for step in range(first, steps):
        optimizer.param_groups[0]["lr"] = recipe.learning_rate(step, steps)
        running.append(_update(network, optimizer, *batch(recipe, pictures, step)))
        done = step + 1
        if done % 100 == 0 or done == steps:
            save_checkpoint(checkpoint, identity, network, optimizer, done)
            pace = (time.monotonic() - started) / (done - first)
            report(f"step {done} of {steps}, loss {np.mean(running):.4f}, {pace:.3f} s a step")
            running.clear()
    return network


def batch(recipe: Recipe, pictures: Pictures, step: int) -> tuple[Tensor, Tensor]:
    """Return the augmented mini-batch of a step: float32 (batch, 1, 28, 28) from 0 to 1 and int64 (batch,)."""
    indices = batch_indices(len(pictures.images), recipe.batch_size, recipe.seed, step).numpy()
    generator = np.random.default_rng([recipe.seed, step, 1])
    images = pictures.images[indices]
    if recipe.mirror:
        images = mirror(images, generator)
    images = shift(images, generator, recipe.shift)
    inputs = torch.from_numpy(images).unsqueeze(1).float() / 255
    return inputs, torch.from_numpy(pictures.targets[indices]).long()


def _channels_last(network: nn.Module) -> nn.Module:
    """Store convolution weights in the order in which the CPU convolves fastest."""
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.to(memory_format=torch.channels_last)
    return network


def _update(network: nn.Module, optimizer: torch.optim.SGD, inputs: Tensor, targets: Tensor) -> float:
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        loss = losses.loss("cross-entropy")(network(inputs), targets)
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    optimizer.step()
    return float(loss.detach())


@torch.no_grad()
def accuracy(network: nn.Module, pictures: Pictures) -> float:
    """Return the share of pictures whose highest logit is the right class, in eval mode and float32."""
    network.eval()
    inputs = torch.from_numpy(pictures.images).unsqueeze(1).float() / 255
    predicted = torch.cat([network(part).argmax(1) for part in torch.split(inputs, 500)])
    return float((predicted == torch.from_numpy(pictures.targets)).float().mean())
