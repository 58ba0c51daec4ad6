"""How good and how varied generated samples are."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from visualizer.core.plane import DEVIATION, HALF, MODES
from visualizer.core.topics.adversarial import Quality
from visualizer.engine.adversarial.classifier import class_names, class_probabilities

POINTS = 2000
PICTURES = 100
CELLS = 24
NEAR = 3 * DEVIATION
LEAST_SHARE = 0.1  # of the samples that a mode should have, for it to count as covered
COMPARED = 500  # samples whose distances tell the variety


def quality(dataset: str, fake: Tensor, real: Tensor) -> Quality:
    """Measure generated samples (count, *shape) of the data set against real ones."""
    return _of_points(dataset, fake, real) if fake.dim() == 2 else _of_pictures(dataset, fake, real)


def _of_points(dataset: str, fake: Tensor, real: Tensor) -> Quality:
    modes = torch.tensor(MODES.get(dataset, ())).reshape(-1, 2)
    hits = hits_of_modes(fake, modes)
    distances = distances_of(fake, real)
    good = int(hits.sum()) / len(fake) if len(modes) else _share(distances.min(1).values < NEAR)
    half = len(real) // 2
    return Quality(
        modes=modes.numpy(),
        hits=hits.numpy(),
        class_names=(),
        covered=_covered(hits, len(fake)),
        coverable=len(modes),
        good=good,
        reached=_share(distances.min(0).values < NEAR),
        divergence=jensen_shannon(fake, real),
        divergence_floor=jensen_shannon(real[:half], real[half:]),
        variety=_variety(fake, real),
    )


def _of_pictures(dataset: str, fake: Tensor, real: Tensor) -> Quality:
    names = class_names(dataset)
    good, hits = math.nan, torch.zeros(0, dtype=torch.int64)
    if names:
        sure, chosen = class_probabilities(dataset, fake).max(1)
        good, hits = sure.mean().item(), torch.bincount(chosen, minlength=len(names))
    return Quality(
        modes=np.zeros((0, 2), np.float32),
        hits=hits.numpy(),
        class_names=names,
        covered=_covered(hits, len(fake)),
        coverable=len(names),
        good=good,
        reached=math.nan,
        divergence=math.nan,
        divergence_floor=math.nan,
        variety=_variety(fake, real),
    )


def hits_of_modes(points: Tensor, modes: Tensor) -> Tensor:
    """Return how many points lie within three standard deviations of each mode and nearest to it, int64 (modes,)."""
    if not len(modes):
        return torch.zeros(0, dtype=torch.int64)
    distance, nearest = distances_of(points, modes).min(1)
    return torch.bincount(nearest[distance < NEAR], minlength=len(modes))


def distances_of(points: Tensor, others: Tensor) -> Tensor:
    """Return all distances (points, others), each by its own differences: products of matrices lose small ones."""
    return torch.cdist(points, others, compute_mode="donot_use_mm_for_euclid_dist")


def jensen_shannon(first: Tensor, second: Tensor) -> float:
    """Return the Jensen-Shannon divergence in bits between histograms of points (count, 2) over the plane.

    Lin 1991, equation 3.8; 0 for equal histograms, 1 for such that have no cell in common.
    """
    p, q = (torch.bincount(cells_of(points), minlength=CELLS**2).double() / len(points) for points in (first, second))
    middle = (p + q) / 2
    return (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2


def cells_of(points: Tensor) -> Tensor:
    """Return the cell of each point, int64 (count,), row by rising y; what lies outside is in the nearest one."""
    cells = ((points.double() + HALF) * (CELLS / (2 * HALF))).floor().clamp(0, CELLS - 1).long()
    return cells[:, 1] * CELLS + cells[:, 0]


def _relative_entropy(p: Tensor, q: Tensor) -> float:
    inside = p > 0
    return (p[inside] * (p[inside] / q[inside]).log2()).sum().item()


def _covered(hits: Tensor, count: int) -> int:
    return int((hits >= LEAST_SHARE * count / max(len(hits), 1)).sum())


def _share(which: Tensor) -> float:
    return which.double().mean().item()


def _variety(fake: Tensor, real: Tensor) -> float:
    """Return the mean distance between samples, that between real ones being 1."""
    own, given = (torch.pdist(samples[:COMPARED].flatten(1)).mean().item() for samples in (fake, real))
    return own / given
