"""Whether what goes into a network are points of a line or of a plane, over which its answers can be drawn."""

from __future__ import annotations

from visualizer.core.frames import Configured


def is_points(configured: Configured) -> bool:
    return configured.input_shape in ((1,), (2,)) and configured.task in ("classification", "regression")
