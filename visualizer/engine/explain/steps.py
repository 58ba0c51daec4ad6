"""All steps of one recurrent layer at once, and backpropagation through them. Werbos 1990.

Where every hidden state is known, nothing has to be repeated step by step but what a cell remembers beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Vectors = dict[str, Tensor]


@dataclass(frozen=True)
class Steps:
    """One layer in one direction, its steps in the order in which they were made.

    `given` is W x + b and `kept` U h + b of the state before, (step, sample, gates * units); `hidden` the states,
    (step, sample, unit), `first` those before the first step by name, (sample, unit).
    """

    kind: str
    given: Tensor
    kept: Tensor
    hidden: Tensor
    first: Mapping[str, Tensor]


def values(steps: Steps) -> Vectors:
    """Return every vector of every step."""
    return _FORWARD[steps.kind](steps)


def gradients(steps: Steps, found: Vectors, weight: Tensor, hidden: Tensor, final: Mapping[str, Tensor]) -> Vectors:
    """Return the derivative of the loss by each of the vectors `found`.

    `weight` is U, `hidden` what comes to the hidden states from above, `final` what comes to the last states.
    """
    before = {name: torch.cat([state.unsqueeze(0), found[name][:-1]]) for name, state in steps.first.items()}
    back = _BACK[steps.kind](found, before)
    nothing = torch.zeros_like(hidden[0])
    h, c = final.get("h", nothing), final.get("c", nothing)
    of_h, of_c = [], []
    for step in reversed(range(len(hidden))):
        h = h + hidden[step]
        if back.squashed is not None:
            c = c + h * back.squashed[step]
        of_h.append(h)
        of_c.append(c)
        sums = torch.stack([c] * back.by_cell + [h] * (back.sums.shape[2] - back.by_cell), 1) * back.sums[step]
        passed = sums.flatten(1) @ weight
        if back.by_cell:
            h, c = passed, c * back.kept[step]
        else:
            h = passed + h * back.kept[step]
    return back.all_of(torch.stack(of_h[::-1]), torch.stack(of_c[::-1]))


@dataclass(frozen=True)
class _Back:
    """How fast the sums that U has a part in, (step, sample, gate, unit), grow with c (the first `by_cell`) or h.

    `kept` is what a state takes over of itself from the step before, `squashed` how fast h grows with c. `all_of` gives
    the derivatives by all vectors from those by h and by c.
    """

    sums: Tensor
    kept: Tensor
    all_of: Callable[[Tensor, Tensor], Vectors]
    by_cell: int = 0
    squashed: Tensor | None = None


def _lstm(steps: Steps) -> Vectors:
    sums = dict(zip(("a_i", "a_f", "a_g", "a_o"), (steps.given + steps.kept).chunk(4, -1), strict=True))
    i, f, o, g = sums["a_i"].sigmoid(), sums["a_f"].sigmoid(), sums["a_o"].sigmoid(), sums["a_g"].tanh()
    added, cell, cells = i * g, steps.first["c"], []
    for step in range(len(f)):
        cell = f[step] * cell + added[step]
        cells.append(cell)
    c = torch.stack(cells)
    return {**sums, "i": i, "f": f, "g": g, "o": o, "c": c, "tanh(c)": c.tanh(), "h": steps.hidden}


def _gru(steps: Steps) -> Vectors:
    given_r, given_z, given_n = steps.given.chunk(3, -1)
    kept_r, kept_z, m = steps.kept.chunk(3, -1)
    a_r, a_z = given_r + kept_r, given_z + kept_z
    r = a_r.sigmoid()
    a_n = given_n + r * m
    found = {"a_r": a_r, "a_z": a_z, "a_n": a_n, "m": m, "r": r, "z": a_z.sigmoid(), "n": a_n.tanh()}
    return {**found, "h": steps.hidden}


def _rnn(steps: Steps) -> Vectors:
    return {"a": steps.given + steps.kept, "h": steps.hidden}


def _lstm_back(found: Vectors, before: Vectors) -> _Back:
    i, f, g, o, squashed = (found[name] for name in ("i", "f", "g", "o", "tanh(c)"))
    slopes = {"i": i * (1 - i), "f": f * (1 - f), "g": 1 - g**2, "o": o * (1 - o)}
    local = {"i": g, "f": before["c"], "g": i, "o": squashed}

    def all_of(h: Tensor, c: Tensor) -> Vectors:
        gates = {name: (h if name == "o" else c) * local[name] for name in local}
        sums = {f"a_{name}": gates[name] * slopes[name] for name in local}
        return {"h": h, "c": c, "tanh(c)": h * o, **gates, **sums}

    sums = torch.stack([local[name] * slopes[name] for name in local], 2)
    return _Back(sums, f, all_of, by_cell=3, squashed=o * (1 - squashed**2))


def _gru_back(found: Vectors, before: Vectors) -> _Back:
    r, z, n, m = (found[name] for name in ("r", "z", "n", "m"))
    by_n, by_z = (1 - z) * (1 - n**2), before["h"] - n

    def all_of(h: Tensor, _: Tensor) -> Vectors:
        a_n = h * by_n
        row = {"h": h, "z": h * by_z, "n": h * (1 - z), "a_n": a_n, "m": a_n * r, "r": a_n * m}
        return {**row, "a_r": row["r"] * r * (1 - r), "a_z": row["z"] * z * (1 - z)}

    return _Back(torch.stack([by_n * m * r * (1 - r), by_z * z * (1 - z), by_n * r], 2), z, all_of)


def _rnn_back(found: Vectors, slope: Tensor) -> _Back:
    return _Back(slope.unsqueeze(2), torch.zeros_like(slope), lambda h, _: {"h": h, "a": h * slope})


_FORWARD: dict[str, Callable[[Steps], Vectors]] = {"lstm": _lstm, "gru": _gru, "rnn_tanh": _rnn, "rnn_relu": _rnn}
_BACK: dict[str, Callable[[Vectors, Vectors], _Back]] = {
    "lstm": _lstm_back,
    "gru": _gru_back,
    "rnn_tanh": lambda found, _: _rnn_back(found, 1 - found["h"] ** 2),
    "rnn_relu": lambda found, _: _rnn_back(found, (found["h"] > 0).to(found["h"].dtype)),
}
