"""LeNet-5, with the activation and the pooling that are usual today."""

from __future__ import annotations

from torch import nn


class LeNet(nn.Sequential):
    """Two convolutions, two poolings, three linear layers; (batch, 1, 28, 28) to logits (batch, 10).

    LeCun et al. 1998, section II.B, with its layer sizes. Differences: ReLU and max pooling in place of tanh and
    trainable averages, every map of `conv2` sees all maps of `pool1`, a linear output layer, and zero padding in
    place of the 32×32 frame.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(400, 120)
        self.relu3 = nn.ReLU()
        self.linear2 = nn.Linear(120, 84)
        self.relu4 = nn.ReLU()
        self.linear3 = nn.Linear(84, 10)
