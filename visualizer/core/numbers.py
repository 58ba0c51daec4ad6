"""Numbers as they are read: true minus, spaced thousands, the digits they deserve."""

from __future__ import annotations

import math

import numpy as np

MINUS = "−"
THIN_SPACE = "\u202f"


def whole(value: int) -> str:
    """Return a whole number with spaced thousands: 272 010."""
    return f"{value:,}".replace(",", THIN_SPACE).replace("-", MINUS)


def rounded(value: float, digits: int = 3) -> str:
    """Return a number to `digits` significant digits, in scientific form only far from one: −0.446, 12.5, 3.1e−7."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    if value == 0:
        return "0"
    text = f"{value:.{digits - 1}e}"
    exponent = int(text.partition("e")[2])  # of the rounded number: 0.9999 is 1.00
    if -4 <= exponent < 6:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    else:
        text = text.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return text.replace("-", MINUS)


def cell(value: float) -> str:
    """Return a number for a small cell, two decimals without a leading zero: .34, −.16, 1.2."""
    if not math.isfinite(value):
        return rounded(value)
    text = f"{value:.2f}" if abs(value) < 0.995 else f"{value:.1f}"
    text = text.replace("-0.", "-.").removeprefix("0") if abs(value) < 0.995 else text
    return "0" if text in (".00", "-.00") else text.replace("-", MINUS)


def exact(value: float) -> str:
    """Return the shortest text that names exactly this float32: what a hover shows."""
    number = np.float32(value)
    return str(number).replace("-", MINUS) if np.isfinite(number) else rounded(float(number))


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as it is said: 16×28×28, or `scalar`."""
    return "×".join(str(size) for size in shape) or "scalar"
