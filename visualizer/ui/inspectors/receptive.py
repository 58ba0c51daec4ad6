"""Which part of its input one output of a layer looks at, from how the layer is configured."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.core.graph import Attribute, Node
from visualizer.ui.inspectors.pictures import Pictures, Place

_POOLS = ("max_pool2d", "avg_pool2d")


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


def _window(given: dict[str, Attribute], place: Place, channel: int | None) -> Patch | None:
    kernel = _pair(given.get("kernel_size"))
    if kernel is None:
        return None
    dilation = _pair(given.get("dilation")) or (1, 1)
    stride = _pair(given.get("stride")) or kernel
    padding = _pair(given.get("padding")) or (0, 0)
    if given.get("padding") == "same":
        padding = (dilation[0] * (kernel[0] - 1) // 2, dilation[1] * (kernel[1] - 1) // 2)
    return Patch(
        place.row * stride[0] - padding[0],
        place.column * stride[1] - padding[1],
        dilation[0] * (kernel[0] - 1) + 1,
        dilation[1] * (kernel[1] - 1) + 1,
        channel,
    )


def _pair(value: Attribute | None) -> tuple[int, int] | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, list) and len(value) == 2:
        return (int(value[0]), int(value[1]))
    return None
