"""What each neuron answers to every point of a line or of a plane, and what the whole network makes of them."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core import tagged

Array = npt.NDArray[np.float32]


class Points(msgspec.Struct, frozen=True):
    """Samples that are points: `inputs` (count, 1 or 2) with their `classes` (count,) or `numbers` (count, numbers).

    One of the two is empty. `count` says how many there are, of which these are the first.
    """

    inputs: Array
    classes: npt.NDArray[np.int64]
    numbers: Array
    count: int


class Grid(msgspec.Struct, frozen=True):
    """Evenly spaced places: `x` (columns,) and, in the plane, `y` (rows,) rising; on a line `y` is empty."""

    x: Array
    y: Array


class Responses(tagged.Frame, frozen=True):
    """Activations over the input space after `step` updates, in eval mode; all is empty where inputs are no points.

    `neurons` holds by node id the activations of the leading neurons over `coarse`, (neurons, rows, columns) or, on a
    line, (neurons, columns). `surface` is the network's answer over `fine`, of the same form: a probability for each
    class, or the numbers of a regression.
    """

    step: int
    coarse: Grid
    neurons: dict[str, Array]
    fine: Grid
    surface: Array
    training: Points
    held_out: Points
