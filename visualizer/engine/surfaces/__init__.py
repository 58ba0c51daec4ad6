"""The loss on a plane through the present weights: directions, evaluation, and the scan that joins them."""

from __future__ import annotations

from visualizer.engine.surfaces.scanning import scan

__all__ = ["scan"]
