"""Numbers and sums as TeX."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

FIRST = 3  # terms of a long sum before the dots
ALL = 5  # terms of a sum that is written in full


def number(value: float) -> str:
    """Return a number with four significant digits."""
    if not math.isfinite(value):
        return r"\text{NaN}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"


def factor(value: float) -> str:
    """Return a number that can stand behind a sign or beside another factor."""
    text = number(value)
    return f"({text})" if value < 0 or "10^" in text else text


def total(values: Sequence[float]) -> str:
    """Return numbers added up; of many the first three, dots and the last."""
    return terms(len(values), lambda place: factor(values[place]))


def sum_of_products(left: Sequence[float], right: Sequence[float]) -> str:
    """Return the products of two sequences of equal length, added up; of many the first three, dots and the last."""
    return terms(len(left), lambda place: rf"{factor(left[place])} \cdot {factor(right[place])}")


def subscript(index: Sequence[int]) -> str:
    """Return an index for use as a subscript; nothing for a scalar."""
    return f"_{{{','.join(map(str, index))}}}" if index else ""


def terms(count: int, term: Callable[[int], str], separator: str = " + ") -> str:
    """Return terms with a separator between them; of many the first three, dots and the last."""
    if count == 0:
        return "0"
    if count <= ALL:
        return separator.join(term(place) for place in range(count))
    return separator.join([*(term(place) for place in range(FIRST)), r"\cdots", term(count - 1)])
