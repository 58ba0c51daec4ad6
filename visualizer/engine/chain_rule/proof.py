"""One derivative in three independent ways: by local derivatives, by autograd, by the difference of two losses."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from visualizer.core.topics.chain_rule import Proof
from visualizer.engine.chain_rule import kinks
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.local import UnseenError
from visualizer.engine.chain_rule.scene import Place, Scene

STEP = 1e-5
"""h for a weight of size up to one: the error h² of a central difference and its rounding 1e-16 / h about balance."""

CURVE = 41  # points of the loss against the weight


def prove(exact: ExactNetwork, parameter: str, index: Place, recorded: float) -> Iterator[Proof | None]:
    """Yield None while it works and at last the proof; `recorded` is the float32 gradient that is to be proven."""
    seen = exact.recorded()
    yield None
    scene = Scene(exact.network, seen)
    scene.check(parameter, index)
    value = float(scene.parameters[parameter][index])
    h = STEP * max(1.0, abs(value))
    warnings: list[str] = []
    chained = _chained(scene, parameter, index)
    if chained is None:
        warnings.append("One operation on the way hides its inside, so the chain rule cannot be followed through it.")
    yield None
    nodes = list(seen.graph.nodes)
    for sentence in kinks.crossed(exact, nodes, scene.functions, parameter, index, h):
        warnings.extend(filter(None, [sentence]))
        yield None
    loss = exact.loss_at(parameter, index, value)
    left, right = _one_sided(exact, parameter, index, value, loss, h)
    yield None
    halved = _one_sided(exact, parameter, index, value, loss, h / 2)
    autograd = float(seen.parameter_gradients[parameter][index])
    warnings.extend(filter(None, [kinks.corner((left, right), halved, autograd, loss, h)]))
    difference = (left + right) / 2
    ways = [autograd, difference, *([] if chained is None else [chained])]
    if not all(map(math.isfinite, ways)):
        warnings.append("Not all ways give a number: here the loss has no finite slope.")
    weights = _curve_weights(scene, parameter, value)
    losses = []
    for weight in weights:
        losses.append(exact.loss_at(parameter, index, float(weight)))
        yield None
    yield Proof(
        parameter=parameter,
        index=index,
        value=value,
        loss=loss,
        chain_rule=math.nan if chained is None else chained,
        autograd=autograd,
        finite_difference=difference,
        left=left,
        right=right,
        recorded=recorded,
        h=h,
        agreed_digits=agreed_digits(*ways),
        kinks=warnings,
        curve_weights=weights.astype(np.float32),
        curve_losses=np.array(losses, np.float32),
    )


def _chained(scene: Scene, parameter: str, index: Place) -> float | None:
    """Return the derivative by local derivatives, None where one of them is hidden."""
    try:
        return forward_accumulated(scene, parameter, index)
    except (UnseenError, KeyError):
        return None


def forward_accumulated(scene: Scene, parameter: str, index: Place) -> float:
    """Return the derivative of the loss by multiplying local derivatives node by node, from the parameter to the loss.

    Forward accumulation (Wengert 1964): no number of the backward pass is used. Raises UnseenError where an operation
    hides its derivative.
    """
    direction = torch.zeros_like(scene.parameters[parameter], dtype=torch.float64)
    direction[index] = 1
    changes = {parameter: direction}
    for node in scene.seen.graph.nodes:
        incoming = {edge.tensor for edge in scene.seen.graph.incoming[node.id]} | set(node.parameters)
        directions = {name: changes[name] for name in incoming if name in changes}
        if directions and node.kind != "decision":
            if node.id not in scene.functions:
                raise UnseenError(node.id)
            changes.update(scene.functions[node.id].change(scene.values, directions))
    return float(changes[scene.seen.graph.loss])


def agreed_digits(*numbers: float) -> int:
    """Return in how many significant digits all numbers agree, at most 15; none where one is not finite."""
    if not all(map(math.isfinite, numbers)):
        return 0
    largest = max(abs(number) for number in numbers)
    spread = max(numbers) - min(numbers)
    if largest == 0 or spread == 0:
        return 15
    return max(0, min(15, math.floor(-math.log10(spread / largest))))


def _one_sided(
    exact: ExactNetwork, parameter: str, index: Place, value: float, loss: float, h: float
) -> tuple[float, float]:
    """Return the slopes from w - h to w and from w to w + h."""
    below, above = (exact.loss_at(parameter, index, value + step) for step in (-h, h))
    return (loss - below) / h, (above - loss) / h


def _curve_weights(scene: Scene, parameter: str, value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return values around w, three times as far as w or its neighbours in the same tensor usually are from zero."""
    usual = float(scene.parameters[parameter].square().mean().sqrt())
    reach = 3 * max(abs(value), usual) or 1.0
    return np.linspace(value - reach, value + reach, CURVE)
