"""Random shifts and mirror images, so that a network does not learn its training pictures by heart."""

from __future__ import annotations

import numpy as np

from visualizer.engine.datasets.source import SIZE, Bytes


def mirror(images: Bytes, generator: np.random.Generator) -> Bytes:
    """Mirror each picture of (batch, 28, 28) with probability one half."""
    mirrored = generator.random(len(images)) < 0.5
    return np.where(mirrored[:, None, None], images[:, :, ::-1], images)


def shift(images: Bytes, generator: np.random.Generator, pixels: int) -> Bytes:
    """Move each picture of (batch, 28, 28) by up to `pixels` up or down and left or right; new pixels are 0."""
    count = len(images)
    framed = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    top, left = generator.integers(0, 2 * pixels + 1, (2, count))
    rows = top[:, None] + np.arange(SIZE)
    columns = left[:, None] + np.arange(SIZE)
    shifted: Bytes = framed[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return shifted
