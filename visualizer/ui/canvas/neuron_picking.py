"""What lies under the pointer in a network drawn neuron by neuron: neurons, weights, biases, switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF

from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.ui.canvas import words
from visualizer.ui.canvas.drawing import Hit
from visualizer.ui.canvas.neuron import NeuronPainter
from visualizer.ui.canvas.neuron_state import (
    ColumnState,
    bias_gradients_of,
    biases_of,
    parameter_of,
    weight_gradients_of,
    weights_of,
)
from visualizer.ui.canvas.neurons import Column
from visualizer.ui.explanations.questions import Question
from visualizer.ui.explanations.statistics import share
from visualizer.ui.explanations.told import probability


def neuron_hit(neurons: NeuronPainter, number: int, neuron: int, *, gradient: bool, shown: str = "") -> Hit:
    """Return one neuron with its exact values, its gradient only where that has come.

    `shown` is the node whose value is written there now: that is what is asked about first.
    """
    plan = neurons.plan
    column, at, radius = plan.columns[number], plan.centers[number][neuron], plan.radius
    parts = []
    for node, symbol in ((column.linear, "z"), (column.output, "a" if number else "x")):
        value = neurons.value(node, neuron) if node else None
        if value is not None and not (symbol == "a" and column.linear == column.output):
            parts.append(f"{symbol} = {exact(value)}")
    slope = neurons.slope(number, neuron)
    if slope is not None and gradient:
        parts.append(f"∂L/∂{'a' if column.output != column.linear else 'z'} = {exact(slope)}")
    if number == len(plan.columns) - 1 and neurons.answer(neuron):
        parts.append(neurons.answer(neuron))
    rect = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
    name = f"{column.title}, neuron {neuron + 1}" if number else f"input {neuron + 1}"
    return Hit(column.linear or column.output, rect, name, "\n".join(parts), (neuron,), freezes=column.path,
               asks=_questions(column, neuron, shown, gradient=gradient and slope is not None))  # fmt: skip


def _questions(column: Column, neuron: int, shown: str, *, gradient: bool) -> tuple[Explain, ...]:
    """Return what can be asked about a neuron: its value, the sum before the function, its gradient."""
    nodes = dict.fromkeys((shown or column.output, column.output, column.linear or column.output))
    asks = [Explain(node, (neuron,)) for node in nodes]
    return (*asks, Explain(column.output, (neuron,), "gradient")) if gradient else tuple(asks)


def label_hit(neurons: NeuronPainter, point: QPointF, states: Sequence[ColumnState]) -> Hit | None:
    """Return the neuron whose number, or the output whose probability, is written at a point."""
    plan = neurons.plan
    for number, centers in enumerate(plan.centers):
        gradient = has_gradient(states[number])
        for neuron in range(len(centers)):
            spot = plan.label(number, neuron, gradient=gradient)
            if spot is not None and spot.contains(point):
                hit = neuron_hit(neurons, number, neuron, gradient=gradient, shown=states[number].node)
                return replace(hit, asks=hit.asks[::-1]) if gradient else hit
    return _answer_hit(neurons, point)


def _answer_hit(neurons: NeuronPainter, point: QPointF) -> Hit | None:
    """Return the output of which a point's words say what it stands for."""
    plan, recording = neurons.plan, neurons.subject.recording
    column = plan.columns[-1]
    for neuron, at in enumerate(plan.centers[-1]):
        words = neurons.answer(neuron)
        if recording is None or not words or not neurons.answer_place(at, words).contains(point):
            continue
        chances = recording.probabilities
        known = neuron < len(chances)
        value = f"{words}\nprobability {exact(float(chances[neuron]))}" if known else words
        name = words.partition("  ")[0].removesuffix(" (target)")
        asks = (probability(neuron, name),) if known else _wanted(neurons, neuron)
        return Hit(column.linear or column.output, neurons.answer_place(at, words), "softmax" if known else "target",
                   value, (neuron,), freezes=column.path, asks=asks)  # fmt: skip
    return None


def _wanted(neurons: NeuronPainter, neuron: int) -> tuple[Explain, ...]:
    """Return what can be asked about the number that an output should give."""
    graph, output = neurons.subject.graph, neurons.plan.columns[-1].output
    given = (edge.tensor for edge in graph.incoming[graph.loss] if edge.source != output)
    return tuple(Explain(tensor, (neuron,)) for tensor in given)[:1]


