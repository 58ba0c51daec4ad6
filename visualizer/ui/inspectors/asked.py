"""Which number of the recording a place in the inspector shows."""

from __future__ import annotations

from typing import Literal

import numpy as np

from visualizer.core.frames import Recording
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.quantities import Kind
from visualizer.ui.explanations.questions import Number, title_of
from visualizer.ui.explanations.statistics import tensor
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.pictures import Pictures, Place

_KINDS: dict[str, Kind] = {"weight": "parameter", "gradient": "parameter_gradient", "update": "update"}


def kind_of(choice: str) -> Kind:
    """Return the kind of number that a toggle of a layer's weights has chosen."""
    return _KINDS[choice]


def number(recording: Recording, kind: Kind, name: str, index: tuple[int, ...]) -> Number | None:
    """Return one number of a recording, None where it was not sent."""
    view = tensor(recording, kind, name)
    if view is None or len(index) != view.values.ndim or any(np.array(index) >= view.values.shape):
        return None
    question = Explain(name, index, kind)
    return Number(question, f"{title_of(question)}\n{exact(float(view.values[index]))}")


def value(look: Look, kind: Literal["activation", "gradient"], place: Place) -> Number | None:
    """Return one value of the layer that is looked at, or its gradient."""
    shown = look.subject.gradient if kind == "gradient" else look.subject.activation
    return None if shown is None else _in(look, shown, kind, look.subject.node.id, place)


def source_value(look: Look, place: Place) -> Number | None:
    """Return one value of the first tensor that goes into the layer."""
    edges, source = look.subject.recording.graph.incoming[look.subject.node.id], look.subject.source
    return None if source is None else _in(look, source, "activation", edges[0].tensor, place)


def _in(look: Look, shown: Pictures, kind: Kind, name: str, place: Place) -> Number | None:
    if any(at >= size for at, size in zip(place, shown.values.shape, strict=True)):
        return None
    return number(look.subject.recording, kind, name, shown.index(place))


def weight(look: Look, choice: str, name: str, kernel: tuple[int, int, int, int]) -> Number | None:
    """Return a weight of a kernel at (output channel, input channel, row, column), its axes flattened into rows."""
    parameter = look.subject.recording.parameters.get(name)
    if parameter is None:
        return None
    inside = parameter.shape[2:]
    flat = kernel[2] * inside[-1] + kernel[3]
    index = (*kernel[:2], *(int(at) for at in np.unravel_index(flat, inside)))
    return number(look.subject.recording, kind_of(choice), name, index)
