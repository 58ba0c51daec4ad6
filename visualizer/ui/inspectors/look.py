"""What all sections of the inspector show at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from visualizer.ui import paint
from visualizer.ui.inspectors.pictures import Pictures, Place, Values
from visualizer.ui.inspectors.subject import Subject
from visualizer.ui.theme import MapName

FROZEN = "frozen: no gradient"
OTHER_TURN = "no update: it is the generator’s turn"
NO_GRADIENT = "no gradient: nothing before it learns"


@dataclass(frozen=True, eq=False)
class Look:
    """A subject, the value looked at in it (None without an activation), and the channel of the input beside it.

    `backward` says that the playhead is in the backward pass, `later` that it has not reached this layer yet.
    """

    subject: Subject
    place: Place | None
    input_channel: int
    backward: bool = False
    later: bool = False

    @property
    def index(self) -> tuple[int, ...]:
        """The index of the value looked at, without the batch dimension."""
        activation = self.subject.activation
        return () if activation is None or self.place is None else activation.index(self.place)

    @cached_property
    def activation_map(self) -> MapName:
        return map_of(self.subject.activation, is_input=self.subject.node.kind == "input")

    @cached_property
    def source_map(self) -> MapName:
        edges = self.subject.recording.graph.incoming[self.subject.node.id]
        first = self.subject.recording.graph.node[edges[0].source] if edges else None
        return map_of(self.subject.source, is_input=first is not None and first.kind == "input")


def map_of(pictures: Pictures | None, is_input: bool) -> MapName:
    """Return the colour map of a tensor of activations: grey for pictures that come in, signed where values are."""
    if pictures is None or pictures.view.minimum < 0:
        return "signed"
    return "picture" if is_input and not pictures.is_vector else "activation"


def limits(values: Values, map_name: MapName) -> tuple[float, float]:
    """Return the range of one map; a picture spans from its darkest to its brightest value."""
    if map_name == "picture":
        return (float(np.nanmin(values)), float(np.nanmax(values)))
    return paint.limit(values, map_name)


def sign_token(value: float, gradient: bool) -> str:
    """Return the colour token for text of a signed number."""
    if value == 0 or not np.isfinite(value):
        return "text"
    return ("grad_pos" if value > 0 else "grad_neg") if gradient else ("pos" if value > 0 else "neg")


def shape_token(value: float, gradient: bool) -> str:
    """Return the colour token for the bar of a signed number."""
    if gradient:
        return "grad_pos" if value > 0 else "grad_neg"
    return "pos_shape" if value > 0 else "neg_shape"


def signed_bars_limit(values: Values) -> float:
    """Return the length of the longest bar, 1 where there is none."""
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0.0)) or 1.0
