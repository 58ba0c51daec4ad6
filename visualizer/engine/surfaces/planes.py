"""Planes through the present weights: two directions, and how far to go along each."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.frames import Array

MARGIN = 1.25  # a path fills this part of the plane's half width
FLAT = 1e-5  # a second principal direction shorter than this share of the first is rounding


@dataclass(frozen=True)
class Plane:
    """Two directions of (parameters,) and the multiples of them, of (resolution,), at which the loss is wanted.

    The middle of `x` and `y` is exactly 0: the present weights.
    """

    x_direction: Tensor
    y_direction: Tensor
    x: Array
    y: Array


def random_plane(parameters: Sequence[Tensor], resolution: int, radius: float, seed: int) -> Plane:
    """Return the plane of two filter-normalised random directions, out to `radius` times the weights themselves.

    Each filter (row) of a direction has the norm of the same filter of the weights; biases and the parameters of
    normalisation layers stay as they are. Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 4.
    """
    generator = torch.Generator().manual_seed(seed)
    x_direction = _filter_normalised(parameters, generator)
    y_direction = _filter_normalised(parameters, generator)
    if not x_direction.any():
        raise UserError("This network has no weights other than zero, so no direction can be scaled to them.")
    multiples = _axis(radius, resolution)
    return Plane(x_direction, y_direction, multiples, multiples)


def path_plane(moves: Tensor, resolution: int, radius: float) -> Generator[None, None, Plane]:
    """Return the plane of the two principal directions of a path, orthonormal, wide enough for the path at radius 1.

    `moves` (snapshots, parameters) are relative to the present weights. The directions are the right singular vectors
    of `moves`, from the eigenvectors of its small Gram matrix; it yields after every row of that.
    Raises UserError where the path has no second direction.
    """
    rows = []
    for move in moves:
        rows.append((moves @ move).double())
        yield None
    squares, combinations = torch.linalg.eigh(torch.stack(rows))  # ascending
    singular = squares.clamp(min=0).sqrt()
    if singular[-2] <= FLAT * singular[-1]:
        raise UserError("The path of this run has no second direction yet: train at least three different steps.")
    first = _unit(combinations[:, -1].float() @ moves)
    second = combinations[:, -2].float() @ moves
    second = _unit(second - (second @ first) * first)
    reach_x, reach_y = (radius * MARGIN * float((moves @ direction).abs().max()) for direction in (first, second))
    return Plane(first, second, _axis(reach_x, resolution), _axis(reach_y, resolution))


def project(moves: Tensor, plane: Plane) -> tuple[Array, float]:
    """Return where the moves (snapshots, parameters) lie on the plane by least squares, and which share of them does.

    The places are (snapshots, 2) in multiples of the two directions; the share is that of the squared lengths, 0 for
    a path that has not moved.
    """
    directions = torch.stack([plane.x_direction, plane.y_direction], dim=1)
    gram = (directions.T @ directions).double()
    places = torch.linalg.solve(gram, (moves @ directions).double().T).T
    inside = float((places @ gram * places).sum())
    total = float(moves.square().sum(dtype=torch.float64))
    return places.numpy().astype(np.float32), min(inside / total, 1.0) if total > 0 else 0.0


def _filter_normalised(parameters: Sequence[Tensor], generator: torch.Generator) -> Tensor:
    pieces = []
    for parameter in parameters:
        direction = torch.zeros(parameter.numel())
        if parameter.dim() > 1:
            filters = parameter.detach().flatten(1)
            drawn = torch.randn(filters.shape, generator=generator)
            direction = (drawn * (filters.norm(dim=1, keepdim=True) / drawn.norm(dim=1, keepdim=True))).flatten()
        pieces.append(direction)
    return torch.cat(pieces)


def _unit(vector: Tensor) -> Tensor:
    unit: Tensor = vector / vector.norm()
    return unit


def _axis(reach: float, resolution: int) -> Array:
    half = resolution // 2
    return (reach * np.arange(-half, half + 1) / half).astype(np.float32)
