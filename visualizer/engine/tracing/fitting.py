"""What a layer that has failed would have taken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from visualizer.core.graph import Attribute
from visualizer.core.numbers import shape_text

Shape = Sequence[int]


def what_fits(module: nn.Module | None, attributes: Mapping[str, Attribute], given: Shape) -> str:
    """Return what a layer takes and what it got instead, of this shape with batch; "" where that is not the reason."""
    explained = (_width(module, given), _reach(attributes, given), _sequence(module, given), _others(module, given))
    return next((words for words in explained if words), "")


def _width(module: nn.Module | None, given: Shape) -> str:
    """Say where the number of features or channels is another one."""
    kernel = getattr(module, "kernel_size", ())
    spatial = len(kernel) if isinstance(kernel, tuple) else 0
    for attribute, word, dimension in (
        ("in_features", "feature", -1),
        ("in_channels", "channel", -1 - spatial),
        ("num_features", "channel", 1),
    ):
        wanted = getattr(module, attribute, None)
        if isinstance(wanted, int) and -len(given) <= dimension < len(given) and given[dimension] != wanted:
            return f"it takes {wanted} {word}{'s' * (wanted != 1)}, but gets {given[dimension]}"
    return ""


def _reach(attributes: Mapping[str, Attribute], given: Shape) -> str:
    """Say where a kernel is larger than the input that it would walk over."""
    kernel = attributes.get("kernel_size")
    axes = len(kernel) if isinstance(kernel, list) else max(len(given) - 2, 1)
    sizes = [_each(attributes, name, axes, default) for name, default in _WALK.items()]
    if kernel is None or any(size is None for size in sizes) or len(given) < axes:
        return ""
    kernels, paddings, dilations = (size or [] for size in sizes)
    reach = [gap * (size - 1) + 1 for size, gap in zip(kernels, dilations, strict=True)]
    padded = [size + 2 * pad for size, pad in zip(given[-axes:], paddings, strict=True)]
    if all(wide <= room for wide, room in zip(reach, padded, strict=True)):
        return ""
    least = [max(wide - 2 * pad, 1) for wide, pad in zip(reach, paddings, strict=True)]
    least = [max(size, own) for size, own in zip(least, given[-axes:], strict=True)]
    spread = f", dilated to {shape_text(tuple(reach))}," if reach != kernels else ""
    with_padding = " with its padding" if any(paddings) else ""
    return (
        f"its kernel of {shape_text(tuple(kernels))}{spread} is larger than its input of "
        f"{shape_text(tuple(padded))}{with_padding}, an input of {shape_text(tuple(least))} or more, "
        f"or a smaller kernel, would fit"
    )


_WALK: dict[str, int | None] = {"kernel_size": None, "padding": 0, "dilation": 1}


def _each(attributes: Mapping[str, Attribute], name: str, axes: int, default: int | None) -> list[int] | None:
    """Return a size along each axis, None where it is not known."""
    value = attributes.get(name, default)
    if isinstance(value, int):
        return [value] * axes
    fits = isinstance(value, list) and len(value) in (1, axes) and all(isinstance(size, int) for size in value)
    return [int(size) for size in value] * (axes // len(value)) if fits and isinstance(value, list) else None


def _sequence(module: nn.Module | None, given: Shape) -> str:
    """Say where a recurrent layer is given no sequence, an empty one, or one of other numbers."""
    if not isinstance(module, nn.RNNBase):
        return ""
    steps = "BATCH×STEPS" if module.batch_first else "STEPS×BATCH"
    wanted = f"it takes sequences of shape {steps}×{module.input_size}"
    if len(given) not in (2, 3) or given[-1] != module.input_size:
        return f"{wanted}, but gets {shape_text(tuple(given))}"
    return f"{wanted} with at least one step, but gets none" if 0 in given else ""


def _others(module: nn.Module | None, given: Shape) -> str:
    if isinstance(module, nn.Embedding):
        return f"it takes whole numbers from 0 to {module.num_embeddings - 1}, but gets others"
    if isinstance(module, _BatchNorm) and module.training and given[0] * math.prod(given[2:]) == 1:
        return (
            "the mean and variance of a batch need more than one value for each channel, "
            "batches of at least 2 samples would fit"
        )
    return ""
