"""A pair of convolutional networks that learns to make small grey pictures."""

from __future__ import annotations

from torch import Tensor, nn


class PictureGenerator(nn.Sequential):
    """Noise (batch, noise) to pictures (batch, 1, 28, 28) with pixels from 0 to 1, by two transposed convolutions."""

    def __init__(self, noise: int) -> None:
        super().__init__()
        self.linear = nn.Linear(noise, 96 * 7 * 7, bias=False)
        self.unflatten = nn.Unflatten(1, (96, 7, 7))
        self.norm1 = nn.BatchNorm2d(96)
        self.relu1 = nn.ReLU()
        self.upconv1 = nn.ConvTranspose2d(96, 48, kernel_size=4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(48)
        self.relu2 = nn.ReLU()
        self.upconv2 = nn.ConvTranspose2d(48, 1, kernel_size=4, stride=2, padding=1)
        self.sigmoid = nn.Sigmoid()


class PictureDiscriminator(nn.Sequential):
    """Pictures (batch, 1, 28, 28) to one logit each (batch, 1), by three convolutions with stride."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=4, stride=2, padding=1)
        self.leaky1 = nn.LeakyReLU(0.2)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1)
        self.leaky2 = nn.LeakyReLU(0.2)
        self.conv3 = nn.Conv2d(64, 128, kernel_size=3, stride=2, padding=1)
        self.leaky3 = nn.LeakyReLU(0.2)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(128 * 4 * 4, 1)


class PictureGAN(nn.Module):
    """Generator and discriminator in a row: noise (batch, 32) to the discriminator's logits (batch, 1).

    Radford, Metz and Chintala 2016, made small. Differences: pixels from 0 to 1 (sigmoid in place of tanh), and no
    batch normalisation in the discriminator, so that its judgement of a picture does not depend on the others.
    """

    noise_size = 32

    def __init__(self) -> None:
        super().__init__()
        self.generator = PictureGenerator(self.noise_size)
        self.discriminator = PictureDiscriminator()
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.normal_(module.weight, 0.0, 0.02)

    def forward(self, noise: Tensor) -> Tensor:
        """Return the discriminator's logits of what the generator makes of the noise."""
        logits: Tensor = self.discriminator(self.generator(noise))
        return logits
