"""What the cells compute in one time step, in the order of torch's own arithmetic, and their equations as TeX.

Elman 1990; Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; Cho et al. 2014. The notation is
that of torch.nn.RNN, LSTM and GRU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from visualizer.core.topics.sequences import CellKind

State = dict[str, Tensor]
Step = Callable[[Tensor, Tensor, State], State]
"""From W x + b of the input, W h + b of the last hidden state and the last states to all vectors of the step."""


@dataclass(frozen=True)
class Term:
    """One vector of a cell: its name, what it is called, and how it is computed, in TeX."""

    name: str
    title: str
    symbol: str
    formula: str


@dataclass(frozen=True)
class Cell:
    """A kind of cell: the vectors it computes, in order, and the function that computes them."""

    kind: CellKind
    terms: tuple[Term, ...]
    states: tuple[str, ...]
    step: Step


def _rnn_tanh(given: Tensor, remembered: Tensor, state: State) -> State:
    a = remembered + given
    return {"a": a, "h": a.tanh()}


def _rnn_relu(given: Tensor, remembered: Tensor, state: State) -> State:
    a = remembered + given
    return {"a": a, "h": a.relu()}


def _lstm(given: Tensor, remembered: Tensor, state: State) -> State:
    before_i, before_f, before_g, before_o = (remembered + given).chunk(4, dim=-1)
    i, f, g, o = before_i.sigmoid(), before_f.sigmoid(), before_g.tanh(), before_o.sigmoid()
    c = f * state["c"] + i * g
    squashed = c.tanh()
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "tanh(c)": squashed, "h": o * squashed}


def _gru(given: Tensor, remembered: Tensor, state: State) -> State:
    given_r, given_z, given_n = given.chunk(3, dim=-1)
    remembered_r, remembered_z, remembered_n = remembered.chunk(3, dim=-1)
    r, z = (remembered_r + given_r).sigmoid(), (remembered_z + given_z).sigmoid()
    n = (given_n + r * remembered_n).tanh()
    return {"r": r, "z": z, "n": n, "h": (state["h"] - n) * z + n}


def _sum(gate: str) -> str:
    return rf"W_{{i{gate}}} x_t + b_{{i{gate}}} + W_{{h{gate}}} h_{{t-1}} + b_{{h{gate}}}"


def _gate(name: str, title: str) -> Term:
    return Term(name, title, f"{name}_t", rf"{name}_t = \sigma({_sum(name)})")


_PRE_ACTIVATION = Term("a", "pre-activation", "a_t", r"a_t = W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}")
_LSTM = (
    _gate("i", "input gate"),
    _gate("f", "forget gate"),
    Term("g", "candidate", "g_t", rf"g_t = \tanh({_sum('g')})"),
    _gate("o", "output gate"),
    Term("c", "cell state", "c_t", r"c_t = f_t \odot c_{t-1} + i_t \odot g_t"),
    Term("tanh(c)", "squashed cell state", r"\tanh c_t", r"\tanh c_t = \tanh(c_t)"),
    Term("h", "hidden state", "h_t", r"h_t = o_t \odot \tanh c_t"),
)
_GRU = (
    _gate("r", "reset gate"),
    _gate("z", "update gate"),
    Term(
        "n",
        "candidate",
        "n_t",
        r"n_t = \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))",
    ),
    Term("h", "hidden state", "h_t", r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"),
)


def _rnn(activation: str, step: Step) -> Cell:
    hidden = Term("h", "hidden state", "h_t", rf"h_t = {activation}(a_t)")
    return Cell("rnn", (_PRE_ACTIVATION, hidden), ("h",), step)


CELLS: dict[str, Cell] = {
    "rnn_tanh": _rnn(r"\tanh", _rnn_tanh),
    "rnn_relu": _rnn(r"\mathrm{ReLU}", _rnn_relu),
    "lstm": Cell("lstm", _LSTM, ("h", "c"), _lstm),
    "gru": Cell("gru", _GRU, ("h",), _gru),
}
"""By the name of torch's operation."""
