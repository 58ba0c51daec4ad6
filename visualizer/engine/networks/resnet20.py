"""ResNet-20 for small pictures. He et al. 2015, "Deep Residual Learning", section 4.2, with shortcuts of option A."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Shortcut(nn.Module):
    """Option A: every second pixel, new channels filled with zeros; it has no parameters.

    (batch, channels, height, width) to (batch, 2 * channels, height / 2, width / 2).
    """

    def forward(self, x: Tensor) -> Tensor:
        missing = x.shape[1]
        before = missing // 2
        return functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, missing - before))


class Block(nn.Module):
    """Two 3×3 convolutions whose result is added to the input; the first halves the picture where channels double."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        stride = 1 if channels_in == channels else 2
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.shortcut = Shortcut() if stride == 2 else None
        self.relu2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        residual = self.norm2(self.conv2(self.relu1(self.norm1(self.conv1(x)))))
        carried = x if self.shortcut is None else self.shortcut(x)
        activation: Tensor = self.relu2(residual + carried)
        return activation


class Stem(nn.Sequential):
    """The first convolution, from one grey channel to sixteen."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()


class ResNet20(nn.Module):
    """Nine residual blocks in three stages of 16, 32 and 64 channels; (batch, 1, 28, 28) to logits (batch, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem()
        self.stage1 = _stage(16, 16)
        self.stage2 = _stage(16, 32)
        self.stage3 = _stage(32, 64)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(64, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.stage3(self.stage2(self.stage1(self.stem(x))))
        logits: Tensor = self.linear(torch.flatten(self.pool(x), 1))
        return logits


def _stage(channels_in: int, channels: int) -> nn.Sequential:
    return nn.Sequential(Block(channels_in, channels), Block(channels, channels), Block(channels, channels))
