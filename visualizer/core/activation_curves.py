"""Activation functions as curves to be drawn, each with its derivative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from visualizer.core.graph import Node

Values = npt.NDArray[np.float64]
Function = Callable[[Values], Values]


def curve_of(node: Node) -> tuple[Function, Function] | None:
    """Return the function that a node applies to each number, and its derivative; None for any other operation.

    At a kink the derivative is the one that torch takes.
    """
    if node.operation == "leaky_relu":
        slope = node.attributes.get("negative_slope", 0.01)
        rate = slope if isinstance(slope, float) else 0.01
        return lambda z: np.where(z > 0, z, rate * z), lambda z: np.where(z > 0, 1.0, rate)
    return _CURVES.get(node.operation)


def _sigmoid(z: Values) -> Values:
    return 0.5 * (1 + np.tanh(z / 2))


_CURVES: dict[str, tuple[Function, Function]] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "silu": (lambda z: z * _sigmoid(z), lambda z: _sigmoid(z) * (1 + z * (1 - _sigmoid(z)))),
    "softplus": (lambda z: np.logaddexp(0.0, z), _sigmoid),
}
