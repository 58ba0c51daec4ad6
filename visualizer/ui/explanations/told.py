"""Numbers that the window has worked out itself, and the form in which it tells of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np

from visualizer.core.frames import Explanation, Freezing, Operand, Products, Recording
from visualizer.core.numbers import rounded, shape_text
from visualizer.ui.explanations.questions import Told


def told(title: str, formula: str, numbers: str, expression: str, sentence: str, result: float,
         operands: Sequence[Operand] = (), products: Products | None = None) -> Explanation:  # fmt: skip
    """Return an explanation of the window's own; `expression` as in core.frames.Explanation."""
    return Explanation("constant", title, (), formula, numbers, expression, sentence, list(operands), products, result)


def number_tex(value: float) -> str:
    """Return a number with the digits it deserves as TeX."""
    text = rounded(value, 5).replace("−", "-")
    mantissa, power, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if power else text


def probability(number: int, name: str) -> Told:
    """Return the question for the probability of a class."""
    return Told(f"probability of {name}", partial(_probability, number=number, name=name))


def _probability(recording: Recording, number: int, name: str) -> Explanation:
    output = recording.graph.outputs[0]
    logits = recording.activations[output].values
    operands = [
        Operand(f"z_{{{','.join(map(str, place))}}}", float(logits[place]), output, tuple(map(int, place)))
        for place in np.ndindex(logits.shape)
    ]
    chosen = rounded(float(logits.reshape(-1)[number]), 4).replace("−", "-")
    result = float(recording.probabilities[number])
    return told(
        f"probability of {name}",
        rf"p_{{{number}}} = \frac{{e^{{z_{{{number}}}}}}}{{\sum_k e^{{z_k}}}}",
        rf"\frac{{e^{{{chosen}}}}}{{\sum_k e^{{z_k}}}} = {number_tex(result)}",
        f"exp(z[{number}]) / sum(exp(z))",
        f"Softmax: the exponential of the logit of “{name}”, divided by the sum of those of all {len(operands)}.",
        result,
        operands,
    )


def parameter_count(title: str, parameters: Sequence[str]) -> Told:
    """Return the question for how many parameters there are."""
    return Told(f"parameters of {title}", partial(_parameter_count, title=title, parameters=tuple(parameters)))


def _parameter_count(recording: Recording, title: str, parameters: tuple[str, ...]) -> Explanation:
    shapes = {name: recording.parameters[name].shape for name in parameters if name in recording.parameters}
    result = sum(math.prod(shape) for shape in shapes.values())
    terms = [r" \cdot ".join(map(str, shape)) or "1" for shape in shapes.values()]
    shown = " + ".join(terms if len(terms) <= 6 else [*terms[:3], r"\cdots", terms[-1]])
    operands = [
        Operand(f"n_{{{n}}}", float(math.prod(shape)), f"{name} {shape_text(shape)}", (), "constant")
        for n, (name, shape) in enumerate(shapes.items())
    ]
    return told(f"parameters of {title}", r"n = \sum_i n_i", f"{shown} = {result}", "sum(n)",
                "The sizes of all parameters, each multiplied out, added up.", float(result), operands)  # fmt: skip


def epoch(step: int, in_an_epoch: int, number: int) -> Told:
    """Return the question for how often a run has gone through its training data."""
    operands = [
        Operand("t", float(step), "steps done", (), "constant"),
        Operand("n", float(in_an_epoch), "steps to go once through the training data", (), "constant"),
        Operand("e", float(number), "whole times", (), "constant"),
    ]
    formula, numbers = r"e = \lfloor t / n \rfloor", rf"\lfloor {step} / {in_an_epoch} \rfloor = {number}"
    sentence = "A step sees one mini-batch; an epoch is over when all training data have been seen once."
    return Told("epoch", lambda _: told("epoch", formula, numbers, "e", sentence, float(number), operands))


def step_time(frame: Freezing) -> Told:
    """Return the question for the time that a step of training takes."""
    how = "The median time of the latest steps of training, measured on this machine"
    before = frame.milliseconds_all_trainable
    if before and before != frame.milliseconds_now:
        how += f"; with everything trainable it was {rounded(before, 3)} ms"
    return measured("time of a step", frame.milliseconds_now, "ms", f"{how}.")


def measured(title: str, value: float, unit: str, how: str) -> Told:
    """Return the question for something that was measured and not computed from numbers on the screen."""
    formula = rf"{number_tex(value)} \; \text{{{unit}}}"
    return Told(
        title, lambda recording: told(title, formula, "", "v", how, value, [Operand("v", value, "", kind="constant")])
    )
