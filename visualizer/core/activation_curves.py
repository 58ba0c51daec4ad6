"""Activation functions as curves to be drawn, each with its derivative."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from visualizer.core.graph import Node

Values = npt.NDArray[np.float64]
Function = Callable[[Values], Values]
Curve = tuple[Function, Function]


def curve_of(node: Node) -> Curve | None:
    """Return the function that a node applies to each number, and its derivative; None for any other operation.

    At a kink the derivative is the one that torch takes.
    """
    if node.operation == "leaky_relu":
        return _linear_below(_number(node, "negative_slope", 0.01))
    if node.operation == "elu":
        return _exponential_below(_number(node, "alpha", 1.0))
    if node.operation == "softplus":
        return _softplus(_number(node, "beta", 1.0))
    if node.operation == "gelu" and node.attributes.get("approximate") == "tanh":
        return _CURVES["gelu_tanh"]
    return _CURVES.get(node.operation)


def _number(node: Node, name: str, default: float) -> float:
    value = node.attributes.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def _linear_below(rate: float) -> Curve:
    return lambda z: np.where(z > 0, z, rate * z), lambda z: np.where(z > 0, 1.0, rate)


def _exponential_below(alpha: float) -> Curve:
    def function(z: Values) -> Values:
        return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0)))

    return function, lambda z: np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0)))


def _softplus(beta: float) -> Curve:
    return lambda z: np.logaddexp(0.0, beta * z) / beta, lambda z: _sigmoid(beta * z)


def _sigmoid(z: Values) -> Values:
    return 0.5 * (1 + np.tanh(z / 2))


def _normal_below(z: Values) -> Values:
    """Return the share of a normal distribution below z."""
    return np.asarray(0.5 * (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))))


def _normal_at(z: Values) -> Values:
    return np.asarray(np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi))


def _bent(z: Values) -> Values:
    """Return what the tanh of the approximated GELU is taken of (Hendrycks and Gimpel 2016)."""
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


def _gelu_tanh_slope(z: Values) -> Values:
    bent = np.tanh(_bent(z))
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z**2)
    return np.asarray(0.5 * (1 + bent) + 0.5 * z * (1 - bent**2) * inner)


_CURVES: dict[str, Curve] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "relu6": (lambda z: np.clip(z, 0.0, 6.0), lambda z: np.where((z > 0) & (z < 6), 1.0, 0.0)),
    "silu": (lambda z: z * _sigmoid(z), lambda z: _sigmoid(z) * (1 + z * (1 - _sigmoid(z)))),
    "gelu": (lambda z: z * _normal_below(z), lambda z: _normal_below(z) + z * _normal_at(z)),
    "gelu_tanh": (lambda z: 0.5 * z * (1 + np.tanh(_bent(z))), _gelu_tanh_slope),
}
