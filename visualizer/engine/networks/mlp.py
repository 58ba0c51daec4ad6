"""A feedforward network small enough to draw every neuron."""

from __future__ import annotations

from torch import nn


class MLP(nn.Sequential):
    """Two hidden layers of eight tanh neurons; (batch, 2) to logits (batch, 2). Rumelhart, Hinton and Williams 1986."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(2, 8)
        self.tanh1 = nn.Tanh()
        self.hidden2 = nn.Linear(8, 8)
        self.tanh2 = nn.Tanh()
        self.output = nn.Linear(8, 2)
