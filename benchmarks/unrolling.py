"""An LSTM over 500 steps, unrolled, against torch.nn.LSTMCell step by step under autograd.

Goals: the loop keeps two vectors of each step and their gradients, the unrolled view all seven: it may take twice as
long. A first number inside of the LSTM needs no gradient, so that its explanation may not take longer than the loop.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.report import Ratio, alternate
from visualizer.engine.explain import explain
from visualizer.engine.explain.scene import Scene
from visualizer.engine.recording import record
from visualizer.engine.recurrence import recorded_call, unroll

ROUNDS = 9
STEPS, FEATURES, UNITS = 500, 9, 24


class Reader(nn.Module):
    """One LSTM and a linear head that reads its last hidden state."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(FEATURES, UNITS, batch_first=True)
        self.head = nn.Linear(UNITS, 8)

    def forward(self, sequence: Tensor) -> Tensor:
        return self.head(self.lstm(sequence)[0][:, -1])


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    network, sequence = Reader().eval(), torch.randn(1, STEPS, FEATURES)
    seen = record(network, (sequence,), loss=_loss, input_gradient=False)
    state = {name: parameter.detach() for name, parameter in network.named_parameters()}
    call = recorded_call(seen, state)
    cell = nn.LSTMCell(FEATURES, UNITS)
    cell.load_state_dict({name.removesuffix("_l0"): weight for name, weight in network.lstm.state_dict().items()})

    def unrolled() -> dict[str, Tensor]:
        return unroll(call).gradients

    def explained() -> None:
        explain(Scene(seen, state), "inner", f"{call.node}/c", (0, STEPS // 2, 0, 0))

    def by_torch() -> tuple[Tensor, ...]:
        return _state_gradients(network, cell, sequence)

    hidden = torch.stack(by_torch()[:STEPS])
    torch.testing.assert_close(hidden, unrolled()["h"])  # both do the same work
    return [
        Ratio(f"lstm of {STEPS} steps unrolled / LSTMCell loop", *alternate(unrolled, by_torch, ROUNDS), "s", 2.0),
        Ratio("one of its numbers explained / LSTMCell loop", *alternate(explained, by_torch, ROUNDS), "s", 1.0),
    ]


def _state_gradients(network: Reader, cell: nn.LSTMCell, sequence: Tensor) -> tuple[Tensor, ...]:
    """Return dL/dh of all steps, then dL/dc."""
    hidden, memory = [], []
    state = (torch.zeros(1, UNITS), torch.zeros(1, UNITS))
    for step in sequence.unbind(1):
        state = cell(step, state)
        hidden.append(state[0])
        memory.append(state[1])
    return torch.autograd.grad(_loss(network.head(hidden[-1])), [*hidden, *memory])


def _loss(output: Tensor) -> Tensor:
    return output.square().mean()
