"""Numbers that are not finite: whether a formula gives them too, and where they come from."""

from __future__ import annotations

import math

import numpy as np

from visualizer.engine.explain.element import Account


def agree(value: float, result: float, tolerance: float) -> bool:
    """Whether a float64 value is the float32 result up to a tolerance; what overflowed in float32 may be finite."""
    if math.isfinite(result):
        return abs(value - result) <= tolerance
    return math.isfinite(value) or math.isnan(value) or value == result


def reason(account: Account, value: float, result: float) -> str:
    """Return a sentence that says why a result is not finite, "" where it is."""
    if math.isfinite(result):
        return ""
    what = "not a number (NaN)" if math.isnan(result) else "infinite"
    source = _first_not_finite(account)
    if source:
        return f" It is {what}, because {source} is not finite."
    if account.expression == "v":  # it was given so
        return ""
    if math.isfinite(value):
        return f" It is {what}: in float32, which holds numbers up to 3.4e38, it overflows on the way."
    return f" It is {what}, though all operands are finite: there is no finite result of that."


def _first_not_finite(account: Account) -> str:
    for operand in account.operands:
        if not math.isfinite(operand.value) and operand.name != "v":
            return _named(operand.origin, operand.index) or operand.name
    products = account.products
    for factors in (products.first, products.second) if products is not None else ():
        assert products is not None
        bad = np.argwhere(~np.isfinite(factors.values) & products.inside)
        if len(bad):
            return _named(factors.origin, tuple(factors.indices[tuple(bad[0])].tolist()))
    return ""


def _named(origin: str, index: tuple[int, ...]) -> str:
    return f"{origin} ({', '.join(map(str, index))})" if origin and index else origin
