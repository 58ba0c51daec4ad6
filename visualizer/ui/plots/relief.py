"""From the losses on a grid, some of them still missing, to contours."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

Grid = npt.NDArray[np.float64]

BANDS = 12
_FINER = 6
_CEILING = 1e4
"""Losses above this many times the smallest are drawn as if they were just that: the walls of a diverged region."""


@dataclass(frozen=True)
class Relief:
    """Regions above each level, lowest first, in grid coordinates (0 to columns - 1, 0 to rows - 1), y upwards."""

    levels: tuple[float, ...]
    above: tuple[QPainterPath, ...]


def relief(values: npt.NDArray[np.float32]) -> Relief | None:
    """Return the contours of a grid (rows, columns) at levels evenly spaced in the logarithm of the loss.

    Points that are not computed yet (NaN) are interpolated, so that a coarse picture gets finer; None before the first.
    """
    whole = filled(values.astype(np.float64))
    if whole is None:
        return None
    height = np.log10(np.clip(whole, 1e-6, max(float(whole.min()), 1e-6) * _CEILING))
    low, high = float(height.min()), float(height.max())
    levels = np.linspace(low, max(high, low + 1e-6), BANDS + 1)[1:-1]
    smooth = np.clip(_refined(_refined(height).T).T, low, high)
    return Relief(tuple(float(level) for level in levels), tuple(_regions(smooth, levels)))


def filled(values: Grid) -> Grid | None:
    """Return a grid without gaps: between known points it is linear; infinity becomes the largest finite loss."""
    finite = np.isfinite(values)
    if not finite.any():
        return None
    known = np.where(np.isposinf(values), values[finite].max(), values)
    columns, rows = np.arange(values.shape[1]), np.arange(values.shape[0])
    complete = np.full(values.shape, np.nan)
    for row in rows:
        present = np.isfinite(known[row])
        if present.any():
            complete[row] = np.interp(columns, columns[present], known[row][present])
    present = np.isfinite(complete[:, 0])
    return np.stack([np.interp(rows, rows[present], complete[present, column]) for column in columns], axis=1)


def _refined(values: Grid) -> Grid:
    """Return rows with _FINER points in place of one, on a smooth curve through the given ones (Catmull-Rom)."""
    count = len(values)
    places = np.linspace(0, count - 1, (count - 1) * _FINER + 1)
    left = np.minimum(places.astype(int), count - 2)
    t = (places - left)[:, None]
    a, b, c, d = (values[np.clip(left + offset, 0, count - 1)] for offset in (-1, 0, 1, 2))
    curve: Grid = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return curve


def _regions(height: Grid, levels: Grid) -> list[QPainterPath]:
    import contourpy

    generator = contourpy.contour_generator(z=height, fill_type=contourpy.FillType.OuterOffset)
    ceiling = float(height.max()) + 1.0
    paths = []
    for level in levels:
        path = QPainterPath()
        for points, offsets in zip(*generator.filled(float(level), ceiling), strict=True):
            for start, end in itertools.pairwise(offsets):
                path.addPolygon(QPolygonF([QPointF(x / _FINER, y / _FINER) for x, y in points[start:end]]))
        paths.append(path)
    return paths
