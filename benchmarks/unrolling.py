"""The unrolled view of an LSTM over 500 steps, against a forward and backward pass of the same network."""

from __future__ import annotations

import torch
from torch import nn

from benchmarks.report import Ratio, alternate
from visualizer.engine.recording import record
from visualizer.engine.recurrence.call import recorded_call
from visualizer.engine.recurrence.unrolling import unroll

ROUNDS = 5
STEPS, FEATURES, UNITS = 500, 9, 24


class Reader(nn.Module):
    """One LSTM and a linear head that reads its last hidden state."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(FEATURES, UNITS, batch_first=True)
        self.head = nn.Linear(UNITS, 8)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(sequence)[0][:, -1])


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    network, sequence = Reader().eval(), torch.randn(1, STEPS, FEATURES)
    seen = record(network, (sequence,), loss=_loss, input_gradient=False)
    state = dict(network.named_parameters())

    def ours() -> None:
        unroll(recorded_call(seen, state))

    def peer() -> None:
        torch.autograd.grad(_loss(network(sequence)), list(network.parameters()))

    note = "(every gate, state and gradient of every step, against one fused call)"
    return [
        Ratio(
            f"lstm of {STEPS} steps unrolled / forward and backward",
            *alternate(ours, peer, ROUNDS),
            "s",
            30.0,
            note=note,
        )
    ]


def _loss(output: torch.Tensor) -> torch.Tensor:
    return output.square().mean()