def has_gradient(state: ColumnState) -> bool:
    """Return whether the gradients of a column have come."""
    return state.gradient in ("active", "done")


def loss_hit(neurons: NeuronPainter) -> Hit | None:
    """Return the loss; None before anything was recorded."""
    subject, graph = neurons.subject, neurons.subject.graph
    if subject.recording is None or not graph.loss:
        return None
    value = f"L = {exact(subject.recording.loss)}"
    return Hit(graph.loss.partition(":")[0], neurons.plan.loss, "loss", value, asks=(Explain(graph.loss, ()),))


def weight_hit(neurons: NeuronPainter, number: int, target: int, source: int) -> Hit | None:
    """Return one weight; None before anything was recorded."""
    plan, subject = neurons.plan, neurons.subject
    column = plan.columns[number]
    weights, gradients = weights_of(subject, column), weight_gradients_of(subject, column)
    if weights is None:
        return None
    text = f"w = {exact(float(weights[target, source]))}"
    if gradients is not None:
        text += f"\n∂L/∂w = {exact(float(gradients[target, source]))}"
    a, b = plan.centers[number - 1][source], plan.centers[number][target]
    name = f"{column.title}, weight from neuron {source + 1} to neuron {target + 1}"
    parameter = parameter_of(subject, column, 2)
    asks = _of_parameter(parameter, (target, source), learns=gradients is not None)
    if gradients is not None:
        asks = (*asks, share(parameter, (target, source)))
    return _set_by_hand(neurons, number, Hit(column.linear, QRectF(a, b).normalized(), name, text, (target,),
                                             freezes=column.path, number=(target, source), asks=asks))  # fmt: skip


def _of_parameter(name: str, index: tuple[int, ...], *, learns: bool) -> tuple[Question, ...]:
    asks = (Explain(name, index, "parameter"),)
    return (*asks, Explain(name, index, "parameter_gradient"), Explain(name, index, "update")) if learns else asks


def bias_hit(neurons: NeuronPainter, number: int, neuron: int) -> Hit | None:
    """Return the bias of one neuron; None where it has none."""
    plan, subject = neurons.plan, neurons.subject
    column = plan.columns[number]
    biases, gradients = biases_of(subject, column), bias_gradients_of(subject, column)
    if biases is None:
        return None
    text = f"b = {exact(float(biases[neuron]))}"
    if gradients is not None:
        text += f"\n∂L/∂b = {exact(float(gradients[neuron]))}"
    start, end = plan.bias(number, neuron)
    name = f"{column.title}, bias of neuron {neuron + 1}"
    asks = _of_parameter(parameter_of(subject, column, 1), (neuron,), learns=gradients is not None)
    return _set_by_hand(neurons, number, Hit(column.linear, QRectF(start, end).normalized(), name, text, (neuron,),
                                             freezes=column.path, number=(neuron,), asks=asks))  # fmt: skip


def _set_by_hand(neurons: NeuronPainter, number: int, hit: Hit) -> Hit:
    """Say how a number can be set, unless its layer is frozen."""
    column = neurons.plan.columns[number]
    if neurons.subject.is_frozen((column.path,)):
        return replace(hit, value=f"{hit.value}\nfrozen: unfreeze the layer to set it", number=())
    parameter = parameter_of(neurons.subject, column, len(hit.number))
    return replace(hit, value=f"{hit.value}\ndrag up or down to set it", parameter=parameter)


def switch_hit(neurons: NeuronPainter, number: int) -> Hit:
    """Return the freeze switch of a layer."""
    plan, subject = neurons.plan, neurons.subject
    column = plan.columns[number]
    act = "Unfreeze" if subject.is_frozen((column.path,)) else "Freeze"
    text = f"{act} {words.place(subject.graph, column.linear)}"
    return Hit(column.linear, plan.switch(number), text, freezes=column.path, switch=True)


def line_hit(neurons: NeuronPainter, point: QPointF) -> Hit | None:
    """Return the bias or the weight near a point."""
    bias = neurons.plan.bias_at(point)
    if bias is not None:
        found = bias_hit(neurons, *bias)
        if found is not None:
            return found
    weight = neurons.plan.weight_at(point)
    return None if weight is None else weight_hit(neurons, *weight)
