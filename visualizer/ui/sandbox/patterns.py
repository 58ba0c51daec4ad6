"""What the sandbox convolves: drawn patterns of any size, or the input that runs through the network."""

from __future__ import annotations

import numpy as np

from visualizer.core.convolution import Floats

PATTERNS = ("step", "cross", "diagonal", "checks")


def pattern(name: str, size: int, channels: int) -> Floats:
    """Return a pattern (channels, size, size) of zeros and ones; each channel is turned by a quarter."""
    rows, columns = np.mgrid[0:size, 0:size]
    middle = size // 2
    plane = {
        "step": columns >= middle,
        "cross": (rows == middle) | (columns == middle),
        "diagonal": (rows >= columns - 1) & (rows <= columns + 1),
        "checks": (rows + columns) % 2 == 0,
    }[name]
    return np.stack([np.rot90(plane, turn) for turn in range(channels)]).astype(np.float64)
