"""The part of a picture that one output of a convolution or a pooling sees, in any number of dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visualizer.engine.explain.element import Call, Places

OUTSIDE = -(1 << 31)  # a position that no picture and no padding has


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
    def places(self) -> Places:
        """The positions of the window, (*its shape, axes)."""
        return np.stack(np.meshgrid(*self.positions, indexing="ij"), axis=-1).astype(np.int64)


@dataclass(frozen=True)
class Sliding:
    """How a window slides: one number for each axis."""

    kernel: Sequence[int]
    stride: Sequence[int]
    padding: Sequence[int]
    dilation: Sequence[int]

    def seen_from(self, place: Sequence[int], sizes: Sequence[int]) -> Window:
        """Return the window that the output at `place` sees in a picture of these sizes."""
        axes = zip(place, self.kernel, self.stride, self.padding, self.dilation, strict=True)
        return Window([at * step - pad + gap * np.arange(size) for at, size, step, pad, gap in axes], sizes)

    def seeing(self, place: Sequence[int], sizes: Sequence[int]) -> Window:
        """Return, for each place in the kernel, the output (of these sizes) that sees the input at `place` there."""
        positions = []
        for at, size, step, pad, gap in zip(place, self.kernel, self.stride, self.padding, self.dilation, strict=True):
            reached, rest = np.divmod(at + pad - gap * np.arange(size), step)
            positions.append(np.where(rest == 0, reached, OUTSIDE))
        return Window(positions, sizes)


def sliding(call: Call, kernel: Sequence[int], stride: Sequence[int] | None = None) -> Sliding:
    """Return how the window of a convolution or pooling slides; without a stride of its own it is `stride`, or 1."""
    axes = len(kernel)
    dilation = call.per_axis("dilation", [1] * axes, axes)
    padding = call.per_axis("padding", [0] * axes, axes)
    if call.attribute("padding", 0) == "same":
        padding = [gap * (size - 1) // 2 for gap, size in zip(dilation, kernel, strict=True)]
    if call.attribute("padding_mode", "zeros") != "zeros":
        padding = [0] * axes  # an operation of its own before this one has padded
    return Sliding(kernel, call.per_axis("stride", list(stride or [1] * axes), axes), padding, dilation)
