"""Loops of single cells, unrolled: they are what the layer of torch is that reads the whole sequence."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.engine.test_recurrence import CELLS, FEATURES, LAYERS, UNITS, Reader, opened, recorded
from visualizer.core.errors import UserError
from visualizer.engine.recording import record
from visualizer.engine.recurrence import unroll
from visualizer.engine.recurrence.loops import loops, recorded_loop


class Loop(nn.Module):
    """Reads (steps, batch, features) with one cell and gives out what Reader does."""

    def __init__(self, kind: str, layer: nn.RNNBase) -> None:
        super().__init__()
        self.cell = CELLS[kind](FEATURES, UNITS)
        self.cell.load_state_dict({name: getattr(layer, f"{name}_l0") for name in self.cell.state_dict()})

    def forward(self, sequence: Tensor) -> tuple[Tensor, ...]:
        state, hidden = None, []
        for step in sequence:
            state = self.cell(step, state)
            hidden.append(state[0] if isinstance(state, tuple) else state)
        last = state if isinstance(state, tuple) else (state,)
        return (torch.stack(hidden), *(part.unsqueeze(0) for part in last))


@pytest.mark.parametrize("kind", sorted(LAYERS))
def test_a_loop_of_cells_is_the_layer_that_reads_the_whole(kind: str) -> None:
    torch.manual_seed(3)
    whole, sequence = Reader(kind), torch.randn(5, 1, FEATURES)
    network = Loop(kind, whole.layer)
    seen = recorded(network, sequence)
    (calls,) = loops(seen.graph)
    track = unroll(recorded_loop(seen, dict(network.named_parameters()), calls))
    truth = opened(whole, recorded(whole, sequence))
    assert len(calls) == 5 and track.difference < 1e-6
    for name, values in truth.vectors.items():
        torch.testing.assert_close(track.vectors[name], values, rtol=0, atol=1e-6)
        torch.testing.assert_close(track.gradients[name], truth.gradients[name], rtol=1e-5, atol=1e-6)


class Stacked(nn.Module):
    """Two cells, one above the other, and one call that stands alone."""

    def __init__(self) -> None:
        super().__init__()
        self.low, self.high, self.alone = nn.GRUCell(2, 3), nn.LSTMCell(3, 4), nn.RNNCell(4, 2)

    def forward(self, sequence: Tensor) -> Tensor:
        low, high = sequence.new_zeros(1, 3), (sequence.new_zeros(1, 4), sequence.new_zeros(1, 4))
        for step in sequence.unbind(1):
            low = self.low(step, low)
            high = self.high(low, high)
        return self.alone(high[0])


def test_each_cell_has_its_own_loop_and_a_single_call_has_none() -> None:
    seen = record(Stacked(), (torch.randn(1, 4, 2),), loss=torch.sum)
    assert [[node.id for node in calls][:2] for calls in loops(seen.graph)] == [["low", "low#2"], ["high", "high#2"]]


class Leaking(nn.Module):
    """Uses the cell state of every step."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(2, 3)

    def forward(self, sequence: Tensor) -> Tensor:
        state, total = None, torch.zeros(1, 3)
        for step in sequence.unbind(1):
            state = self.cell(step, state)
            total = total + state[1]
        return total


def test_a_cell_state_that_leaves_its_loop_is_refused_in_a_sentence() -> None:
    network = Leaking()
    seen = record(network, (torch.randn(1, 4, 2),), loss=torch.sum)
    (calls,) = loops(seen.graph)
    with pytest.raises(UserError, match="is used beside its loop"):
        recorded_loop(seen, dict(network.named_parameters()), calls)
