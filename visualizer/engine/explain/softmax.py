"""Softmax, its logarithm, and the cross-entropy that is made of them."""

from __future__ import annotations

import math

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element, Source

SOFTMAX = ("softmax", "log_softmax")
CROSS_ENTROPY = ("cross_entropy",)


def explain_softmax(element: Element) -> Account:
    """Explain one probability, or its logarithm, by all logits that it competes with."""
    dimension = int(element.number_of("dim", -1)) % element.output.dim()
    own = element.place[dimension]
    before, after = element.place[:dimension], element.place[dimension + 1 :]
    count = element.input.tensor.shape[dimension]
    logits = [element.input.operand(f"z_{{{k}}}", (*before, k, *after)) for k in range(count)]
    total = _log_sum_exp(logits)
    share = rf"\frac{{e^{{z_{{{own}}}}}}}{{\sum_{{k=0}}^{{{count - 1}}} e^{{z_k}}}}"
    numbers = _share_with_numbers(logits, own)
    value = logits[own].value - total
    if element.node.operation == "softmax":
        value = math.exp(value)
        return Account(f"p_{{{own}}} = {share}", f"{numbers} = {tex.number(value)}", _SHARE, value, logits)
    return Account(
        rf"\log p_{{{own}}} = \log {share}",
        rf"\log {numbers} = {tex.number(value)}",
        f"The logarithm of it: {_SHARE}",
        value,
        logits,
    )


_SHARE = "The share of this class in the sum of the exponentials of all logits."


def explain_cross_entropy(element: Element) -> Account:
    """Explain the loss of one sample by its logits, that of several by the loss of each."""
    if len(element.given) != 2:
        raise element.unexplained("only logits with one class per sample are")
    logits, targets = element.given
    if logits.tensor.dim() != 2 or targets.tensor.dim() != 1:
        raise element.unexplained("only logits with one class per sample are")
    if len(targets.tensor) > 1:
        return _mean_loss(logits, targets)
    own = int(targets.tensor[0])
    operands = _logits(logits, 0)
    value = _log_sum_exp(operands) - operands[own].value
    share = rf"\frac{{e^{{z_{{{own}}}}}}}{{\sum_{{k=0}}^{{{len(operands) - 1}}} e^{{z_k}}}}"
    return Account(
        rf"L = -\log p_{{{own}}} = -\log {share}",
        rf"-\log {_share_with_numbers(operands, own)} = {tex.number(value)}",
        f"Minus the logarithm of the probability that the network gives to the right class, {own}.",
        value,
        [*operands, Operand("y", own, targets.name)],
    )


def _mean_loss(logits: Source, targets: Source) -> Account:
    count = len(targets.tensor)
    losses = []
    for sample, own in enumerate(targets.tensor.tolist()):
        row = _logits(logits, sample)
        losses.append(Operand(f"L_{{{sample}}}", _log_sum_exp(row) - row[own].value, logits.name))
    values = [loss.value for loss in losses]
    value = math.fsum(values) / count
    return Account(
        rf"L = \frac{{1}}{{{count}}} \sum_n L_n",
        rf"\frac{{1}}{{{count}}} \left( {tex.total(values)} \right) = {tex.number(value)}",
        f"The mean over {count} samples of minus the logarithm of the probability given to the right class.",
        value,
        losses,
    )


def _logits(logits: Source, sample: int) -> list[Operand]:
    return [logits.operand(f"z_{{{k}}}", (sample, k)) for k in range(logits.tensor.shape[1])]


def _log_sum_exp(logits: list[Operand]) -> float:
    largest = max(logit.value for logit in logits)
    return largest + math.log(math.fsum(math.exp(logit.value - largest) for logit in logits))


def _share_with_numbers(logits: list[Operand], own: int) -> str:
    terms = tex.terms(len(logits), lambda k: f"e^{{{tex.number(logits[k].value)}}}")
    return rf"\frac{{e^{{{tex.number(logits[own].value)}}}}}{{{terms}}}"
