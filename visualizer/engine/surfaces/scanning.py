"""A scan: the loss on a plane, in small slices of work, as pictures that get finer."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.frames import Surface
from visualizer.core.messages import Scan
from visualizer.engine.surfaces.order import coarse_to_fine
from visualizer.engine.surfaces.planes import Plane, path_plane, project, random_plane
from visualizer.engine.surfaces.probe import Loss, Probe

SLICE = 0.025  # seconds of work between two yields
GROUP = 16  # samples that are evaluated, and normalised, together
SAMPLES = 64
SAMPLES_OF_LARGE = 32  # for a network with more than LARGE parameters, so that a scan ends in seconds
LARGE = 100_000
NEWS = 25  # points that make a new picture
SNAPSHOTS = 64  # of the trajectory, evenly spread, are kept
LARGEST_RESOLUTION = 201

Group = tuple[Tensor, Tensor]


def scan(
    network: nn.Module,
    loss: Loss,
    inputs: Tensor,
    targets: Tensor,
    *,
    trajectory: Sequence[tuple[int, Tensor]],
    plane: Literal["random", "path"],
    resolution: int,
    radius: float,
    seed: int,
    step: int,
) -> Iterator[Surface | None]:
    """Return an iterator that computes the loss on a plane through the present weights, on a copy taken at this call.

    Each `next()` works for about 25 ms and gives a Surface when there is a new picture, else None; the first picture
    has 5 by 5 points, the last one is `finished`. `close()` cancels. An even resolution becomes the next odd one, so
    that the middle of the grid is exactly the present weights.

    `trajectory` holds (step, vector) of this run, a vector being
    `torch.nn.utils.parameters_to_vector(network.parameters())`; the present weights at `step` are its last point.
    `trajectory_loss` is NaN until it is computed, after the first picture.

    The loss is the mean over groups of samples (batch, ...), in eval mode, but with batch normalisation by the
    statistics of each group of 16, as in training. How many samples there are depends on the network alone and never
    on the machine, so that everybody sees the same surface.
    Raises UserError, at the call or at the first `next()`, where there is no such plane.
    """
    if not 0 < radius <= 1e6:
        raise UserError(f"The radius {radius:g} cannot be used: it must lie above 0 and at most at 1000000.")
    if not 2 <= resolution <= LARGEST_RESOLUTION:
        raise UserError(f"The resolution {resolution} cannot be used: 3 to {LARGEST_RESOLUTION} points on a side.")
    if plane == "path" and len(trajectory) < 3:
        raise UserError(
            f"The path of this run has {len(trajectory)} snapshots so far: a plane needs three, so train on."
        )
    probe = Probe(network, loss)
    path = _Path(trajectory, probe.centre, step)
    return _scan(probe, (inputs, targets), path, Scan(plane, resolution // 2 * 2 + 1, radius, seed))


class _Path:
    """The trajectory with the present weights at its end, thinned: its steps and its moves (snapshots, parameters)."""

    def __init__(self, trajectory: Sequence[tuple[int, Tensor]], centre: Tensor, step: int) -> None:
        past = [snapshot for snapshot in trajectory if snapshot[0] != step]
        chosen = np.unique(np.linspace(0, len(past) - 1, min(len(past), SNAPSHOTS - 1)).round().astype(int))
        kept = [*(past[place] for place in chosen), (step, centre)]
        self.steps = [number for number, _ in kept]
        self.moves = torch.stack([vector for _, vector in kept]) - centre


class _Picture:
    """The surface as far as it is computed. A job is a point (row, column) or the number of a snapshot."""

    def __init__(self, kind: Literal["random", "path"], plane: Plane, path: _Path) -> None:
        self._kind, self._plane, self._path = kind, plane, path
        self._places, self._explained = project(path.moves, plane)
        self._values = np.full((len(plane.y), len(plane.x)), np.nan, np.float32)
        self._path_loss = np.full(len(path.steps), np.nan, np.float32)
        first, *finer = coarse_to_fine(len(plane.x))
        self.jobs: list[tuple[int, int] | int] = [*first, *range(len(path.steps)), *itertools.chain(*finer)]
        self._done = self._told = 0

    def move(self, probe: Probe, job: tuple[int, int] | int) -> None:
        """Put the parameters where the job wants the loss."""
        plane = self._plane
        if isinstance(job, int):
            probe.move_to(probe.centre + self._path.moves[job])
        else:
            probe.move_by(float(plane.x[job[1]]), plane.x_direction, float(plane.y[job[0]]), plane.y_direction)

    def put(self, job: tuple[int, int] | int, loss: float) -> None:
        """Write down the result of a job."""
        if isinstance(job, int):
            self._path_loss[job] = loss
        else:
            self._values[job] = loss
        self._done += 1

    def news(self, sample_count: int) -> Surface | None:
        """Return the picture where enough is new in it."""
        if self._done - self._told < NEWS:
            return None
        return self.frame(sample_count)

    def frame(self, sample_count: int) -> Surface:
        """Return the picture as it is now."""
        self._told = self._done
        return Surface(
            plane=self._kind,
            x=self._plane.x,
            y=self._plane.y,
            values=self._values.copy(),
            trajectory=self._places,
            trajectory_steps=self._path.steps,
            trajectory_loss=self._path_loss.copy(),
            explained=self._explained,
            step=self._path.steps[-1],
            sample_count=sample_count,
            progress=self._done / len(self.jobs),
            finished=self._done == len(self.jobs),
        )


def _scan(probe: Probe, samples: Group, path: _Path, wanted: Scan) -> Iterator[Surface | None]:
    if wanted.plane == "random":
        plane = random_plane(probe.parameters, wanted.resolution, wanted.radius, wanted.seed)
    else:
        plane = yield from path_plane(path.moves, wanted.resolution, wanted.radius)
    picture = _Picture(wanted.plane, plane, path)
    groups = _groups(samples, SAMPLES_OF_LARGE if len(probe.centre) > LARGE else SAMPLES)
    sample_count = sum(len(group_targets) for _, group_targets in groups)
    started = time.perf_counter()
    for job in picture.jobs:
        picture.move(probe, job)
        total = 0.0
        for group in groups:
            total += probe.loss(*group)
            if time.perf_counter() - started > SLICE:
                yield picture.news(sample_count)
                started = time.perf_counter()
        picture.put(job, total / len(groups))
    yield picture.frame(sample_count)


def _groups(samples: Group, count: int) -> list[Group]:
    """Return at most so many samples in groups of equal size, the same ones every time."""
    order = torch.randperm(len(samples[1]), generator=torch.Generator().manual_seed(0))  # they may come sorted by class
    inputs, targets = (tensor[order] for tensor in samples)
    if inputs.dim() == 4:
        inputs = inputs.contiguous(memory_format=torch.channels_last)  # convolutions run up to 1.8 times faster
    size = min(GROUP, len(targets))
    starts = range(0, min(count, len(targets)) // size * size, size)
    return [(inputs[start : start + size], targets[start : start + size]) for start in starts]
