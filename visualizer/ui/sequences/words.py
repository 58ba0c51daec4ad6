"""How what belongs to a time step is said: its input, its output, what was right, and what that cost."""

from __future__ import annotations

from typing import NamedTuple

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.sequences import Outcome

KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


class Said(NamedTuple):
    """What a network said at a time step, in few characters, what that cost, and both in full."""

    short: str
    loss: float
    full: str


def input_of(frame: Unrolled, place: int) -> str:
    """Return the input of a step in few characters: its number where there is one, else its name."""
    if frame.inputs.shape[1] == 1:
        return rounded(float(frame.inputs[place, 0]), 2)
    return frame.names[place] or "–"


def said_at(frame: Unrolled, place: int) -> Said | None:
    """Return what the network said at a step, None where it said nothing there or nothing counts."""
    outcome = frame.outcome
    if outcome is None or place not in outcome.steps:
        return None
    row = outcome.steps.index(place)
    return _class(outcome, row) if outcome.classes else _number(outcome, row)


def _class(outcome: Outcome, row: int) -> Said | None:
    target = int(outcome.targets[row])
    if target < 0:
        return None
    right = float(outcome.outputs[row, target])
    likeliest = int(outcome.outputs[row].argmax())
    best = f"{percent(float(outcome.outputs[row, likeliest]))} for “{outcome.classes[likeliest]}”"
    full = f"“{outcome.classes[target]}” is right and got {percent(right)}; most went to {best}"
    loss = float(outcome.losses[row])
    return Said(f"{outcome.classes[target]} {percent(right)}", loss, f"{full}. Loss {exact(loss)}")


def _number(outcome: Outcome, row: int) -> Said:
    given, wanted = float(outcome.outputs[row, 0]), float(outcome.wanted[row, 0])
    loss = float(outcome.losses[row])
    return Said(rounded(given, 2), loss, f"output {exact(given)}, target {exact(wanted)}. Loss {exact(loss)}")


def percent(share: float) -> str:
    """Return a share as a percentage of two digits: 31 %, 4.2 %, <0.1 %."""
    if 0 < share < 0.001:
        return "<0.1 %"
    return f"{100 * share:.0f} %" if share >= 0.0995 or share == 0 else f"{100 * share:.1f} %"


def step_title(frame: Unrolled, place: int) -> str:
    """Return how a time step is called: step 3 “n”."""
    name = frame.names[place]
    return f"step {place + 1} “{name}”" if name else f"step {place + 1}"
