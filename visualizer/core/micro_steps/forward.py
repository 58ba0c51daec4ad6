"""How one element of a result came about, step by step, from the explanation that the engine gives of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec
import numpy as np

from visualizer.core.captions.tex import number
from visualizer.core.frames import Explanation
from visualizer.core.micro_steps.steps import SINGLE, Kind, MicroStep, Neuron, grouped, several, taken
from visualizer.core.numbers import rounded, whole
from visualizer.core.operand import Operand


def explained_steps(explanation: Explanation) -> list[MicroStep]:
    """Return the steps from the operands of an explanation to its result, which is the last one.

    Products and running sums are exact sums of the recorded float32 factors in float64.
    """
    fitting = (steps_of for pattern, steps_of in _FORMS if re.fullmatch(pattern, explanation.expression))
    steps = next(fitting, _operation)(explanation)
    vector = _VECTORS.get(explanation.name.rpartition("/")[2].removeprefix("a_"), "")
    if explanation.kind not in ("inner", "gradient") or "/" not in explanation.name or not vector:
        return steps
    return [msgspec.structs.replace(step, sentence=f"{vector}: {step.sentence}") for step in steps]


def result(explanation: Explanation, total: float = math.nan, formula: str = "", sentence: str = "") -> MicroStep:
    """Return the last step: what comes out."""
    formula = formula or explanation.formula_with_numbers
    said = sentence or f"The result of {explanation.name}."
    return MicroStep("result", said, formula, explanation.result, total, here(explanation))


def here(explanation: Explanation) -> Neuron:
    """Return the element that is explained."""
    return Neuron(explanation.name, explanation.index)


def addends(explanation: Explanation, operands: list[Operand], kind: Kind, sentence: str) -> list[MicroStep]:
    """Return one step for each number of a sum, with the running sum; `sentence` has a place for the value."""
    steps, total, values = [], 0.0, [operand.value for operand in operands]
    for places in grouped(values):
        value = taken(values, places)
        total += value
        if len(places) > 1:
            said, formula, source = several(len(places), value), rf"\cdots = {number(value)}", None
        else:
            operand = operands[places[0]]
            said = sentence.format(value=rounded(value, 4), where=place_of(operand))
            formula, source = f"{operand.name} = {number(value)}", source_of(operand)
        steps.append(MicroStep(kind, said, formula, value, total, here(explanation), source, len(places)))
    return steps


def source_of(operand: Operand) -> Neuron | None:
    """Return the element that an operand is, None for a constant."""
    return Neuron(operand.origin, operand.index) if operand.origin else None


def place_of(operand: Operand) -> str:
    """Return where an operand lies, as it is written in sentences."""
    return f"({', '.join(map(str, operand.index))})"


def _sum_of_products(explanation: Explanation) -> list[MicroStep]:
    """Return the products of a sum one by one, of several channels one by one, then the other operands."""
    products = explanation.products
    assert products is not None
    by_channel = products.terms.ndim > 1 and products.terms.size > SINGLE and len(products.terms) > 1
    steps = _channels(explanation) if by_channel else _products(explanation)
    total = steps[-1].total if steps else 0.0
    for operand in explanation.operands:
        total += operand.value
        formula, source = f"{operand.name} = {number(operand.value)}", source_of(operand)
        steps.append(MicroStep("bias", "The bias is added.", formula, operand.value, total, here(explanation), source))
    return [*steps, result(explanation, total, f"= {number(explanation.result)}")]


def _products(explanation: Explanation) -> list[MicroStep]:
    products = explanation.products
    assert products is not None
    inside = products.inside.reshape(-1)
    terms = products.terms.reshape(-1)[inside]
    first, second = products.first.values.reshape(-1)[inside], products.second.values.reshape(-1)[inside]
    indices = products.first.indices.reshape(len(products.inside.reshape(-1)), -1)[inside]
    total, steps = 0.0, []
    for places in grouped(terms):
        value = taken(terms, places)
        total += value
        source, sentence, formula = None, several(len(places), value), rf"\cdots = {number(value)}"
        if len(places) == 1:
            (place,) = places
            source = Neuron(products.first.origin, tuple(indices[place].tolist()))
            sentence = f"{rounded(float(first[place]), 4)} times {rounded(float(second[place]), 4)}."
            formula = rf"{_bracketed(float(first[place]))} \cdot {_bracketed(float(second[place]))} = {number(value)}"
        steps.append(MicroStep("product", sentence, formula, value, total, here(explanation), source, len(places)))
    return steps


def _channels(explanation: Explanation) -> list[MicroStep]:
    """Return one step for each channel of a patch: the sum of its products with the kernel."""
    products = explanation.products
    assert products is not None
    terms, inside = products.terms, products.inside
    back = products.first.kind == "gradient"
    what = "gradients, each times its weight of the kernel" if back else "products of patch and kernel"
    sums = np.array([math.fsum(channel.reshape(-1)) for channel in terms])
    total, steps = 0.0, []
    for places in grouped(sums):
        value = taken(sums, places)
        count = int(inside[list(places)].sum())
        total += value
        sentence, formula = several(len(places), value), rf"\cdots = {number(value)}"
        if len(places) == 1:
            channel = products.first.indices[places[0]].reshape(-1, products.first.indices.shape[-1])[0][-terms.ndim]
            sentence = f"Channel {channel}: {count} {what}, together {rounded(value, 4)}."
            largest = sorted(terms[places[0]][inside[places[0]]].tolist(), key=abs, reverse=True)[:2]
            shown = " + ".join(_bracketed(term) for term in largest)
            more = r" + \cdots" * (count > len(largest))
            formula = f"{shown}{more} = {number(value)}"
        steps.append(MicroStep("product", sentence, formula, value, total, here(explanation), None, count))
    return steps


def _maximum(explanation: Explanation) -> list[MicroStep]:
    steps: list[MicroStep] = []
    best = -math.inf
    for operand in explanation.operands:
        leads = operand.value > best
        best = max(best, operand.value)
        said = "the largest so far" if leads and steps else "the first" if not steps else "not larger"
        sentence = f"Candidate at {place_of(operand)}: {rounded(operand.value, 4)}, {said}."
        formula = f"{operand.name} = {number(operand.value)}"
        steps.append(
            MicroStep("candidate", sentence, formula, operand.value, math.nan, here(explanation), source_of(operand))
        )
    winner = max(explanation.operands, key=lambda operand: operand.value)  # the first of equals, as in torch
    won = result(
        explanation, sentence=f"The one at {place_of(winner)} wins.", formula=rf"\max = {number(winner.value)}"
    )
    return [*steps, won]


def _mean(explanation: Explanation) -> list[MicroStep]:
    *operands, divisor = explanation.operands
    steps = addends(explanation, operands, "addend", "Add {value} at {where}.")
    formula = rf"\frac{{{number(steps[-1].total)}}}{{{divisor.value:g}}} = {number(explanation.result)}"
    return [*steps, result(explanation, formula=formula, sentence=f"Divide by {whole(int(divisor.value))}: the mean.")]


def _addition(explanation: Explanation) -> list[MicroStep]:
    steps = addends(explanation, explanation.operands, "addend", "Add {value}, which comes over one of the branches.")
    return [*steps, result(explanation, steps[-1].total, f"= {number(explanation.result)}")]


def _normalization(explanation: Explanation) -> list[MicroStep]:
    """Return centring, dividing by the deviation, scaling with γ and shifting by β."""
    x, mean, variance, epsilon, *learned = (operand.value for operand in explanation.operands)
    deviation = math.sqrt(variance + epsilon)
    value, place = x - mean, here(explanation)
    source = source_of(explanation.operands[0])

    def step(kind: Kind, sentence: str, formula: str) -> MicroStep:
        return MicroStep(kind, sentence, f"{formula} = {number(value)}", value, math.nan, place, source)

    steps = [step("normalise", "The mean is taken away.", f"{number(x)} - {_bracketed(mean)}")]
    before, value = value, value / deviation
    root = rf"\frac{{{number(before)}}}{{\sqrt{{{number(variance)} + {number(epsilon)}}}}}"
    steps.append(step("normalise", "Divided by the standard deviation: normalised.", root))
    if learned:
        before, value = value, value * learned[0]
        steps.append(step("scale", "Scaled with γ.", rf"{_bracketed(learned[0])} \cdot {_bracketed(before)}"))
    if len(learned) > 1:
        before, value = value, value + learned[1]
        steps.append(step("bias", "Shifted by β.", f"{number(before)} + {_bracketed(learned[1])}"))
    return [*steps, result(explanation, formula=f"= {number(explanation.result)}")]


def _softmax(explanation: Explanation) -> list[MicroStep]:
    """Return the exponential of each logit, their sum, the share of one class, and for a loss its logarithm."""
    logits = [operand for operand in explanation.operands if operand.name.startswith("z")]
    found = re.search(r"z\[(\d+)\]", explanation.expression)
    assert found is not None
    own, top = int(found.group(1)), max(operand.value for operand in logits)
    powers = [math.exp(operand.value - top) for operand in logits]
    total, steps, place = 0.0, [], here(explanation)
    for places in grouped(powers):
        value = taken(powers, places) * math.exp(top)
        total += value
        sentence, formula, source = several(len(places), value), rf"\cdots = {number(value)}", None
        if len(places) == 1:
            operand = logits[places[0]]
            sentence, source = f"The exponential of logit {places[0]}.", source_of(operand)
            formula = rf"e^{{{number(operand.value)}}} = {number(value)}"
        steps.append(MicroStep("addend", sentence, formula, value, total, place, source, len(places)))
    share = powers[own] / math.fsum(powers)
    formula = rf"p_{{{own}}} = \frac{{{number(powers[own] * math.exp(top))}}}{{{number(total)}}} = {number(share)}"
    steps.append(MicroStep("normalise", f"Its share of their sum: the probability of class {own}.", formula, share,
                           math.nan, place))  # fmt: skip
    if explanation.expression.startswith("logsumexp"):
        formula = rf"-\log {number(share)} = {number(explanation.result)}"
        return [*steps, result(explanation, formula=formula, sentence="The loss is minus the logarithm of it.")]
    if explanation.expression.startswith("z"):
        formula = rf"\log {number(share)} = {number(explanation.result)}"
        return [*steps, result(explanation, formula=formula, sentence="And its logarithm.")]
    return [*steps[:-1], result(explanation, formula=formula, sentence=steps[-1].sentence)]


def _remembering(explanation: Explanation) -> list[MicroStep]:
    """Return the pre-activation of a recurrent unit: the input's part, the last state's part, and their biases."""
    products = explanation.products
    assert products is not None
    weights = [operand.value for operand in explanation.operands if operand.name.startswith("u_")]
    states = [operand.value for operand in explanation.operands if operand.name.startswith("h_")]
    given = math.fsum(products.terms.reshape(-1))
    remembered = math.fsum(weight * state for weight, state in zip(weights, states, strict=True))
    parts: list[tuple[Kind, str, str, float]] = [
        ("product", f"The input of this step times its {products.terms.size} weights.", r"\sum w x", given),
        ("product", f"The last hidden state times its {len(states)} weights.", r"\sum u h_{t-1}", remembered),
    ]
    parts += [
        ("bias", "A bias is added.", operand.name, operand.value)
        for operand in explanation.operands
        if operand.name in ("b", "d")
    ]
    total, steps = 0.0, []
    for kind, sentence, symbol, value in parts:
        total += value
        formula = f"{symbol} = {number(value)}"
        steps.append(MicroStep(kind, sentence, formula, value, total, here(explanation)))
    return steps


def _probability_minus_target(explanation: Explanation) -> list[MicroStep]:
    """Return the gradient of a logit: its probability, less 1 for the right class."""
    logits = [operand.value for operand in explanation.operands if operand.name.startswith("z")]
    found = re.search(r"z\[(\d+)\]", explanation.expression)
    assert found is not None
    own, top = int(found.group(1)), max(logits)
    share = math.exp(logits[own] - top) / math.fsum(math.exp(logit - top) for logit in logits)
    right = next(operand.value for operand in explanation.operands if operand.name == "y")
    source = Neuron(explanation.name, explanation.index)
    formula = rf"p_{{{own}}} = \frac{{e^{{{number(logits[own])}}}}}{{\sum_k e^{{z_k}}}} = {number(share)}"
    first = MicroStep("normalise", f"Softmax: the probability of class {own}.", formula, share, math.nan, source)
    said = "Less 1, as it is the right class." if right else "Less 0, as it is not the right class."
    counted = [operand.value for operand in explanation.operands if operand.name == "n" and operand.value > 1]
    left = rf"{number(share)} - {right:g}"
    formula = rf"\frac{{{left}}}{{{counted[0]:g}}}" if counted else left
    said = f"{said[:-1]}, divided by the number of samples." if counted else said
    return [first, result(explanation, formula=f"{formula} = {number(explanation.result)}", sentence=said)]


def _operation(explanation: Explanation) -> list[MicroStep]:
    """Return an operation on few numbers, or of a kind of its own, as one step."""
    source = source_of(explanation.operands[0]) if explanation.operands else None
    formula, value = explanation.formula_with_numbers, explanation.result
    return [MicroStep("activation", explanation.sentence, formula, value, math.nan, here(explanation), source)]


def _bracketed(value: float) -> str:
    return rf"\left({number(value)}\right)" if value < 0 else number(value)


_VECTORS = {
    "i": "Input gate", "f": "Forget gate", "g": "Candidate", "o": "Output gate", "c": "Cell state",
    "tanh(c)": "Squashed cell state", "h": "Hidden state", "r": "Reset gate", "z": "Update gate", "n": "Candidate",
    "a": "Pre-activation",
}  # fmt: skip
"""What the vectors inside of a recurrent cell are called."""
_NORMAL = r"\(x - mu\) / sqrt\(sigma2 \+ epsilon\)"
_FORMS: tuple[tuple[str, Callable[[Explanation], list[MicroStep]]], ...] = (
    (r"(b \+ )?sum\(\w+ \* \w+\)", _sum_of_products),
    (r"max\(x\)", _maximum),
    (r"sum\(x\) / n", _mean),
    (r"a \+ b|sum\(s\)", _addition),
    (rf"{_NORMAL}|gamma \* \({_NORMAL}\)( \+ beta)?", _normalization),
    (r"logsumexp\(z\) - z\[\d+\]|z\[\d+\] - logsumexp\(z\)|exp\(z\[\d+\] - logsumexp\(z\)\)", _softmax),
    (r"g \* \(exp\(z\[\d+\] - logsumexp\(z\)\) - y\)( / n)?", _probability_minus_target),
    (r"sum\(w \* x\) .*sum\(u \* h\).*", _remembering),
)
