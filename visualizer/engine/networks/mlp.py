"""A feedforward network small enough to draw every neuron."""

from __future__ import annotations

from torch import nn


class MLP(nn.Sequential):
    """Two hidden layers of eight tanh neurons; (batch, inputs) to (batch, outputs). Rumelhart et al. 1986."""

    def __init__(self, inputs: int = 2, outputs: int = 2) -> None:
        super().__init__()
        self.hidden1 = nn.Linear(inputs, 8)
        self.tanh1 = nn.Tanh()
        self.hidden2 = nn.Linear(8, 8)
        self.tanh2 = nn.Tanh()
        self.output = nn.Linear(8, outputs)
