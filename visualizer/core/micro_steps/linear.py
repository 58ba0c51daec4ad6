"""A neuron of a linear layer, number by number, from what was recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from visualizer.core.captions.tex import number
from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Node
from visualizer.core.micro_steps.steps import MicroStep, Neuron, grouped, several
from visualizer.core.numbers import rounded, whole

_ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus")


def forward_steps(recording: Recording, node: str, index: int) -> list[MicroStep]:
    """Return how a neuron of a linear layer is computed: products, bias, activation; [] for any other node.

    Products and running sums are exact sums of the recorded float32 factors in float64.
    """
    layer = _Layer.of(recording, node, index)
    if layer is None:
        return []
    here, steps, total = Neuron(node, (index,)), [], 0.0
    for places in grouped(layer.weights * layer.inputs):
        value = math.fsum(layer.weights[place] * layer.inputs[place] for place in places)
        total += value
        steps.append(_product(layer, places, value, total, here))
    if layer.bias is not None:
        total += layer.bias
        steps.append(MicroStep("bias", "The bias is added.", f"b = {number(layer.bias)}", layer.bias, total, here))
    result = float(_row(recording.activations[node])[index])
    steps.append(
        MicroStep("result", "This is the neuron's pre-activation.", f"z = {number(result)}", result, total, here)
    )
    activation = _activation(recording, node)
    if activation is not None:
        value = float(_row(recording.activations[activation.id])[index])
        name = activation.operation.replace("_", " ")
        formula = rf"a = \mathrm{{{name}}}({number(result)}) = {number(value)}"
        there = Neuron(activation.id, (index,))
        steps.append(MicroStep("activation", f"The sum goes through {name}.", formula, value, math.nan, there, here))
    return steps


def backward_steps(recording: Recording, node: str, index: int) -> list[MicroStep]:
    """Return how the gradient passes a neuron of a linear layer: shares summed, slope, out to weights and inputs.

    [] for any other node, and where no gradient comes.
    """
    layer = _Layer.of(recording, node, index)
    if layer is None or node not in recording.gradients:
        return []
    activation = _activation(recording, node)
    output = activation.id if activation is not None else node
    delta = float(_row(recording.gradients[node])[index])
    steps = _incoming(recording, output, index)
    if activation is not None and output in recording.gradients:
        error = float(_row(recording.gradients[output])[index])
        slope = rf"\cdot {number(delta / error)} " if error else ""
        formula = rf"\frac{{\partial L}}{{\partial z}} = {number(error)} {slope}= {number(delta)}"
        sentence = f"The error passes {activation.operation.replace('_', ' ')}: times its slope here."
        steps.append(
            MicroStep("slope", sentence, formula, delta, math.nan, Neuron(node, (index,)), Neuron(output, (index,)))
        )
    return [*steps, *_outgoing(recording, layer, delta)]


class _Layer(msgspec.Struct, frozen=True):
    """One row of a linear layer: the weights of one neuron, and what came in."""

    node: Node
    index: int
    source: str
    inputs: np.ndarray[tuple[int], np.dtype[np.float64]]
    weights: np.ndarray[tuple[int], np.dtype[np.float64]]
    bias: float | None

    @classmethod
    def of(cls, recording: Recording, name: str, index: int) -> _Layer | None:
        """Return the layer where it is linear, was called with one vector, and was sent whole."""
        node = recording.graph.node[name]
        edges = recording.graph.incoming[name]
        known = [recording.parameters[parameter] for parameter in node.parameters if parameter in recording.parameters]
        if node.operation != "linear" or len(edges) != 1 or not known or len(known) != len(node.parameters):
            return None
        given = recording.activations[edges[0].tensor]
        output = recording.activations[name]
        if any(view.note for view in (given, output, *known)) or math.prod(output.shape[:-1]) != 1:
            return None
        bias = float(known[1].values[index]) if len(known) == 2 else None
        return cls(node, index, edges[0].tensor, _row(given), known[0].values[index].astype(np.float64), bias)


def _row(view: TensorView) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return view.values.reshape(-1).astype(np.float64)


def _product(layer: _Layer, places: Sequence[int], value: float, total: float, here: Neuron) -> MicroStep:
    if len(places) > 1:
        formula = rf"\cdots = {number(value)}"
        return MicroStep("product", several(len(places), value), formula, value, total, here, None, len(places))
    (place,) = places
    weight, came_in = float(layer.weights[place]), float(layer.inputs[place])
    sentence = f"Input {place} times its weight: {rounded(came_in, 4)} times {rounded(weight, 4)}."
    formula = (
        rf"w_{{{layer.index},{place}}} \, x_{{{place}}} = {number(weight)} \cdot {number(came_in)} = {number(value)}"
    )
    return MicroStep("product", sentence, formula, value, total, here, Neuron(layer.source, (place,)))


def _activation(recording: Recording, node: str) -> Node | None:
    """Return the activation function that alone takes a node's output."""
    targets = [recording.graph.node[edge.target] for edge in recording.graph.outgoing[node]]
    return targets[0] if len(targets) == 1 and targets[0].operation in _ACTIVATIONS else None


