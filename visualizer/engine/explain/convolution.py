"""y = W * x + b (cross-correlation), one output at a time, in one, two or three dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visualizer.core.frames import Products
from visualizer.engine.explain.element import Account, Element
from visualizer.engine.explain.linear import sum_account, weight_and_bias
from visualizer.engine.explain.window import Window, strided

OPERATIONS = ("conv1d", "conv2d", "conv3d")


def explain(element: Element) -> Account:
    """Explain one output as a sum of products of a patch of the input channels of its group with one kernel."""
    weight, bias = weight_and_bias(element)
    if len(element.place) != weight.tensor.dim():
        raise element.unexplained("it ran without a batch dimension")
    sample, output, *at = element.place
    kernel = weight.tensor[output]
    groups = int(element.number_of("groups", 1))
    first_channel = output // (len(weight.tensor) // groups) * len(kernel)
    channels = element.input.tensor[sample, first_channel : first_channel + len(kernel)].numpy()
    window = _window(element, at, kernel.shape[1:], channels.shape[1:])
    inside = np.broadcast_to(window.inside, kernel.shape).copy()
    products = Products(
        values=np.where(inside, np.stack([channel[window.clipped] for channel in channels]), np.float32(0)),
        weights=kernel.numpy(),
        inside=inside,
        origin=element.input.name,
        start=(first_channel, *window.start),
        parameter=weight.name,
        weight_index=(output,),
    )
    return sum_account(_formula(element, products.start, bool(bias)), _sentence(products, bool(bias)), products, bias)


def _window(element: Element, at: Sequence[int], kernel: Sequence[int], sizes: Sequence[int]) -> Window:
    axes = len(kernel)
    dilation = element.per_axis("dilation", [1] * axes, axes)
    padding = element.per_axis("padding", [0] * axes, axes)
    if element.attribute("padding", 0) == "same":
        padding = [gap * (size - 1) // 2 for gap, size in zip(dilation, kernel, strict=True)]
    if element.attribute("padding_mode", "zeros") != "zeros":
        padding = [0] * axes  # an operation of its own before this one has padded
    return strided(at, sizes, kernel, element.per_axis("stride", [1] * axes, axes), padding, dilation)


def _formula(element: Element, start: Sequence[int], has_bias: bool) -> str:
    _, output, *at = element.place
    axes = len(at)
    gaps = ["" if gap == 1 else str(gap) for gap in (1, *element.per_axis("dilation", [1] * axes, axes))]
    letters = "cijk"[: axes + 1]
    read = [
        f"{first}+{gap}{letter}" if first else gap + letter
        for first, gap, letter in zip(start, gaps, letters, strict=True)
    ]
    here = ",".join(map(str, (output, *at)))
    summed = ",".join(letters)
    head = f"b_{{{output}}} + " if has_bias else ""
    return rf"y_{{{here}}} = {head}\sum_{{{summed}}} w_{{{output},{summed}}} \, x_{{{','.join(read)}}}"


def _sentence(products: Products, has_bias: bool) -> str:
    size = "×".join(map(str, products.values.shape))
    said = f"A patch of {size} inputs from ({', '.join(map(str, products.start))}) on, times kernel "
    said += f"{products.weight_index[0]}, summed{', plus the bias' if has_bias else ''}"
    padded = int(np.count_nonzero(~products.inside))
    return f"{said}; {padded} of the inputs are zero padding." if padded else f"{said}."
