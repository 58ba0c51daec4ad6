"""What can be asked of a number: the engine how it came about, or the window what it has made of a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from visualizer.core.frames import Explanation, Recording
from visualizer.core.messages import Explain
from visualizer.core.passes import in_its_pass, taken_apart
from visualizer.core.quantities import Kind


@dataclass(frozen=True)
class Told:
    """A number that the window has worked out itself, a share, a mean, a count: `tell` says how, for a recording.

    `leads` holds by symbol what its operands are that the window has worked out too.
    """

    title: str
    tell: Callable[[Recording], Explanation] = field(compare=False)
    leads: Mapping[str, Explain | Told] = field(default_factory=dict, compare=False)


Question = Explain | Told


class Number(NamedTuple):
    """A number on the screen: what to ask about it, and what a hover says: its name, its full value, its rounding."""

    question: Question
    hover: str


_SAID: dict[Kind, str] = {
    "activation": "{}", "gradient": "∂L/∂ {}", "edge_gradient": "∂L over {}", "parameter": "{}", "buffer": "{}",
    "initial": "initial {}", "parameter_gradient": "∂L/∂ {}", "update": "Δ {}", "memory": "{}", "data": "{}",
    "metric": "{}", "inner": "{}", "constant": "{}",
}  # fmt: skip
_SORTS: dict[Kind, str] = {
    "activation": "activation", "gradient": "gradient of an activation", "edge_gradient": "gradient over one edge",
    "parameter": "parameter", "buffer": "buffer: a running statistic", "initial": "value before the first step",
    "parameter_gradient": "gradient of a parameter", "update": "what the optimizer adds",
    "memory": "memory of the optimizer", "data": "number of the sample", "metric": "measured while training",
    "inner": "inside of an operation", "constant": "constant",
}  # fmt: skip


def place_text(index: tuple[int, ...]) -> str:
    """Return an index as it is written: (3, 9, 10), "" for a single number."""
    return f"({', '.join(map(str, index))})" if index else ""


def title_of(question: Question) -> str:
    """Return the name of a number: ∂L/∂ conv1.weight (0, 0, 1, 2)."""
    if isinstance(question, Told):
        return question.title
    own = in_its_pass(question.name)
    if question.kind == "metric":
        words = f"{own.replace('_', ' ').replace('/', ' of ')} {place_text(question.index[1:])}".strip()
        return f"{words} at step {question.index[0]}" if question.index else words
    if own == "loss/target":
        return "the right answer"
    name = _SAID[question.kind].format(own.replace("->", " → "))
    return f"{name} {place_text(question.index)}".strip()


def short_title(question: Question) -> str:
    """Return a name for a crumb: of a path its last word."""
    if isinstance(question, Told) or question.kind == "metric":
        return title_of(question)
    parts = in_its_pass(question.name).split("->")[0].split(".")
    keep = 2 if parts[-1] in ("weight", "bias") or parts[-1].isdigit() else 1
    return title_of(Explain(".".join(parts[-keep:]), question.index, question.kind))


def of_a_step(question: Question) -> bool:
    """Whether a number belongs to a step that it names, so that no later recording changes it."""
    return isinstance(question, Explain) and (question.kind == "metric" or "|" in question.name)


def sort_of(question: Question) -> str:
    """Return in words what sort of number it is."""
    if isinstance(question, Told) or taken_apart(question.name).is_figure:
        return "worked out for the display"
    return _SORTS[question.kind]
