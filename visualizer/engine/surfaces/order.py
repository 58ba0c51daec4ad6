"""The order in which the points of a grid are computed: a coarse picture first, then finer ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

COARSEST = 5


def coarse_to_fine(resolution: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the points (row, column) level by level, each point once; the first level has 5 by 5 points.

    After each level the points so far are all crossings of some rows with the same columns, ends and middle included.
    """
    done: set[tuple[int, int]] = set()
    lines: set[int] = set()
    count = COARSEST
    while len(lines) < resolution:
        lines |= {round(place) for place in np.linspace(0, resolution - 1, min(count, resolution))}
        level = [(row, column) for row in sorted(lines) for column in sorted(lines) if (row, column) not in done]
        done.update(level)
        yield level
        count = 2 * count - 1
