"""Backpropagation as the chain rule: factors from the loss to one parameter, their proof, their price, their code."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core import tagged
from visualizer.core.operand import Operand


class AskChain(tagged.Command, frozen=True):
    """Say how the loss hangs on one element of a parameter in the recorded pass; answered by a Chain."""

    parameter: str
    index: tuple[int, ...]


class Prove(tagged.Command, frozen=True):
    """Compute the gradient of one element of a parameter in three ways; answered by a Proof."""

    parameter: str
    index: tuple[int, ...]


class MeasureCost(tagged.Command, frozen=True):
    """Measure what one gradient costs by backpropagation and by finite differences; answered by Costs."""


class WriteScript(tagged.Command, frozen=True):
    """Write the recorded pass as a program of its own; answered by a Script.

    `path` is where the program is to be written, "" for its text alone. Weights too large for a text go into a file
    beside it, so without a path they are refused.
    """

    path: str = ""


class Term(msgspec.Struct, frozen=True):
    """One summand of a factor: what came back times how much it depends; `edge` is the edge it came over, if one."""

    error: Operand
    slope: Operand
    value: float
    edge: str = ""


class Factor(msgspec.Struct, frozen=True):
    """One factor of the chain, from the loss (first) to the parameter (last), or the sum of many products.

    The symbol is the fraction `numerator` over `denominator`, both TeX; `detail` is one line with numbers, `value`
    exact (float64 of the recorded float32 values). Where the value is a sum, `terms` are its largest terms,
    `term_count` counts all that are not zero, and `rest` is the sum of those left out. `operand` is the recorded
    number the value is, if it is one. `nodes` and `edges` are lit with it.
    """

    numerator: str
    denominator: str
    title: str
    detail: str
    value: float
    operand: Operand | None = None
    terms: list[Term] = []
    term_count: int = 0
    rest: float = 0.0
    nodes: list[str] = []
    edges: list[str] = []


class Path(msgspec.Struct, frozen=True):
    """The way over one node that uses the parameter: `value` is the product of the factors."""

    node: str
    factors: list[Factor]
    value: float


class Chain(tagged.Frame, frozen=True):
    """How the loss hangs on one element of a parameter: the sum over all `paths` is the gradient.

    A parameter that is used once has one path. `symbol` is the parameter's element as TeX, `value` its value;
    `product` is what the factors give in float64, `gradient` the recorded float32 one. `ways` counts the ways from
    operation to operation along which the parameter reaches the loss (a float, as there can be very many).
    """

    parameter: str
    index: tuple[int, ...]
    symbol: str
    value: float
    paths: list[Path]
    product: float
    gradient: float
    ways: float
    step: int
    sample: int


class Proof(tagged.Frame, frozen=True):
    """The derivative of the loss by one number in three ways, in float64 on a copy of the network.

    `chain_rule` multiplies the local derivatives node by node, from the parameter on to the loss; `autograd` is
    loss.backward(); `finite_difference` is (L(w + h) - L(w - h)) / 2h; `left` and `right` are the one-sided
    differences. `recorded` is the float32 gradient on the screen. `agreed_digits` counts the significant digits in
    which all three agree. `kinks` are sentences: what does not behave smoothly within h of w. The curve is the loss
    over `curve_weights`.
    """

    parameter: str
    index: tuple[int, ...]
    value: float
    loss: float
    chain_rule: float
    autograd: float
    finite_difference: float
    left: float
    right: float
    recorded: float
    h: float
    agreed_digits: int
    kinks: list[str]
    curve_weights: npt.NDArray[np.float32]
    curve_losses: npt.NDArray[np.float32]


class Costs(tagged.Frame, frozen=True):
    """What all gradients of this network cost, measured just now on one sample; times in seconds, medians.

    `forward` is one forward pass, `backpropagation` one forward with its backward pass. Central differences need
    `passes` = 2 forward passes for each of `trainable_count` numbers: `finite_differences` is that many times
    `forward`, and `measured` what they really took for `measured_count` numbers. `ratio` = finite_differences /
    backpropagation.
    """

    trainable_count: int
    passes: int
    forward: float
    backpropagation: float
    finite_differences: float
    measured_count: int
    measured: float
    ratio: float


class Script(tagged.Frame, frozen=True):
    """A program that needs only torch and prints the numbers of the recorded pass.

    `path` is where it was written ("" for nowhere), `weights_path` the file it reads its weights from ("" where they
    are in the text).
    """

    text: str
    path: str = ""
    weights_path: str = ""
