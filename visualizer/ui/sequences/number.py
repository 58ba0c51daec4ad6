"""The numbers of a sequence as what can be asked about."""

from __future__ import annotations

from visualizer.core.frames import Operand, Unrolled
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.topics.sequences import RecurrentNode, Vector
from visualizer.ui.explanations.questions import Number, Question, Told
from visualizer.ui.explanations.told import number_tex, told
from visualizer.ui.sequences.unrolling import Unrolling, find
from visualizer.ui.sequences.words import step_title

CUT = (
    "Truncated: the gradient comes back through this window only, as in training. The recorded pass is whole, "
    "so its numbers lead no further; without a window they do."
)


def number_of(unrolled: Unrolling, place: int = -1, unit: int = -1, vector: str = "") -> Number | None:
    """Return one number of a vector of the cell, by default the selected one at the step looked at."""
    frame = unrolled.frame
    shown = find(frame, vector) if vector else unrolled.vector
    if frame is None or shown is None:
        return None
    place, unit = (unrolled.place if place < 0 else place), (unrolled.unit if unit < 0 else unit)
    value = f"{step_title(frame, place)}, unit {unit}, {shown.title}: {exact(float(shown.values[place, unit]))}"
    slope = f"\n∂L/∂ of it: {exact(float(shown.gradients[place, unit]))}" if len(shown.gradients) else ""
    return Number(_question(frame, shown, place, unit), f"{value}{slope}")


def slope_of(unrolled: Unrolling, place: int, unit: int) -> Number | None:
    """Return the gradient of one number of the selected vector, None where no gradient comes."""
    frame, vector = unrolled.frame, unrolled.vector
    if frame is None or vector is None or not len(vector.gradients):
        return None
    value, title = (
        float(vector.gradients[place, unit]),
        f"∂L/∂ {vector.title} of {step_title(frame, place)}, unit {unit}",
    )
    question: Question = Explain(*inside(frame, vector.name, place, unit), "gradient")
    if frame.cuts:
        given = Operand("v", value, "", kind="constant")
        question = Told(title, lambda _: told(title, number_tex(value), "", "v", CUT, value, [given]))
    return Number(question, f"{title}: {exact(value)}")


def inside(frame: Unrolled, vector: str, place: int, unit: int) -> tuple[str, tuple[int, int, int]]:
    """Return name and index of a number inside of the operation that computed it."""
    if frame.calls:
        return f"{frame.calls[place]}/{vector}", (0, 0, unit)
    row = frame.layer * (2 if node_of(frame).bidirectional else 1) + frame.reverse
    return f"{frame.node}/{vector}", (row, place, unit)


def _question(frame: Unrolled, vector: Vector, place: int, unit: int) -> Explain:
    node = node_of(frame)
    if vector.name == "h" and frame.calls:
        return Explain(frame.calls[place], (unit,))
    if vector.name == "h" and frame.layer == node.layers - 1:  # these are what the operation gives out
        return Explain(frame.node, (place, unit + (node.units if frame.reverse else 0)))
    return Explain(*inside(frame, vector.name, place, unit), "inner")


def node_of(frame: Unrolled) -> RecurrentNode:
    """Return the recurrent operation that a frame is of."""
    return next(node for node in frame.nodes if node.id == frame.node)
