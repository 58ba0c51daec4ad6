"""Recurrent networks that differ in nothing but their cell."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from visualizer.core.catalogue import DatasetEntry
from visualizer.core.errors import UserError
from visualizer.core.topics.sequences import CellKind

UNITS = 24
_LAYERS: dict[CellKind, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Recurrent(nn.Module):
    """One recurrent layer and a linear head; (batch, steps, features) to (batch, outputs), by the last hidden state.

    With `every_step` the head reads each hidden state: (batch, steps, outputs). The layer goes by the name of its kind.
    Elman 1990; Hochreiter and Schmidhuber 1997; Cho et al. 2014. Gates start so that they remember for about as long as
    a sequence of `steps` lasts.

    With `truncation` k > 0 the gradient is cut every k steps while training: the windows are read one after the other,
    each from the last state of the one before, taken as a constant (Williams and Peng 1990). A pass in eval mode is
    whole: its values are the same, its gradient is not cut.
    """

    def __init__(
        self, kind: CellKind, features: int, outputs: int, *, steps: int, every_step: bool, units: int = UNITS
    ) -> None:
        super().__init__()
        self.kind, self.features, self.every_step = kind, features, every_step
        self.truncation = 0
        layer = _LAYERS[kind](features, units, batch_first=True)
        if kind != "rnn":
            _remember(layer, steps)
        self.add_module(kind, layer)
        self.head = nn.Linear(units, outputs)

    def forward(self, sequence: Tensor) -> Tensor:
        self._check(sequence)
        hidden = self._windows(sequence) if self.training and self.truncation else self._layer(sequence)[0]
        output: Tensor = self.head(hidden if self.every_step else hidden[:, -1])
        return output

    @property
    def _layer(self) -> nn.Module:
        return self.get_submodule(self.kind)

    def _windows(self, sequence: Tensor) -> Tensor:
        outputs, state = [], None
        for window in torch.split(sequence, self.truncation, dim=1):
            output, state = self._layer(window, state)
            outputs.append(output)
            state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        return torch.cat(outputs, dim=1)

    def _check(self, sequence: Tensor) -> None:
        features = self.features
        if sequence.dim() != 3 or sequence.shape[1] < 1 or sequence.shape[2] != features:
            given = "×".join(map(str, sequence.shape[1:])) or "a single number"
            raise UserError(
                f"The layer '{self.kind}' cannot read a sequence of {given}: "
                f"it needs STEPS×{features}, at least one step of {features} number{'s' * (features > 1)}."
            )


def build(kind: CellKind, data: DatasetEntry, units: int = UNITS) -> Recurrent:
    """Return a network for a data set of sequences; raise UserError for other data."""
    if len(data.input_shape) != 2:
        shape = "×".join(map(str, data.input_shape))
        raise UserError(f"{kind} reads sequences of shape STEPS×FEATURES; the samples of {data.id} are {shape}.")
    steps, features = data.input_shape
    every_step = data.task == "labelling"
    return Recurrent(kind, features, data.outputs, steps=steps, every_step=every_step, units=units)


def _remember(layer: nn.RNNBase, steps: int) -> None:
    """Let the gates keep a state for up to `steps` steps: chrono initialization (Tallec and Ollivier 2018, section 3).

    An LSTM's forget gate starts at sigmoid(b), b = log u, u uniform between 1 and steps - 1, its input gate at
    sigmoid(-b); a GRU's update gate, which keeps the state, likewise at sigmoid(b).
    """
    units = layer.hidden_size
    bias = torch.empty(units).uniform_(1, max(steps - 1, 2)).log()
    given, remembered = layer.get_parameter("bias_ih_l0"), layer.get_parameter("bias_hh_l0")
    with torch.no_grad():
        remembered[: 2 * units].zero_()
        given[units : 2 * units] = bias
        if isinstance(layer, nn.LSTM):
            given[:units] = -bias
