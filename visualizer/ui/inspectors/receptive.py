"""Which part of its input one output of a layer looks at, from how the layer is configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visualizer.core.graph import Attribute, Node
from visualizer.ui.inspectors.pictures import Pictures, Place

Places = npt.NDArray[np.int64]
_POOLS = ("max_pool2d", "avg_pool2d")
SLIDING = ("conv2d", *_POOLS)
"""Operations whose kernel walks over a picture."""


@dataclass(frozen=True)
class Patch:
    """Rows and columns of the input picture, which may reach into the padding; `channel` None = all channels."""

    row: int
    column: int
    height: int
    width: int
    channel: int | None


def patch_of(node: Node, source: Pictures, output: Pictures, place: Place) -> Patch | None:
    """Return the part of the first input that the output at `place` comes from, None where that is not a patch."""
    if node.operation == "conv2d" or node.operation in _POOLS:
        channel = None if node.operation == "conv2d" else place.channel
        return _window(node.attributes, place, channel)
    if source.shape == output.shape and not output.is_vector:
        return Patch(place.row, place.column, 1, 1, place.channel)
    if node.operation.startswith("adaptive_") and output.is_vector and source.channels == output.channels:
        return Patch(0, 0, *source.values.shape[1:], place.channel)
    return None


def read_by(
    node: Node, cell: tuple[int, int], outputs: Sequence[int], inputs: Sequence[int]
) -> tuple[Places, Places] | None:
    """Return which rows and columns of the input one cell of the kernel meets, place by place; −1 in the padding."""
    walk = _walk(node.attributes)
    if walk is None:
        return None
    axes = zip(cell, outputs, inputs, walk.stride, walk.padding, walk.dilation, strict=True)
    read = [np.arange(count) * step - pad + gap * at for at, count, _, step, pad, gap in axes]
    rows, columns = (np.where((at >= 0) & (at < size), at, -1) for at, size in zip(read, inputs, strict=True))
    return rows, columns


def cells_of(node: Node, patch: Patch) -> list[tuple[int, int]]:
    """Return the cells of a patch that are read, fewer than all where the kernel is dilated."""
    walk = _walk(node.attributes)
    gaps = (1, 1) if walk is None else walk.dilation
    return [
        (row, column)
        for row in range(patch.row, patch.row + patch.height, gaps[0])
        for column in range(patch.column, patch.column + patch.width, gaps[1])
    ]


class _Walk(NamedTuple):
    """How a kernel moves, (rows, columns) each."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]


def _walk(given: dict[str, Attribute]) -> _Walk | None:
    kernel = _pair(given.get("kernel_size"))
    if kernel is None:
        return None
    dilation = _pair(given.get("dilation")) or (1, 1)
    stride = _pair(given.get("stride")) or kernel
    padding = _pair(given.get("padding")) or (0, 0)
    if given.get("padding") == "same":
        padding = (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)
    return _Walk(kernel, stride, padding, dilation)


def _window(given: dict[str, Attribute], place: Place, channel: int | None) -> Patch | None:
    walk = _walk(given)
    if walk is None:
        return None
    return Patch(
        place.row * walk.stride[0] - walk.padding[0],
        place.column * walk.stride[1] - walk.padding[1],
        walk.dilation[0] * (walk.kernel[0] - 1) + 1,
        walk.dilation[1] * (walk.kernel[1] - 1) + 1,
        channel,
    )


def _pair(value: Attribute | None) -> tuple[int, int] | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, list) and len(value) == 2:
        return (int(value[0]), int(value[1]))
    return None
