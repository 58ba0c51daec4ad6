"""A pair of feedforward networks that learns a distribution in the plane."""

from __future__ import annotations

from torch import Tensor, nn


class PointGenerator(nn.Sequential):
    """Noise (batch, 2) to points (batch, 2)."""

    def __init__(self, noise: int, width: int) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(noise, width)
        self.relu1 = nn.ReLU()
        self.hidden2 = nn.Linear(width, width)
        self.relu2 = nn.ReLU()
        self.output = nn.Linear(width, 2)


class PointDiscriminator(nn.Sequential):
    """Points (batch, 2) to one logit each (batch, 1)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(2, width)
        self.leaky1 = nn.LeakyReLU(0.2)
        self.hidden2 = nn.Linear(width, width)
        self.leaky2 = nn.LeakyReLU(0.2)
        self.output = nn.Linear(width, 1)


class PointGAN(nn.Module):
    """Generator and discriminator in a row: noise (batch, 2) to the discriminator's logits (batch, 1).

    Goodfellow et al. 2014.
    """

    noise_size = 2

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.generator = PointGenerator(self.noise_size, width)
        self.discriminator = PointDiscriminator(width)

    def forward(self, noise: Tensor) -> Tensor:
        """Return the discriminator's logits of what the generator makes of the noise."""
        logits: Tensor = self.discriminator(self.generator(noise))
        return logits
