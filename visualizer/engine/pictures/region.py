"""Which input values an element is computed from, by geometry alone: the receptive field as the layers are built.

Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", in the form of masks, which
hold for skip connections and dilation too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.core.graph import Attribute, Edge, NetworkGraph, Node, tensor_name
from visualizer.engine.explain import arithmetic, normalization, pointwise

Shape = tuple[int, ...]

_ELEMENTWISE = {*pointwise.FUNCTIONS, *arithmetic.OPERATIONS, *normalization.OPERATIONS, "dropout", "clone", "detach"}
_RESHAPING = {"flatten", "view", "reshape", "squeeze", "unsqueeze", "unflatten", "contiguous"}


@dataclass(frozen=True)
class Region:
    """The values of one tensor that an element is computed from, as a mask of its shape; `exact` or at least those."""

    mask: Tensor
    exact: bool


def region(graph: NetworkGraph, shapes: dict[str, Shape], tensor: str, index: Shape, source: str) -> Region:
    """Return which values of `source` the element `index` of `tensor` is computed from; both go by tensor name."""
    seen = {tensor: torch.zeros(shapes[tensor], dtype=torch.bool)}
    seen[tensor][index] = True
    exact = True
    for node in reversed(graph.nodes):
        outputs = [name for number in range(len(node.shapes)) if (name := tensor_name(node.id, number)) in seen]
        if not outputs or node.id == source:
            continue
        for edge in graph.incoming[node.id]:
            read = None
            if len(node.shapes) == 1 and node.operation == "cat":
                read = _joined(node, edge, graph.incoming[node.id], seen[outputs[0]])
            elif len(node.shapes) == 1:
                read = _read(node, edge, seen[outputs[0]], shapes[edge.tensor])
            exact = exact and read is not None
            mask = torch.ones(shapes[edge.tensor], dtype=torch.bool) if read is None else read
            seen[edge.tensor] = seen[edge.tensor] | mask if edge.tensor in seen else mask
    return Region(seen.get(source, torch.zeros(shapes[source], dtype=torch.bool)), exact)


def _read(node: Node, edge: Edge, wanted: Tensor, given: Shape) -> Tensor | None:
    """Return which values of one given tensor the wanted ones are computed from, None where that is not known."""
    if node.operation in _ELEMENTWISE:
        return _unbroadcast(wanted, given)
    if node.operation in _RESHAPING:
        return wanted.reshape(given) if wanted.numel() == math.prod(given) else None
    read = _READERS.get(node.operation)
    return None if read is None or edge.argument else read(node.attributes, wanted, given)


def _joined(node: Node, edge: Edge, all_given: Sequence[Edge], wanted: Tensor) -> Tensor | None:
    """Return which values of one of the tensors that are put one behind the other are wanted."""
    axis = node.attributes.get("dim", 0)
    if not isinstance(axis, int):
        return None
    start = sum(given.shape[axis] for given in all_given if given.argument < edge.argument)
    return wanted.narrow(axis, start, edge.shape[axis])


def _permuted(attributes: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
    axes = attributes.get("dims")
    if not isinstance(axes, list) or len(axes) != wanted.dim():
        return None
    order = torch.tensor([int(axis) % wanted.dim() for axis in axes if isinstance(axis, int)])
    return wanted.permute(*order.argsort().tolist()) if len(order) == wanted.dim() else None


def _transposed(attributes: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
    first, second = attributes.get("dim0"), attributes.get("dim1")
    return wanted.transpose(first, second) if isinstance(first, int) and isinstance(second, int) else None


def _unbroadcast(wanted: Tensor, given: Shape) -> Tensor | None:
    """Return a mask of the given shape from one of the shape that it was broadcast to."""
    if wanted.dim() < len(given):
        return None
    own = wanted.flatten(0, wanted.dim() - len(given)).any(0, keepdim=True) if wanted.dim() > len(given) else wanted
    for axis, size in enumerate(given):
        if size == 1:
            own = own.any(axis, keepdim=True)
    return own if own.shape == given else None


def _linear(_: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor:
    return wanted.any(-1, keepdim=True).expand(given)


def _along(attributes: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
    """Read all along the axis of a softmax."""
    axis = attributes.get("dim")
    return wanted.any(axis, keepdim=True).expand(given) if isinstance(axis, int) else None


def _convolution(axes: int) -> Callable[[dict[str, Attribute], Tensor, Shape], Tensor | None]:
    def read(attributes: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
        kernel = _per_axis(attributes.get("kernel_size"), axes)
        if kernel is None:
            return None
        groups = _whole(attributes.get("groups"), 1)
        channels = given[-axes - 1]
        grouped = wanted.reshape(*wanted.shape[: -axes - 1], groups, -1, *wanted.shape[-axes:]).any(-axes - 1)
        spread = _spread(grouped, _windows(attributes, kernel, wanted.shape[-axes:], given[-axes:], kernel, [1] * axes))
        return spread.repeat_interleave(channels // groups, -axes - 1)

    return read


def _pooling(axes: int) -> Callable[[dict[str, Attribute], Tensor, Shape], Tensor | None]:
    def read(attributes: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
        kernel = _per_axis(attributes.get("kernel_size"), axes)
        if kernel is None:
            return None
        return _spread(wanted, _windows(attributes, kernel, wanted.shape[-axes:], given[-axes:], [0] * axes, kernel))

    return read


def _adaptive_pooling(axes: int) -> Callable[[dict[str, Attribute], Tensor, Shape], Tensor | None]:
    def read(_: dict[str, Attribute], wanted: Tensor, given: Shape) -> Tensor | None:
        spans = []
        for count, size in zip(wanted.shape[-axes:], given[-axes:], strict=True):
            spans.append([range(at * size // count, -(-(at + 1) * size // count)) for at in range(count)])
        return _spread(wanted, [_matrix(span, size) for span, size in zip(spans, given[-axes:], strict=True)])

    return read


def _windows(
    attributes: dict[str, Attribute],
    kernel: Sequence[int],
    wanted: Sequence[int],
    given: Sequence[int],
    same: Sequence[int],
    default_stride: Sequence[int],
) -> list[Tensor]:
    """Return for each axis a matrix (outputs, inputs) that says which inputs an output is computed from."""
    axes = len(kernel)
    dilation = _per_axis(attributes.get("dilation"), axes) or [1] * axes
    stride = _per_axis(attributes.get("stride"), axes) or list(default_stride)
    padding = _per_axis(attributes.get("padding"), axes) or [0] * axes
    if attributes.get("padding") == "same":
        padding = [gap * (size - 1) // 2 for gap, size in zip(dilation, same, strict=True)]
    if attributes.get("padding_mode", "zeros") != "zeros":
        padding = [0] * axes  # an operation of its own before this one has padded
    return [
        _matrix([range(at * step - pad, at * step - pad + gap * size, gap) for at in range(count)], whole)
        for count, whole, size, step, pad, gap in zip(wanted, given, kernel, stride, padding, dilation, strict=True)
    ]


def _matrix(read: Sequence[range], size: int) -> Tensor:
    matrix = torch.zeros(len(read), size)
    for row, places in enumerate(read):
        matrix[row, [at for at in places if 0 <= at < size]] = 1
    return matrix


def _spread(wanted: Tensor, matrices: Sequence[Tensor]) -> Tensor:
    """Send a mask back through one matrix for each of its last axes."""
    reached = wanted.float()
    for axis, matrix in enumerate(matrices, wanted.dim() - len(matrices)):
        reached = (reached.movedim(axis, -1) @ matrix).movedim(-1, axis)
    return reached > 0


def _per_axis(value: Attribute | None, axes: int) -> list[int] | None:
    if isinstance(value, list) and value:
        return value if len(value) == axes else value[:1] * axes
    return [value] * axes if isinstance(value, int) and not isinstance(value, bool) else None


def _whole(value: Attribute | None, default: int) -> int:
    return value if isinstance(value, int) else default


_READERS: dict[str, Callable[[dict[str, Attribute], Tensor, Shape], Tensor | None]] = {
    "linear": _linear,
    "softmax": _along,
    "log_softmax": _along,
    "permute": _permuted,
    "transpose": _transposed,
    **{f"conv{axes}d": _convolution(axes) for axes in (1, 2, 3)},
    **{f"{kind}_pool{axes}d": _pooling(axes) for kind in ("max", "avg") for axes in (1, 2, 3)},
    **{f"max_pool{axes}d_with_indices": _pooling(axes) for axes in (1, 2, 3)},
    **{f"adaptive_{kind}_pool{axes}d": _adaptive_pooling(axes) for kind in ("max", "avg") for axes in (1, 2, 3)},
}
