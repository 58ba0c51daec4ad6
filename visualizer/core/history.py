"""The scalars of a run at its measured steps, and how a long series becomes a short line."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from visualizer.core.frames import Array, Metrics

Steps = npt.NDArray[np.int64]
Series = npt.NDArray[np.float64]

POINTS = 600
"""So many points a line has at most: more than pixels are wide costs time and shows nothing."""

_SERIES = ("loss", "accuracy", "validation_loss", "validation_accuracy", "gradient_norms", "discriminator_loss")


class History:
    """Collects Metrics frames; all series share `steps`, which rises strictly.

    `gradient_norms` has shape (steps, len(layers)), NaN for frozen layers; `validation_*` is NaN where not measured,
    `discriminator_loss` where there is no discriminator.
    `revision` changes with the content.
    """

    def __init__(self) -> None:
        self.layers: list[str] = []
        self.revision = 0
        self._count = 0
        self._buffers = _buffers(0)

    def __len__(self) -> int:
        return self._count

    def append(self, metrics: Metrics) -> None:
        """Add the rows of a frame; rows from its `from_step` on are replaced, other layers begin a new history."""
        if metrics.layers != self.layers:
            self.clear()
            self.layers = list(metrics.layers)
            self._buffers = _buffers(len(self.layers))
        self._count = int(np.searchsorted(self.steps, metrics.from_step))
        end = self._count + len(metrics.steps)
        for name, buffer in self._buffers.items():
            self._buffers[name] = buffer = _grown(buffer, self._count, end)
            values = getattr(metrics, name)
            buffer[self._count : end] = np.nan if values is None else values
        self._count = end
        self.revision += 1

    def clear(self) -> None:
        """Forget everything."""
        self._count = 0
        self.revision += 1

    @property
    def steps(self) -> Steps:
        steps: Steps = self._buffers["steps"][: self._count]
        return steps

    @property
    def loss(self) -> Array:
        return self._series("loss")

    @property
    def accuracy(self) -> Array:
        return self._series("accuracy")

    @property
    def validation_loss(self) -> Array:
        return self._series("validation_loss")

    @property
    def validation_accuracy(self) -> Array:
        return self._series("validation_accuracy")

    @property
    def gradient_norms(self) -> Array:
        return self._series("gradient_norms")

    @property
    def discriminator_loss(self) -> Array:
        return self._series("discriminator_loss")

    def _series(self, name: str) -> Array:
        series: Array = self._buffers[name][: self._count]
        return series


def _buffers(layers: int) -> dict[str, npt.NDArray[Any]]:
    buffers: dict[str, npt.NDArray[Any]] = {"steps": np.empty(0, np.int64)}
    buffers |= {name: np.empty((0, layers) if name == "gradient_norms" else 0, np.float32) for name in _SERIES}
    return buffers


def _grown(buffer: npt.NDArray[Any], kept: int, needed: int) -> npt.NDArray[Any]:
    """Return a buffer of at least `needed` rows; doubling makes appending cheap on the long run."""
    if needed <= len(buffer):
        return buffer
    larger = np.empty((max(needed, 2 * len(buffer), 256), *buffer.shape[1:]), buffer.dtype)
    larger[:kept] = buffer[:kept]
    return larger


def measured(steps: Steps, values: Array) -> tuple[Steps, Array]:
    """Return a series without the steps at which nothing was measured (NaN)."""
    present = ~np.isnan(values)
    return steps[present], values[present]


def decimated(steps: Steps, values: Array, most: int = POINTS) -> tuple[Steps, Array]:
    """Return at most `most` points of a series, the lowest and the highest of each stretch, in order.

    A stretch with nothing finite in it gives one NaN, so that it stays a gap.
    """
    count = len(values)
    if count <= most:
        return steps, values
    length = -(-count // (most // 2))  # whole stretches of one length: a growing line does not shimmer
    padded = np.full(-(-count // length) * length, np.nan, np.float32)
    padded[:count] = values
    stretches = padded.reshape(-1, length)
    finite = np.isfinite(stretches)
    starts = np.arange(len(stretches)) * length
    lowest = starts + np.where(finite, stretches, np.inf).argmin(axis=1)
    highest = starts + np.where(finite, stretches, -np.inf).argmax(axis=1)
    places = np.unique(np.concatenate([lowest, highest]))
    return steps[places], np.where(np.isfinite(values[places]), values[places], np.nan)


def smoothed(steps: Steps, values: Array, window: int, most: int = POINTS) -> tuple[Steps, Series]:
    """Return the mean over `window` measured steps around each, at no more than `most`; NaN where none is finite.

    Towards both ends the window holds fewer steps.
    """
    count = len(values)
    if not count:
        return steps, values.astype(np.float64)
    places = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))
    around = places[:, None] + np.arange(-(window // 2), window // 2 + 1)
    near = values[np.clip(around, 0, count - 1)].astype(np.float64)
    counted = (around >= 0) & (around < count) & np.isfinite(near)
    number = counted.sum(axis=1)
    sums = np.where(counted, near, 0.0).sum(axis=1)
    return steps[places], np.where(number > 0, sums / np.maximum(number, 1), np.nan)


def window_for(count: int) -> int:
    """Return the odd number of measured steps to smooth over: about a tenth of the run, at most 101."""
    return min(max(count // 10, 1), 101) | 1
