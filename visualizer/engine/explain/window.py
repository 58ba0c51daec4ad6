"""The part of a picture that one output of a convolution or a pooling sees, in any number of dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Window:
    """Positions along each axis; those below 0 or beyond `sizes` lie in the padding."""

    positions: list[npt.NDArray[np.int64]]
    sizes: Sequence[int]

    @property
    def start(self) -> tuple[int, ...]:
        """The first position of each axis; negative in the padding."""
        return tuple(int(axis[0]) for axis in self.positions)

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Which positions of the window, in its own shape, lie in the picture."""
        axes = [(axis >= 0) & (axis < size) for axis, size in zip(self.positions, self.sizes, strict=True)]
        inside: npt.NDArray[np.bool_] = np.logical_and.reduce(np.meshgrid(*axes, indexing="ij"))
        return inside

    @property
    def clipped(self) -> tuple[npt.NDArray[np.int64], ...]:
        """An index that reads the window from a picture; padding is read from the nearest edge, see `inside`."""
        return np.ix_(*(axis.clip(0, size - 1) for axis, size in zip(self.positions, self.sizes, strict=True)))


def strided(
    place: Sequence[int],
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Window:
    """Return the window of the output at `place`, all given per axis."""
    axes = zip(place, kernel, stride, padding, dilation, strict=True)
    return Window([at * step - pad + gap * np.arange(size) for at, size, step, pad, gap in axes], sizes)
