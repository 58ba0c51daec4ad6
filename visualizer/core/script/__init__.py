"""What runs, as plain PyTorch: lines beside the animation, and a program that prints the same numbers."""

from __future__ import annotations

from visualizer.core.script.mirror import Line, lit, mirror, short_mirror
from visualizer.core.script.program import INLINED, program, weight_names

__all__ = ["INLINED", "Line", "lit", "mirror", "program", "short_mirror", "weight_names"]
