"""Recurrent layers, one number at a time: hidden states by gates, gates by the weights, the input and the last state.

Inner quantities go by the names of engine.recurrence (`i`, `f`, `g`, `o`, `c`, `tanh(c)`, `h`, ...)
and of engine.explain.opened.
"""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Factors
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Account, Place, product
from visualizer.engine.explain.opened import ROWS, Opened, find, opened, weight
from visualizer.engine.explain.scene import Scene

OPERATIONS = tuple(ROWS)
_SIGMOID, _SQUASHED = "1 / (1 + exp(-a))", "Squeezed between 0 and 1."
_TANH, _TANHED = "tanh(a)", "Squeezed between −1 and 1."
_NOW, _BEFORE = "now", "before"
_COMBINED = {  # expression; symbol, quantity and step of each operand
    ("lstm", "i"): (_SIGMOID, (("a", "a_i", _NOW),), _SQUASHED),
    ("lstm", "f"): (_SIGMOID, (("a", "a_f", _NOW),), _SQUASHED),
    ("lstm", "g"): (_TANH, (("a", "a_g", _NOW),), _TANHED),
    ("lstm", "o"): (_SIGMOID, (("a", "a_o", _NOW),), _SQUASHED),
    ("lstm", "c"): (
        "f * p + i * g",
        (("f", "f", _NOW), ("i", "i", _NOW), ("g", "g", _NOW), ("p", "c", _BEFORE)),
        "What the forget gate keeps of the cell state before, plus what the input gate adds.",
    ),
    ("lstm", "tanh(c)"): ("tanh(c)", (("c", "c", _NOW),), "The cell state, squeezed between −1 and 1."),
    ("lstm", "h"): (
        "o * q",
        (("o", "o", _NOW), ("q", "tanh(c)", _NOW)),
        "What the output gate lets out of the squashed cell state.",
    ),
    ("gru", "r"): (_SIGMOID, (("a", "a_r", _NOW),), _SQUASHED),
    ("gru", "z"): (_SIGMOID, (("a", "a_z", _NOW),), _SQUASHED),
    ("gru", "n"): (_TANH, (("a", "a_n", _NOW),), _TANHED),
    ("gru", "h"): (
        "(1 - z) * n + z * p",
        (("z", "z", _NOW), ("n", "n", _NOW), ("p", "h", _BEFORE)),
        "A mixture of the candidate and the last hidden state.",
    ),
    ("rnn_tanh", "h"): (_TANH, (("a", "a", _NOW),), "The pre-activation, squeezed between −1 and 1."),
    ("rnn_relu", "h"): ("max(0, a)", (("a", "a", _NOW),), "Negative pre-activations become zero."),
}


def explain_output(scene: Scene, name: str, place: Place) -> Account:
    """Say which hidden or cell state a number of the output is."""
    node, number = scene.node_of(name)
    call = opened(scene, node, 0).call
    if number:
        quantity, (track, sample, unit) = call.cell.states[number - 1], place
        time = 0 if track % call.directions else len(call.inputs) - 1
    else:
        first, second, feature = place
        time, sample = (second, first) if node.attributes.get("batch_first") else (first, second)
        units = call.weights["weight_hh_l0"].shape[1]
        quantity, unit = "h", feature % units
        track = (call.layers - 1) * call.directions + feature // units
    state = opened(scene, node, track).value(quantity, quantity, (time, sample, unit))
    said = "the last layer" if track // call.directions == call.layers - 1 else f"layer {track // call.directions}"
    return Account(quantity, f"The {quantity} of time step {time} in {said}.", [state])


def explain_inner(scene: Scene, name: str, place: Place) -> Account:
    """Explain one number of one vector that a cell computes at one time step."""
    layer, quantity, at = find(scene, name, place)
    combined = _COMBINED.get((layer.node.operation, quantity))
    if combined is None:
        return _pre_activation(scene, layer, quantity, at)
    expression, names, said = combined
    operands = [
        layer.before(symbol, of, at) if when == _BEFORE else layer.value(symbol, of, at) for symbol, of, when in names
    ]
    return Account(expression, said, operands)


def inner_value(scene: Scene, name: str, place: Place, kind: Kind) -> float | None:
    """Return a number inside of a recurrent operation, or its gradient, as it was worked out step by step."""
    layer, quantity, at = find(scene, name, place)
    tensors = layer.values if kind == "inner" else layer.gradients
    return float(tensors[quantity][at]) if quantity in tensors else None


def sample_axis(scene: Scene, kind: Kind, name: str) -> int | None:
    """Return which axis of an inner quantity counts the samples, where there is but one; None for all other names."""
    node = scene.seen.graph.node.get(name.rpartition("/")[0])
    if kind not in ("inner", "gradient") or name in scene.seen.activations or node is None:
        return None
    if node.operation not in OPERATIONS or scene.seen.activations[node.id].dim() != 3:
        return None
    samples = scene.seen.activations[node.id].shape[0 if node.attributes.get("batch_first") else 1]
    return 2 if samples == 1 else None


def given(scene: Scene, layer: Opened, places: list[Place]) -> Factors:
    """Return inputs at (time, sample, feature) as one side of products; higher layers read the layer below."""
    if layer.layer == 0:
        source = scene.activation(scene.seen.graph.incoming[layer.node.id][0].tensor)
        first = layer.node.attributes.get("batch_first")
        at = [(sample, time, k) if first else (time, sample, k) for time, sample, k in places]
        return source.factors("x", np.array(at, np.int64).reshape(-1, 3))
    below = (layer.layer - 1) * layer.call.directions
    at_below = [(below + k // layer.units, time, sample, k % layer.units) for time, sample, k in places]
    values = np.array([float(layer.inputs[place]) for place in places], np.float32)
    return Factors("x", values, "inner", f"{layer.node.id}/h", np.array(at_below, np.int64).reshape(-1, 4))


def _pre_activation(scene: Scene, layer: Opened, quantity: str, at: Place) -> Account:
    """Explain a weighted sum over the inputs and the last hidden state."""
    of_input, of_hidden = ROWS[layer.node.operation]
    time, sample, unit = at
    operands, parts, products = [], [], None
    if quantity in of_input:
        row = of_input.index(quantity) * layer.units + unit
        count = layer.inputs.shape[-1]
        rows = np.array([(row, k) for k in range(count)], np.int64)
        own = weight(scene, layer, "weight_ih")
        assert own is not None
        products = product(given(scene, layer, [(time, sample, k) for k in range(count)]), own.factors("w", rows))
        parts.append("sum(w * x)")
        if (bias := weight(scene, layer, "bias_ih")) is not None:
            operands.append(bias.operand("b", (row,)))
            parts.append("b")
    if quantity in of_hidden:
        row = of_hidden.index(quantity) * layer.units + unit
        own = weight(scene, layer, "weight_hh")
        assert own is not None
        operands += [own.operand(f"u_{{{k}}}", (row, k)) for k in range(layer.units)]
        operands += [layer.before(f"h_{{{k}}}", "h", (time, sample, k)) for k in range(layer.units)]
        parts.append("sum(u * h)")
        if (bias := weight(scene, layer, "bias_hh")) is not None:
            operands.append(bias.operand("d", (row,)))
            parts.append("d")
    else:  # the candidate of a GRU
        operands += [layer.value("r", "r", at), layer.value("m", "m", at)]
        parts.append("r * m")
    said = "The input times its weights, plus the last hidden state times its own."
    if quantity == "m":
        said = "The last hidden state times its weights: what the reset gate lets into the candidate."
    return Account(" + ".join(parts), said, operands, products)
