"""The numbers of a sequence as what can be asked about."""

from __future__ import annotations

from visualizer.core.frames import Unrolled
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.topics.sequences import RecurrentNode, Vector
from visualizer.ui.explanations.questions import Number
from visualizer.ui.sequences.unrolling import Unrolling, find
from visualizer.ui.sequences.words import step_title


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


def _question(frame: Unrolled, vector: Vector, place: int, unit: int) -> Explain:
    node = node_of(frame)
    if vector.name == "h" and frame.layer == node.layers - 1:  # these are what the operation gives out
        return Explain(frame.node, (place, unit + (node.units if frame.reverse else 0)))
    row = frame.layer * (2 if node.bidirectional else 1) + frame.reverse
    return Explain(f"{frame.node}/{vector.name}", (row, place, unit), "inner")


def node_of(frame: Unrolled) -> RecurrentNode:
    """Return the recurrent operation that a frame is of."""
    return next(node for node in frame.nodes if node.id == frame.node)
