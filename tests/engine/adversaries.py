"""What tests of adversarial training share: two pairs to train, and torch's own loop to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from visualizer.core.experiment import Experiment, patch
from visualizer.engine import networks
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import batch_indices, load
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import ANSWERS

RING = Experiment(
    network="gan-2d",
    dataset="ring",
    weights="initial",
    loss="non-saturating",
    optimizer="adam-0.5",
    learning_rate=0.003,
    batch_size=16,
    seed=3,
)
PICTURES = patch(RING, network="gan-images", dataset="fashion-mnist-unlabelled", learning_rate=0.0002, batch_size=4)


def pair(session: TrainingSession) -> AdversarialTraining:
    assert isinstance(session.training, AdversarialTraining)
    return session.training


def train(session: TrainingSession, until: int) -> None:
    for _ in session.train(until):
        pass


def answer(session: TrainingSession, command: object) -> object:
    answered = ANSWERS[type(command)](session, command)
    return list(answered)[-1] if isinstance(answered, Iterator) else answered


def discriminator_loss(loss: str, real: Tensor, fake: Tensor) -> Tensor:
    if loss == "least-squares":
        ones, zeros = torch.ones_like(real), torch.zeros_like(fake)
        return (functional.mse_loss(real, ones) + functional.mse_loss(fake, zeros)) / 2
    return functional.binary_cross_entropy_with_logits(
        real, torch.ones_like(real)
    ) + functional.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))


def generator_loss(loss: str, fake: Tensor) -> Tensor:
    if loss == "least-squares":
        return functional.mse_loss(fake, torch.ones_like(fake)) / 2
    if loss == "minimax":
        return -functional.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    return functional.binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


class PlainLoop(NamedTuple):
    """What torch's tutorials have after some steps: the network, and an optimizer for each player."""

    network: nn.Module
    of_discriminator: torch.optim.Adam
    of_generator: torch.optim.Adam


def plain_loop(experiment: Experiment, steps: int) -> PlainLoop:
    """Train as torch's tutorials do: two optimizers, the fakes detached for the discriminator."""
    network = networks.build(experiment.network, experiment.seed, dataset=experiment.dataset)
    generator, discriminator = network.generator, network.discriminator
    loop = PlainLoop(network, *(_adam(part, experiment.learning_rate) for part in (discriminator, generator)))
    real = load(experiment.dataset).training_inputs
    size, turns = experiment.batch_size, experiment.discriminator_steps
    for step in range(steps):
        torch.manual_seed((experiment.seed * 2654435761 + step) % 2**32)
        for turn in range(turns):
            batch = real[batch_indices(len(real), size, experiment.seed, step * turns + turn)]
            fake = generator(torch.randn(size, network.noise_size)).detach()
            loop.of_discriminator.zero_grad()
            discriminator_loss(experiment.loss, discriminator(batch), discriminator(fake)).backward()
            loop.of_discriminator.step()
        for _ in range(experiment.generator_steps):
            loop.of_generator.zero_grad()
            generator_loss(experiment.loss, network(torch.randn(size, network.noise_size))).backward()
            loop.of_generator.step()
    return loop


def _adam(part: nn.Module, learning_rate: float) -> torch.optim.Adam:
    return torch.optim.Adam(part.parameters(), lr=learning_rate, betas=(0.5, 0.999), foreach=True)
