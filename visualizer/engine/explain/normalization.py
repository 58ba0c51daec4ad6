"""Batch normalisation, by running statistics or by those of the batch. Ioffe and Szegedy 2015, algorithms 1 and 2."""

from __future__ import annotations

import math

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element

OPERATIONS = ("batch_norm",)


def explain(element: Element) -> Account:
    """Explain one element: centred and scaled to unit variance, then scaled and shifted by two learned numbers."""
    channel = element.place[1]
    x = element.input.operand("x", element.place)
    by_batch = element.training or not element.node.buffers
    mean, variance = _of_batch(element, channel) if by_batch else _running(element, channel)
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
    said = "this batch" if by_batch else "the running statistics"
    sentence = f"Centred and scaled with mean and variance of channel {channel} from {said}"
    if len(learned) == 2:
        scale, shift = (operand.value for operand in learned)
        value = value * scale + shift
        formula = rf"\gamma \, {formula} + \beta"
        numbers = rf"{tex.factor(scale)} \cdot {numbers} + {tex.factor(shift)}"
        sentence += ", then scaled by γ and shifted by β"
    operands = [x, mean, variance, epsilon, *learned]
    return Account(f"y = {formula}", f"{numbers} = {tex.number(value)}", f"{sentence}.", value, operands)


def _running(element: Element, channel: int) -> tuple[Operand, Operand]:
    mean, variance = (element.state[name] for name in element.node.buffers[:2])
    return mean.operand(r"\mu", (channel,)), variance.operand(r"\sigma^2", (channel,))


def _of_batch(element: Element, channel: int) -> tuple[Operand, Operand]:
    """Return mean and biased variance of one channel over samples and places."""
    values = element.input.tensor[:, channel].double()
    mean, variance = float(values.mean()), float(values.var(unbiased=False))
    name = element.input.name
    return Operand(r"\mu", mean, name, (channel,)), Operand(r"\sigma^2", variance, name, (channel,))
