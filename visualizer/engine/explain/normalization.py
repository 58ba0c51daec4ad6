"""Batch normalisation, by running statistics or by those of the batch. Ioffe and Szegedy 2015, algorithms 1 and 2."""

from __future__ import annotations

import math

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element

OPERATIONS = ("batch_norm",)


def explain(element: Element) -> Account:
    """Explain one element: centred and scaled to unit variance, then scaled and shifted by two learned numbers.

    Which statistics were used is not asked of the module, whose mode may have changed, but told by the result.
    """
    by_batch = _account(element, "this batch", *_of_batch(element))
    if not element.node.buffers:
        return by_batch
    by_running = _account(element, "the running statistics", *_running(element))
    result = float(element.output[element.place])
    return min(by_running, by_batch, key=lambda account: abs(account.value - result))


def _account(element: Element, statistics: str, mean: Operand, variance: Operand) -> Account:
    channel = element.place[1]
    x = element.input.operand("x", element.place)
    epsilon = Operand(r"\epsilon", element.number_of("eps", 1e-5), "")
    learned = [
        element.state[name].operand(symbol, (channel,))
        for name, symbol in zip(element.node.parameters, (r"\gamma", r"\beta"), strict=False)
    ]
    value = (x.value - mean.value) / math.sqrt(variance.value + epsilon.value)
    formula = r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}"
    numbers = (
        rf"\frac{{{tex.number(x.value)} - {tex.factor(mean.value)}}}"
        rf"{{\sqrt{{{tex.number(variance.value)} + {tex.number(epsilon.value)}}}}}"
    )
    sentence = f"Centred and scaled with mean and variance of channel {channel} from {statistics}"
    if len(learned) == 2:
        scale, shift = (operand.value for operand in learned)
        value = value * scale + shift
        formula = rf"\gamma \, {formula} + \beta"
        numbers = rf"{tex.factor(scale)} \cdot {numbers} + {tex.factor(shift)}"
        sentence += ", then scaled by γ and shifted by β"
    operands = [x, mean, variance, epsilon, *learned]
    return Account(f"y = {formula}", f"{numbers} = {tex.number(value)}", f"{sentence}.", value, operands)


def _running(element: Element) -> tuple[Operand, Operand]:
    channel = element.place[1]
    mean, variance = (element.state[name] for name in element.node.buffers[:2])
    return mean.operand(r"\mu", (channel,)), variance.operand(r"\sigma^2", (channel,))


def _of_batch(element: Element) -> tuple[Operand, Operand]:
    """Return mean and biased variance of one channel over samples and places."""
    channel = element.place[1]
    values = element.input.tensor[:, channel].double()
    mean, variance = float(values.mean()), float(values.var(unbiased=False))
    name = element.input.name
    return Operand(r"\mu", mean, name, (channel,)), Operand(r"\sigma^2", variance, name, (channel,))