def _incoming(recording: Recording, output: str, index: int) -> list[MicroStep]:
    """Return the shares of the error that come back over the edges to the next layer, or the error as a whole."""
    gradient = recording.gradients.get(output)
    here, steps, total = Neuron(output, (index,)), [], 0.0
    if gradient is None:
        return []
    error = float(_row(gradient)[index])
    nodes = [edge.target for edge in recording.graph.outgoing[output]]
    following = _Layer.of(recording, nodes[0], 0) if len(nodes) == 1 else None
    if following is not None and nodes[0] in recording.gradients:
        deltas = _row(recording.gradients[nodes[0]])
        weights = recording.parameters[following.node.parameters[0]].values[:, index].astype(np.float64)
        for places in grouped(deltas * weights):
            value = math.fsum(deltas[list(places)] * weights[list(places)])
            total += value
            sentence, formula, source = several(len(places), value), rf"\cdots = {number(value)}", None
            if len(places) == 1:
                (j,) = places
                source = Neuron(nodes[0], (j,))
                sentence = f"Neuron {j} of the next layer sends back its error times the weight between them."
                product = rf"{number(deltas[j])} \cdot {number(weights[j])} = {number(value)}"
                formula = rf"\delta_{{{j}}} \, w_{{{j},{index}}} = {product}"
            steps.append(MicroStep("incoming", sentence, formula, value, total, here, source, len(places)))
    formula = rf"\frac{{\partial L}}{{\partial y}} = {number(error)}"
    sentence = "Together they are the error of this neuron." if steps else "This error comes back to the neuron."
    return [*steps, MicroStep("result", sentence, formula, error, total if steps else math.nan, here)]


def _outgoing(recording: Recording, layer: _Layer, delta: float) -> list[MicroStep]:
    """Return what goes out to each weight, to the bias and to each input; a frozen layer's weights get nothing."""
    here, steps = Neuron(layer.node.id, (layer.index,)), []
    gradients = [recording.parameter_gradients.get(name) for name in layer.node.parameters]
    if gradients[0] is not None:
        for places in grouped(delta * layer.inputs):
            steps.append(_sent(layer, places, delta, layer.inputs, here, "weight_gradient"))
    if len(gradients) == 2 and gradients[1] is not None:
        sentence = "The bias gets the error as it is."
        steps.append(MicroStep("weight_gradient", sentence, rf"\delta = {number(delta)}", delta, math.nan, here))
    if layer.source in recording.gradients:
        for places in grouped(delta * layer.weights):
            steps.append(_sent(layer, places, delta, layer.weights, here, "input_gradient"))
    return steps


def _sent(
    layer: _Layer,
    places: Sequence[int],
    delta: float,
    factors: np.ndarray[tuple[int], np.dtype[np.float64]],
    here: Neuron,
    kind: Literal["weight_gradient", "input_gradient"],
) -> MicroStep:
    """Return one gradient that goes out; of many, their size together: the root of the sum of squares."""
    if len(places) > 1:
        value = abs(delta) * math.sqrt(math.fsum(factors[place] ** 2 for place in places))
        sentence = f"And {whole(len(places))} more, together of the length {rounded(value, 4)}."
        return MicroStep(
            kind, sentence, rf"\lVert \cdots \rVert = {number(value)}", value, math.nan, here, None, len(places)
        )
    (place,) = places
    value, source = delta * float(factors[place]), Neuron(layer.source, (place,))
    product = rf"{number(delta)} \cdot {number(float(factors[place]))} = {number(value)}"
    if kind == "weight_gradient":
        formula = rf"\frac{{\partial L}}{{\partial w_{{{layer.index},{place}}}}} = \delta \, x_{{{place}}} = {product}"
        return MicroStep(kind, "The weight gets the error times what came in.", formula, value, math.nan, here, source)
    sentence = f"Input {place} gets the error times its weight: its share from this neuron."
    return MicroStep(
        kind, sentence, rf"\delta \, w_{{{layer.index},{place}}} = {product}", value, math.nan, here, source
    )
