"""Pictures and what the network makes of them: an own input, what a value sees of the input, and what matters in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from visualizer.core import tagged

OWN = -1
"""The number of the sample that the window has fed in; the held-out samples are numbered from 0."""


class Feed(tagged.Command, frozen=True):
    """Take these values, of the shape of the network's input, as sample OWN, to be recorded like any other.

    `target` is its class; -1 stands for the class that the network itself predicts when it is recorded.
    """

    values: npt.NDArray[np.float32]
    target: int = -1


class AskReceptiveField(tagged.Command, frozen=True):
    """Ask what one element of a node's activation sees of the input; `index` is without the batch dimension."""

    node: str
    index: tuple[int, ...]


class AskSaliency(tagged.Command, frozen=True):
    """Ask for the gradient with respect to the recorded input: of the logit of a class, or of the loss (-1)."""

    output: int = -1


class ReceptiveField(tagged.Frame, frozen=True):
    """What one element sees of the input; both arrays have the shape of the input, without the batch dimension.

    `region` says which input values it is computed from (Araujo et al. 2019); where an operation is not known, all
    that go into it are taken, and `exact` is false. `influence` is the gradient of the element with respect to the
    input at the recorded sample: its magnitude is the effective receptive field (Luo et al. 2016).
    """

    node: str
    index: tuple[int, ...]
    sample: int
    step: int
    region: npt.NDArray[np.bool_]
    exact: bool
    influence: npt.NDArray[np.float32]


class Saliency(tagged.Frame, frozen=True):
    """The gradient of one number with respect to the input, in its shape (Simonyan et al. 2014, section 3).

    `value` is the logit of class `output`, or the loss where `output` is -1.
    """

    output: int
    sample: int
    step: int
    value: float
    gradient: npt.NDArray[np.float32]
