"""Numbers printed so that what stands there adds up to what stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from visualizer.core.numbers import MINUS, rounded

_LARGEST, _SMALLEST = 1e6, 1e-5


def fixed(value: float, decimals: int) -> str:
    """Return a number with so many decimals and a true minus."""
    text = f"{value:.{decimals}f}"
    return (text.removeprefix("-") if float(text) == 0 else text).replace("-", MINUS)


def added_up(parts: Sequence[float], result: float) -> tuple[list[str], str, bool]:
    """Return parts and result as text, and whether the printed parts add up to the printed result.

    Three significant digits of the largest number, and up to three decimals more where these do not add up.
    """
    numbers = [*parts, result]
    largest = max(abs(number) for number in numbers)
    if not math.isfinite(largest) or not _SMALLEST <= largest < _LARGEST:
        return [rounded(part) for part in parts], rounded(result), False
    decimals = min(max(2 - math.floor(math.log10(largest)), 0), 7)
    for more in range(4):
        printed = [round(number, decimals + more) for number in numbers]
        if abs(math.fsum(printed[:-1]) - printed[-1]) < 10.0 ** -(decimals + more) / 2:
            decimals += more
            break
    else:
        return [fixed(part, decimals) for part in parts], fixed(result, decimals), False
    return [fixed(part, decimals) for part in parts], fixed(result, decimals), True
