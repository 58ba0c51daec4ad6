"""Corners of the loss near a weight, where the difference of two losses is no derivative."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from visualizer.core.graph import Node
from visualizer.core.numbers import rounded
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.local import LocalFunction
from visualizer.engine.chain_rule.scene import Place

PIECEWISE = (
    "relu", "relu6", "leaky_relu", "prelu", "rrelu", "hardtanh", "hardsigmoid", "hardswish", "threshold", "abs",
    "clamp", "max", "min", "maximum", "minimum", "amax", "amin", "sort", "topk", "max_pool1d", "max_pool2d",
    "max_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", "huber_loss", "l1_loss",
    "softshrink", "hardshrink", "hinge_embedding_loss",
)  # fmt: skip
"""Operations that are smooth but for edges and ties, named without the suffix `_with_indices`."""

STEPS = ("gt", "ge", "lt", "le", "eq", "ne", "sign", "round", "floor", "ceil", "trunc")
"""Operations whose result stays the same but where it jumps."""

Slopes = tuple[float, float]
"""From w - h to w, and from w to w + h."""

ROUNDING = 1e-9  # of a difference quotient in float64 with steps of about 1e-5, relative to the loss


def crossed(
    exact: ExactNetwork, nodes: list[Node], functions: dict[str, LocalFunction], parameter: str, index: Place, h: float
) -> Iterator[str | None]:
    """Yield a sentence for each operation in which some numbers change sides between w - h, w and w + h."""
    watched = [node for node in nodes if _plain(node) in (*PIECEWISE, *STEPS) and node.id in functions]
    if not watched:
        return
    value = float(dict(exact.network.named_parameters())[parameter].detach()[index])
    patterns: list[list[Tensor]] = []
    for place in (value, value - h, value + h):
        with exact.at(parameter, index, place):
            values = exact.values()
            patterns.append([_pattern(node, functions[node.id], values) for node in watched])
        yield None
    for node, here, below, above in zip(watched, *patterns, strict=True):
        changed = (here != below) | (here != above)
        count = int(changed.count_nonzero())
        if count:
            yield _sentence(node, count, tuple(changed.nonzero()[0].tolist()), h)


def corner(slopes: Slopes, halved: Slopes, autograd: float, loss: float, h: float) -> str:
    """Return a sentence where the slopes on both sides stay apart as h is halved, "" where they come together.

    A slope far from that of autograd that doubles as h is halved is none: the loss jumps.
    """
    if not all(map(math.isfinite, (*slopes, *halved))):
        return ""
    noise = ROUNDING * max(1.0, abs(loss))
    steep = [slope for slope, half in zip(slopes, halved, strict=True) if abs(half) > 1.75 * abs(slope) > noise]
    jumps = [slope * h for slope in steep if abs(slope) > 4 * abs(autograd)]
    if jumps:
        return f"The loss jumps here, by {rounded(max(jumps, key=abs), 4)}: it has no slope."
    (left, right), (left_half, right_half) = slopes, halved
    if abs(right_half - left_half) <= max(0.75 * abs(right - left), noise):
        return ""
    return f"The loss has a corner here: its slope is {rounded(left, 6)} on the left, {rounded(right, 6)} on the right."


def _plain(node: Node) -> str:
    return node.operation.removesuffix("_with_indices")


def _pattern(node: Node, function: LocalFunction, values: dict[str, Tensor]) -> Tensor:
    """Return for each number that goes in how much of it comes out: on which side it is, or how often it won.

    Of an operation that only jumps, return what comes out.
    """
    first, *others = [values[name].detach().clone() for name in function.sources]
    if node.operation in STEPS:
        return function.called.again([first, *others])[0]
    with torch.enable_grad():
        leaf = first.requires_grad_()
        outputs = function.called.again([leaf.clone(), *others])
        (pattern,) = torch.autograd.grad(outputs[0].sum(), leaf)
    return pattern


def _sentence(node: Node, count: int, first: Place, h: float) -> str:
    place = ", ".join(map(str, first[1:]))
    many = "one number changes" if count == 1 else f"{count} numbers change"
    what = "winner" if "max_pool" in node.operation else "side"
    return f"At '{node.id}' {many} {what} within h = {rounded(h)} of this weight, the first at ({place}): a kink."
