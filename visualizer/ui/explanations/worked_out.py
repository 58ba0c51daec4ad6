"""What the inspector works out of a few numbers of a recording: a product, a slope, a power, the values of one bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from visualizer.core.frames import Explanation, Operand, Recording
from visualizer.core.messages import Explain
from visualizer.core.numbers import rounded, whole
from visualizer.core.quantities import Kind
from visualizer.ui.explanations.questions import Told, title_of
from visualizer.ui.explanations.statistics import tensor
from visualizer.ui.explanations.told import number_tex, told

_LISTED = 200


class Given(NamedTuple):
    """A number to be asked about, and its value where the recording does not hold it."""

    question: Explain
    value: float

    def operand(self, symbol: str, recording: Recording) -> Operand:
        """Return it as it is in a recording."""
        question = self.question
        view = tensor(recording, question.kind, question.name)
        held = view is not None and view.values.ndim == len(question.index)
        held = held and all(at < size for at, size in zip(question.index, view.values.shape, strict=True))
        value = float(view.values[question.index]) if held else self.value
        return Operand(symbol, value, question.name, question.index, question.kind)


def product(weight: Given, value: Given) -> Told:
    """Return the question for one product of a sum."""
    title = f"{title_of(weight.question)} × {title_of(value.question)}"

    def tell(recording: Recording) -> Explanation:
        w, x = weight.operand("w", recording), value.operand("x", recording)
        numbers = rf"({number_tex(w.value)}) \cdot ({number_tex(x.value)}) = {number_tex(w.value * x.value)}"
        sentence = "The weight times what comes in: one product of the sum."
        return told(title, r"w \cdot x", numbers, "w * x", sentence, w.value * x.value, [w, x])

    return Told(title, tell)


_SLOPES: dict[str, tuple[str, str]] = {
    "tanh": (r"\frac{da}{dz} = 1 - a^2", "1 - a**2"),
    "sigmoid": (r"\frac{da}{dz} = a (1 - a)", "a * (1 - a)"),
    "relu": (r"\frac{da}{dz} = 1 \; \text{where} \; z > 0, \; \text{else} \; 0", "(z > 0)"),
    "softplus": (r"\frac{da}{dz} = \frac{1}{1 + e^{-z}}", "1 / (1 + exp(-z))"),
}


def slope(function: str, before: Given, after: Given, value: float) -> Told:
    """Return the question for the derivative of an activation function, where a neuron works."""
    title = f"slope of {function} at {title_of(before.question)}"
    formula, expression = _SLOPES.get(function, (r"\frac{da}{dz}", "v"))

    def tell(recording: Recording) -> Explanation:
        z, a = before.operand("z", recording), after.operand("a", recording)
        sentence = f"How fast {function} rises there: the gradient that comes back is multiplied by it."
        return told(title, formula, f"= {number_tex(value)}", expression, sentence, value, [z, a])

    return Told(title, tell)


def power(number: int, name: str) -> Told:
    """Return the question for the exponential of a logit less the largest one."""
    title = f"exponential of {name}"

    def tell(recording: Recording) -> Explanation:
        output = recording.graph.outputs[0]
        logits = recording.activations[output].values
        z, m = (
            Operand(symbol, float(logits.reshape(-1)[at]), output, _index(at, logits.shape))
            for symbol, at in (("z", number), ("m", int(logits.argmax())))
        )
        result = math.exp(z.value - m.value)
        numbers = rf"e^{{{number_tex(z.value)} - ({number_tex(m.value)})}} = {number_tex(result)}"
        sentence = "Less the largest logit m, so that no exponential becomes too large; the shares stay as they are."
        return told(title, "e = e^{z - m}", numbers, "exp(z - m)", sentence, result, [z, m])

    return Told(title, tell)


def _index(number: int, shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(at) for at in np.unravel_index(number, tuple(shape)))


def bar(kind: Kind, name: str, low: float, high: float) -> Told:
    """Return the question for how many values of a tensor lie from `low` to below `high`."""
    title = f"values from {rounded(low)} to {rounded(high)}"
    return Told(title, partial(_bar, title=title, kind=kind, name=name, low=low, high=high))


def _bar(recording: Recording, title: str, kind: Kind, name: str, low: float, high: float) -> Explanation:
    view = tensor(recording, kind, name)
    values = np.zeros(0) if view is None else view.values.astype(np.float64)
    inside = np.argwhere((values >= low) & (values < high))
    count, formula = len(inside), r"n = \sum_i [\, l \leq x_i < h \,]"
    shown = [tuple(int(at) for at in index) for index in inside[:_LISTED]]
    operands = [Operand(f"x_{{{n}}}", float(values[index]), name, index, kind) for n, index in enumerate(shown)]
    said = f"So many of the {whole(values.size)} values of {title_of(Explain(name, (), kind))} are in this bar"
    said += f"; the first {_LISTED} are listed." if count > _LISTED else "."
    if view is not None and view.note:
        said += f" Only {view.note} were sent and counted."
    return told(title, formula, f"n = {count}", "n", said, float(count),
                [Operand("n", float(count), "", kind="constant"), *operands])  # fmt: skip
