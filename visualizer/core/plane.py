"""Distributions in the plane that a generator can learn: where their modes are, and what can be drawn by hand."""

from __future__ import annotations

import math

from visualizer.core.errors import UserError

Point = tuple[float, float]

HALF = 3.0
"""The plane that is shown, and may be drawn in, runs from -HALF to HALF on both axes."""

DEVIATION = 0.1
"""Standard deviation of the noise around each mode, curve or drawn point, the same on both axes."""

FEWEST_DRAWN = 10
"""So few points are not yet a distribution."""

RING: tuple[Point, ...] = tuple(
    (2 * math.cos(2 * math.pi * place / 8), 2 * math.sin(2 * math.pi * place / 8)) for place in range(8)
)
GRID: tuple[Point, ...] = tuple((float(x), float(y)) for y in range(-2, 3) for x in range(-2, 3))
SMILE: tuple[Point, ...] = (
    *((-0.8, 0.9 + 0.1 * place) for place in range(5)),
    *((0.8, 0.9 + 0.1 * place) for place in range(5)),
    *((1.8 * math.sin(angle / 10), -1.8 * math.cos(angle / 10)) for angle in range(-11, 12)),
)
"""What is there before anything was drawn."""

MODES: dict[str, tuple[Point, ...]] = {"ring": RING, "gaussians-grid": GRID}
"""The centres of the Gaussians of a data set; others have no modes that could be counted."""


def check_drawing(points: tuple[Point, ...]) -> None:
    """Raise UserError for too few points, or one outside of the plane; none at all is no drawing, and fine."""
    if 0 < len(points) < FEWEST_DRAWN:
        raise UserError(f"The drawing has {len(points)} points: at least {FEWEST_DRAWN} are needed to learn from.")
    for number, (x, y) in enumerate(points):
        if not (abs(x) <= HALF and abs(y) <= HALF):  # so that NaN is refused too
            raise UserError(
                f"Point {number} of the drawing, ({x:g}, {y:g}), lies outside of the plane, "
                f"which runs from {-HALF:g} to {HALF:g}."
            )
