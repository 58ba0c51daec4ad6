"""Maximum and mean of a window, one output at a time, in one, two or three dimensions."""

from __future__ import annotations

import math

import numpy as np

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element
from visualizer.engine.explain.window import Window, strided

MAXIMUM = tuple(f"max_pool{axes}d{suffix}" for axes in (1, 2, 3) for suffix in ("", "_with_indices"))
MEAN = ("avg_pool1d", "avg_pool2d", "avg_pool3d")
ADAPTIVE_MEAN = ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")


def explain_maximum(element: Element) -> Account:
    """Explain a pooled maximum: all that it was chosen from, and which one won."""
    if element.output_number:
        raise element.unexplained("these are the places of the maxima, not the maxima")
    axes = _axes(element)
    operands = _operands(element, _strided(element, element.per_axis("dilation", [1] * axes, axes)))
    values = [operand.value for operand in operands]
    winner = operands[int(np.argmax(values))]
    where = ", ".join(map(str, winner.index))
    candidates = tex.terms(len(values), lambda place: tex.number(values[place]), ", ")
    return Account(
        rf"y = \max_{{{_letters(axes)}}} \, x_{{{_letters(axes)}}}",
        rf"\max\left({candidates}\right) = {tex.number(winner.value)}",
        f"The largest of {len(values)} inputs, the one at ({where}); the gradient goes back to that input alone.",
        winner.value,
        operands,
    )


def explain_mean(element: Element) -> Account:
    """Explain a pooled mean; zero padding counts where the layer was told so."""
    window = _strided(element, [1] * _axes(element))
    operands = _operands(element, window)
    divisor = int(element.number_of("divisor_override", 0))
    if not divisor:
        divisor = _padded_count(element, window) if element.attribute("count_include_pad", True) else len(operands)
    return _mean(operands, divisor, _letters(_axes(element)))


def explain_adaptive_mean(element: Element) -> Account:
    """Explain the mean of a window whose size follows from input and output size.

    Along each axis output i of n sees the inputs from floor(i s / n) up to ceil((i + 1) s / n), s being the input size.
    """
    axes = _axes(element)
    sizes = element.input.tensor.shape[-axes:]
    spans = zip(element.place[-axes:], sizes, element.output.shape[-axes:], strict=True)
    positions = [np.arange(at * size // count, -(-(at + 1) * size // count)) for at, size, count in spans]
    operands = _operands(element, Window(positions, sizes))
    return _mean(operands, len(operands), _letters(axes))


def _mean(operands: list[Operand], divisor: int, letters: str) -> Account:
    values = [operand.value for operand in operands]
    value = math.fsum(values) / divisor
    padded = "" if divisor == len(values) else f", {divisor - len(values)} of them zero padding"
    return Account(
        rf"y = \frac{{1}}{{{divisor}}} \sum_{{{letters}}} x_{{{letters}}}",
        rf"\frac{{1}}{{{divisor}}} \left( {tex.total(values)} \right) = {tex.number(value)}",
        f"The mean of {divisor} inputs{padded}.",
        value,
        operands,
    )


def _axes(element: Element) -> int:
    """Return over how many axes is pooled: the digit in `max_pool2d`."""
    return int(next(letter for letter in element.node.operation if letter.isdigit()))


def _letters(axes: int) -> str:
    return ",".join("ijk"[:axes])


def _strided(element: Element, dilation: list[int]) -> Window:
    axes = _axes(element)
    kernel = element.per_axis("kernel_size", [1] * axes, axes)
    return strided(
        element.place[-axes:],
        element.input.tensor.shape[-axes:],
        kernel,
        element.per_axis("stride", kernel, axes),
        element.per_axis("padding", [0] * axes, axes),
        dilation,
    )


def _operands(element: Element, window: Window) -> list[Operand]:
    """Return the inputs in the window, in reading order."""
    channel = element.place[: -len(window.sizes)]
    axes = zip(window.positions, window.sizes, strict=True)
    inside = [[int(at) for at in positions if 0 <= at < size] for positions, size in axes]
    places = np.stack(np.meshgrid(*inside, indexing="ij"), axis=-1).reshape(-1, len(inside)).tolist()
    return [element.input.operand(f"x{tex.subscript(place)}", (*channel, *place)) for place in places]


def _padded_count(element: Element, window: Window) -> int:
    """Return how many places of the window lie in the picture or its padding, not in what rounding up has added."""
    axes = len(window.sizes)
    padding = element.per_axis("padding", [0] * axes, axes)
    ends = [size + pad for size, pad in zip(window.sizes, padding, strict=True)]
    return math.prod(int((positions < end).sum()) for positions, end in zip(window.positions, ends, strict=True))
