"""Points in the plane to be made more of: Gaussians on a ring or a grid, a spiral, or what was drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from visualizer.core import plane
from visualizer.core.plane import DEVIATION, Point
from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.datasets.unlabelled import samples

TRAINING = 2000
VALIDATION = 1000
TURNS = 1.5


def load_ring() -> Dataset:
    """Return points around eight centres on a circle, equally many around each."""
    return _around(plane.RING)


def load_grid() -> Dataset:
    """Return points around the 25 centres of a square grid, equally many around each."""
    return _around(plane.GRID)


def load_spiral() -> Dataset:
    """Return points along one and a half turns of an Archimedean spiral, equally dense along the curve."""
    share = torch.rand(TRAINING + VALIDATION, generator=torch.Generator().manual_seed(1)).sqrt()
    angle = 2 * math.pi * TURNS * share
    return _blurred(2.5 * share.unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], dim=1))


def load_drawn(drawing: Sequence[Point] = ()) -> Dataset:
    """Return points around those of a drawing, equally many around each; a smile where nothing was drawn."""
    return _around(tuple(drawing) or plane.SMILE)


def _around(centres: Sequence[Point]) -> Dataset:
    count = TRAINING + VALIDATION
    return _blurred(torch.tensor(centres).repeat(-(-count // len(centres)), 1)[:count])


def _blurred(points: Tensor) -> Dataset:
    blurred = points + DEVIATION * torch.randn(points.shape, generator=torch.Generator().manual_seed(0))
    return samples(blurred[:TRAINING], blurred[TRAINING:])
