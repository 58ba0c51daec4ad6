"""Maximum and mean of a window, one number at a time, in one, two or three dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Call, Element, Place, Places, Share, constant
from visualizer.engine.explain.window import Sliding, Window, sliding

MAXIMUM = tuple(f"max_pool{axes}d{suffix}" for axes in (1, 2, 3) for suffix in ("", "_with_indices"))
MEAN = ("avg_pool1d", "avg_pool2d", "avg_pool3d")
ADAPTIVE_MEAN = ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")


def explain_maximum(element: Element) -> Account:
    """Explain a pooled maximum: all that it was chosen from, and which one won."""
    if element.output_number:
        raise element.unexplained("these are the places of the maxima, not the maxima")
    operands = _operands(element, element.place, _strided(element, element.place))
    winner = max(operands, key=lambda operand: operand.value)
    where = ", ".join(map(str, winner.index[1:]))
    said = f"The largest of {len(operands)} inputs, the one at ({where}); the gradient goes back to that input alone."
    letters = _letters(_axes(element))
    return Account("max(x)", said, operands, formula=rf"y = \max_{{{letters}}} \, x_{{{letters}}}")


def explain_mean(element: Element) -> Account:
    """Explain a pooled mean; zero padding counts where the layer was told so."""
    window = _strided(element, element.place)
    operands = _operands(element, element.place, window)
    return _mean(operands, _divisor(element, window), _letters(_axes(element)))


def explain_adaptive_mean(element: Element) -> Account:
    """Explain the mean of a window whose size follows from input and output size.

    Along each axis output i of n sees the inputs from floor(i s / n) up to ceil((i + 1) s / n), s being the input size.
    """
    axes = _axes(element)
    sizes, counts = element.input.tensor.shape[-axes:], element.output.shape[-axes:]
    operands = _operands(element, element.place, _adaptive(element.place[-axes:], sizes, counts))
    return _mean(operands, len(operands), _letters(axes))


def share_of_maximum(asked: Share) -> Account:
    """Explain the gradient of an input: the sum of those of the windows that it has won."""
    axes = _axes(asked)
    sizes = asked.source.tensor.shape[-axes:]
    window = _sliding(asked).seeing(asked.place[-axes:], asked.output.shape[-axes:])
    seen = _inside(asked.place[:-axes], window)
    won = [place for place in seen if _winner(asked, place, sizes) == asked.place]
    said = f"It is seen by {len(seen)} windows and is the largest in {len(won)}: only from there a gradient comes back."
    return collected(asked, won, said)


def share_of_mean(asked: Share) -> Account:
    """Explain the gradient of an input: each window it lies in passes on its gradient, divided by its size."""
    axes = _axes(asked)
    outputs = asked.output.shape[-axes:]
    seen = _inside(asked.place[:-axes], _sliding(asked).seeing(asked.place[-axes:], outputs))
    return _divided(asked, seen, [_divisor(asked, _strided(asked, place)) for place in seen])


def share_of_adaptive_mean(asked: Share) -> Account:
    """Explain the gradient of an input: each window it lies in passes on its gradient, divided by its size."""
    axes = _axes(asked)
    sizes, counts = asked.source.tensor.shape[-axes:], asked.output.shape[-axes:]
    seeing = [
        np.array([i for i in range(count) if i * size // count <= at < -(-(i + 1) * size // count)], np.int64)
        for at, size, count in zip(asked.place[-axes:], sizes, counts, strict=True)
    ]
    seen = _inside(asked.place[:-axes], Window(seeing, counts))
    divisors = [math.prod(map(len, _adaptive(place[-axes:], sizes, counts).positions)) for place in seen]
    return _divided(asked, seen, divisors)


def collected(asked: Share, places: Sequence[Place], said: str) -> Account:
    """Return the account of a gradient that is the sum of those at some places of the output."""
    if not places:
        return Account("zero", said, [constant("zero", 0.0)])
    gradient = asked.gradient
    if len(places) == 1:
        return Account("g", said, [gradient.operand("g", places[0])])
    return Account("sum(g)", said, gradient.operands("g", np.array(places, np.int64)))


def _divided(asked: Share, seen: Sequence[Place], divisors: Sequence[int]) -> Account:
    said = f"It has gone into {len(seen)} means; each passes on its gradient divided by the number of its inputs."
    if not seen:
        return collected(asked, seen, said)
    operands = asked.gradient.operands("g", np.array(seen, np.int64))
    if len(set(divisors)) == 1:
        return Account("sum(g) / n", said, [*operands, constant("n", divisors[0])])
    counts = [constant(f"n_{{{number}}}", divisor) for number, divisor in enumerate(divisors)]
    return Account("sum(g / n)", said, [*operands, *counts])


def _winner(call: Call, place: Place, sizes: Sequence[int]) -> Place:
    """Return the input that was the first largest in the window of an output."""
    places = _inside(place[: -len(sizes)], _strided(call, place))
    return max(places, key=lambda at: float(call.input.tensor[at]))


def _mean(operands: list[Operand], divisor: int, letters: str) -> Account:
    padded = "" if divisor == len(operands) else f", {divisor - len(operands)} of them zero padding"
    return Account(
        "sum(x) / n",
        f"The mean of {divisor} inputs{padded}.",
        [*operands, constant("n", divisor)],
        formula=rf"y = \frac{{1}}{{n}} \sum_{{{letters}}} x_{{{letters}}}",
        numbers=rf"\frac{{1}}{{{divisor}}} \left( {tex.total([operand.value for operand in operands])} \right)",
    )


def _axes(call: Call) -> int:
    """Return over how many axes is pooled: the digit in `max_pool2d`."""
    return int(next(letter for letter in call.node.operation if letter.isdigit()))


def _letters(axes: int) -> str:
    return ",".join("ijk"[:axes])


def _strided(call: Call, place: Place) -> Window:
    axes = _axes(call)
    return _sliding(call).seen_from(place[-axes:], call.input.tensor.shape[-axes:])


def _sliding(call: Call) -> Sliding:
    axes = _axes(call)
    kernel = call.per_axis("kernel_size", [1] * axes, axes)
    return sliding(call, kernel, kernel)


def _adaptive(place: Place, sizes: Sequence[int], counts: Sequence[int]) -> Window:
    spans = zip(place, sizes, counts, strict=True)
    return Window([np.arange(at * size // count, -(-(at + 1) * size // count)) for at, size, count in spans], sizes)


def _inside(head: Place, window: Window) -> list[Place]:
    """Return the places of a window that lie in the picture, in reading order."""
    return [(*head, *place) for place in window.places[window.inside].tolist()]


def _operands(call: Call, place: Place, window: Window) -> list[Operand]:
    """Return the inputs in the window, in reading order."""
    head = place[: -len(window.sizes)]
    places: Places = np.array(_inside(head, window), np.int64)
    named = [tex.subscript(at[len(head) :]) for at in places.tolist()]
    return [call.input.operand(f"x{name}", tuple(at)) for name, at in zip(named, places.tolist(), strict=True)]


def _divisor(call: Call, window: Window) -> int:
    """Return what a mean is divided by: padding counts, but not what rounding up has added beyond it."""
    given = int(call.number_of("divisor_override", 0))
    if given:
        return given
    if not call.attribute("count_include_pad", True):
        return int(window.inside.sum())
    axes = len(window.sizes)
    padding = call.per_axis("padding", [0] * axes, axes)
    ends = [size + pad for size, pad in zip(window.sizes, padding, strict=True)]
    return math.prod(int((positions < end).sum()) for positions, end in zip(window.positions, ends, strict=True))
