"""How the gradient comes to one element of a result, and what goes out from there to weights and inputs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core.captions.tex import number
from visualizer.core.frames import Explanation, Factors
from visualizer.core.micro_steps.forward import explained_steps, here, place_of, source_of
from visualizer.core.micro_steps.steps import Kind, MicroStep, Neuron, grouped
from visualizer.core.numbers import rounded, whole

Way = Literal["weight_gradient", "input_gradient"]


def arriving_steps(gradient: Explanation) -> list[MicroStep]:
    """Return how the gradient of one element came about: what comes back to it added up, or times a slope."""
    steps = explained_steps(gradient)
    if len(steps) == 1:
        return [msgspec.structs.replace(steps[0], kind="slope")]
    incoming: dict[Kind, Kind] = {"product": "incoming", "addend": "incoming"}
    told = [msgspec.structs.replace(step, kind=incoming.get(step.kind, step.kind)) for step in steps]
    said = f"Together: the error of {gradient.name} here."
    return [*told[:-1], msgspec.structs.replace(told[-1], sentence=said)]


def leaving_steps(forward: Explanation, delta: float, moved: Collection[str]) -> list[MicroStep]:
    """Return what an element whose gradient is `delta` sends out, by the explanation of its value.

    `moved` are the parameters and tensors that get a gradient: nothing goes to a frozen weight.
    """
    expression = forward.expression
    if forward.products is not None:
        return _through_products(forward, delta, moved)
    if expression == "max(x)":
        return _to_the_winner(forward, delta)
    if expression == "sum(x) / n":
        return _divided(forward, delta)
    if expression == "a + b":
        return _to_both(forward, delta)
    if "sqrt(sigma2 + epsilon)" in expression and "gamma" in expression:
        return _to_scale_and_shift(forward, delta, moved)
    return []


def _through_products(forward: Explanation, delta: float, moved: Collection[str]) -> list[MicroStep]:
    """Return δ times what came in for each weight, δ for the bias, δ times the weight for each input."""
    products = forward.products
    assert products is not None
    inside = products.inside
    sides = [products.first, products.second]
    sides.sort(key=lambda side: side.kind == "parameter")  # what came in, then the weights
    given, weights = sides
    steps = []
    if weights.origin in moved:
        steps += _sent(forward, delta, weights, given, inside, "weight_gradient")
    for operand in forward.operands:
        if operand.origin in moved:
            sentence, formula = "The bias gets the error as it is.", rf"\delta = {number(delta)}"
            steps.append(MicroStep("weight_gradient", sentence, formula, delta, math.nan, here(forward)))
    if given.origin in moved:
        steps += _sent(forward, delta, given, weights, inside, "input_gradient")
    return steps


_SAID = {
    "weight_gradient": "Weight {place} gets the error times what came in.",
    "input_gradient": "Input {place} gets the error times its weight.",
}


def _sent(
    forward: Explanation, delta: float, to: Factors, by: Factors, inside: npt.NDArray[np.bool_], way: Way
) -> list[MicroStep]:
    chosen = inside.reshape(-1)
    factors = by.values.reshape(-1)[chosen].astype(np.float64)
    indices = to.indices.reshape(len(chosen), -1)[chosen]
    steps = []
    for places in grouped(factors):
        if len(places) > 1:
            steps.append(_others(forward, delta, factors, places, way))
            continue
        factor, index = float(factors[places[0]]), tuple(indices[places[0]].tolist())
        said = _SAID[way].format(place=f"({', '.join(map(str, index))})")
        formula = rf"\delta \cdot {number(factor)} = {number(delta)} \cdot {number(factor)} = {number(delta * factor)}"
        source = Neuron(to.origin, index)
        steps.append(MicroStep(way, said, formula, delta * factor, math.nan, here(forward), source))
    return steps


def _others(
    forward: Explanation, delta: float, factors: npt.NDArray[np.floating[Any]], places: Sequence[int], way: Way
) -> MicroStep:
    """Return many gradients at once with their size together: the root of the sum of squares."""
    value = abs(delta) * math.sqrt(math.fsum(float(factors[place]) ** 2 for place in places))
    said = f"And {whole(len(places))} more, together of the length {rounded(value, 4)}."
    formula = rf"\lVert \cdots \rVert = {number(value)}"
    return MicroStep(way, said, formula, value, math.nan, here(forward), None, len(places))


def _to_the_winner(forward: Explanation, delta: float) -> list[MicroStep]:
    winner = max(forward.operands, key=lambda operand: operand.value)
    said = f"The winner, at {place_of(winner)}, gets the whole error."
    steps = [
        MicroStep("input_gradient", said, rf"\delta \cdot 1 = {number(delta)}", delta, math.nan, here(forward),
                  source_of(winner))
    ]  # fmt: skip
    others = len(forward.operands) - 1
    if others:
        said = f"The other candidate{'s get' if others > 1 else ' gets'} nothing: a small change there changes nothing."
        steps.append(
            MicroStep("input_gradient", said, r"\delta \cdot 0 = 0", 0.0, math.nan, here(forward), None, others)
        )
    return steps


def _divided(forward: Explanation, delta: float) -> list[MicroStep]:
    *operands, divisor = forward.operands
    value, count = delta / divisor.value, len(operands)
    said = f"Each of the {whole(count)} inputs gets the same part of the error."
    formula = rf"\frac{{{number(delta)}}}{{{divisor.value:g}}} = {number(value)}"
    return [MicroStep("input_gradient", said, formula, value, math.nan, here(forward), None, count)]


def _to_both(forward: Explanation, delta: float) -> list[MicroStep]:
    said = "The branch from {name} gets the error unchanged."
    return [
        MicroStep("input_gradient", said.format(name=f"'{operand.origin}'"), rf"\delta \cdot 1 = {number(delta)}",
                  delta, math.nan, here(forward), source_of(operand))
        for operand in forward.operands
        if operand.origin
    ]  # fmt: skip


def _to_scale_and_shift(forward: Explanation, delta: float, moved: Collection[str]) -> list[MicroStep]:
    x, mean, variance, epsilon, *learned = forward.operands
    normal = (x.value - mean.value) / math.sqrt(variance.value + epsilon.value)
    ways: list[tuple[str, str, float]] = [
        ("γ gets the error times the normalised number.", rf"\delta \cdot {number(normal)}", delta * normal),
        ("β gets the error as it is.", r"\delta", delta),
    ]
    return [
        MicroStep("weight_gradient", said, f"{formula} = {number(value)}", value, math.nan, here(forward))
        for operand, (said, formula, value) in zip(learned, ways, strict=False)
        if operand.origin in moved
    ]
