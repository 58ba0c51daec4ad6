"""Numbers and names as TeX."""

from __future__ import annotations

import math

import numpy as np

from visualizer.core.frames import TensorView
from visualizer.core.numbers import MINUS, rounded


def number(value: float, digits: int = 4) -> str:
    """Return a number to `digits` significant digits, times a power of ten where it is far from one."""
    text = rounded(value, digits).replace(MINUS, "-").replace("∞", r"\infty")
    mantissa, exponent, power = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{power}}}" if exponent else mantissa.replace("nan", r"\mathrm{nan}")


def words(text: str) -> str:
    """Return a name for a text inside a formula, without the signs that TeX would read."""
    return "".join(sign for sign in text if sign not in "\\{}$%&#_^~")


def count(shape: tuple[int, ...]) -> int:
    """Return how many numbers a tensor of this shape holds."""
    return math.prod(shape)


def strongest(symbol: str, view: TensorView) -> tuple[str, float]:
    """Return the value of largest size among those recorded, and its symbol with the index: z_{18}(7, 4)."""
    if np.isnan(view.values).all():
        return "", math.nan
    place = index_of_largest(view)
    return f"{symbol}{_index(place)}", float(view.values[place])


def index_of_largest(view: TensorView) -> tuple[int, ...]:
    """Return where the value of largest size lies; NaN counts as smallest."""
    flat = int(np.nanargmax(np.abs(view.values)))
    return tuple(int(place) for place in np.unravel_index(flat, view.values.shape))


def _index(place: tuple[int, ...]) -> str:
    if len(place) < 2:
        return f"_{{{place[0]}}}" if place else ""
    return f"_{{{place[0]}}}({', '.join(map(str, place[1:]))})"
