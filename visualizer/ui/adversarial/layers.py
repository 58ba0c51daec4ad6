"""What can be shown on the plane, each by itself."""

from __future__ import annotations

from typing import NamedTuple


class Layer(NamedTuple):
    """One layer: its name on the switch and what it is."""

    name: str
    about: str


JUDGEMENT, MANIFOLD, ARROWS, REAL, FAKE = "D map", "manifold", "arrows", "real", "fake"
LAYERS = (
    Layer(JUDGEMENT, "The discriminator's judgement of every place: blue is fake (0), orange real (1), "
          "the dark middle undecided (0.5); 48×48 places, blended between them"),
    Layer(MANIFOLD, "Where the generator puts a square grid of noise, from −2 to 2 on both axes"),
    Layer(ARROWS, "For each fake, where it would have to go to look more real: minus the gradient of the "
          "generator's loss; the longest drawn half a unit long"),
    Layer(REAL, "Samples of the data"),
    Layer(FAKE, "What the generator makes of the same noise each time"),
)  # fmt: skip
