"""What runs, as plain PyTorch: lines beside the animation, and a program that prints the same numbers."""

from __future__ import annotations

from visualizer.core.script.mirror import Line, lit, mirror, short_mirror
from visualizer.core.script.names import Names
from visualizer.core.script.program import INLINED, computed_nodes, given_nodes, program, weight_names

__all__ = [
    "INLINED", "Line", "Names", "computed_nodes", "given_nodes", "lit", "mirror", "program", "short_mirror",
    "weight_names",
]  # fmt: skip
