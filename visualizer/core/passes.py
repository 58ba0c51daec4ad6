"""Numbers of other passes than the recorded one, or worked out of several: they go by the name `PASS|QUANTITY`.

- `sample/STEP/NUMBER`: a held-out sample, read by the network as it stood after STEP updates
- `text/STEP/TEXT`: a text, read to say what follows it; also `probability of SIGN at TEMPERATURE`
- `free/STEP/START/PLACE`: a window of a series that has been moved on by PLACE of the network's own forecasts
- `forecast/STEP/START/LENGTH`: no pass, but what is made of many: `one step ahead`, `running free`, `repeated`,
  `observed` and what was observed `before`, by place, and `error of ...` the first three
- `compared/KIND/STEP`: the sample of the comparison, read by its network KIND after STEP updates; also what it
  measured, `norm of ∂L/∂h` by time step, `gradient kept`, `mean of last losses` and `mean of last accuracies`

All other quantities, and their indices, are those of a recorded pass (core.quantities). Passes of a pair go by names
of their own, which are words (core.topics.adversarial.in_pass).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PASSES = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"(sample)/(\d+)/(\d+)",
        r"(text)/(\d+)/(.*)",
        r"(free|forecast)/(\d+)/(\d+)/(\d+)",
        r"(compared)/(\w+)/(\d+)",
    )
)
_CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
FIGURES = (
    "before", "one step ahead", "running free", "repeated", "observed",
    "norm of ∂L/∂h", "gradient kept", "mean of last losses", "mean of last accuracies",
)  # fmt: skip
"""What no pass holds as it is, beside errors and probabilities."""


class Named(NamedTuple):
    """A name taken apart: the kind of the pass ("" for the recorded one), what tells it from others, the quantity."""

    kind: str
    parts: tuple[str, ...]
    quantity: str

    @property
    def is_figure(self) -> bool:
        """Whether no pass holds it: it is worked out of what passes hold."""
        return bool(self.kind) and (
            self.quantity in FIGURES or self.quantity.startswith(("error of ", "probability of "))
        )


def taken_apart(name: str) -> Named:
    """Return what a name says; one that is of no such pass is a quantity of the recorded one."""
    of, _, quantity = name.rpartition("|")
    found = next((match for pattern in _PASSES if (match := pattern.fullmatch(of))), None)
    return Named(found[1], found.groups()[1:], quantity) if found is not None else Named("", (), name)


def put_together(kind: str, *parts: object, quantity: str) -> str:
    """Return the name of a quantity of a pass."""
    return f"{'/'.join([kind, *map(str, parts)])}|{quantity}"


def in_its_pass(name: str) -> str:
    """Return the name that a quantity has in its own pass."""
    return name.rpartition("|")[2]


def words(name: str) -> str:
    """Return in words which pass a name is of, "" for the recorded one."""
    kind, parts, _ = taken_apart(name)
    if not kind:
        return name.rpartition("|")[0]  # it is said in words already
    if kind == "compared":
        return f"compared {_CELLS.get(parts[0], parts[0])} · update {parts[1]}"
    step, *rest = parts
    said = {
        "sample": "sample {}",
        "text": "after “{}”" if rest[0] else "at the beginning of a text",
        "free": "running free from sample {}, forecast {}",
        "forecast": "forecast from sample {}",
    }
    return f"{said[kind].format(*rest)} · step {step}"
