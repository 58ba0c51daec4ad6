"""Recurrent layers, one number at a time: hidden states by gates, gates by the weights, the input and the last state.

Inner quantities go by the names of engine.recurrence (`i`, `f`, `g`, `o`, `c`, `tanh(c)`, `h`, ...)
and of engine.explain.opened.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from visualizer.core.frames import Factors
from visualizer.core.graph import Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Account, Place, product
from visualizer.engine.explain.expressions import with_symbols
from visualizer.engine.explain.opened import OPERATIONS as OPERATIONS
from visualizer.engine.explain.opened import ROWS, Opened, call_of, find, opened, sizes, weight
from visualizer.engine.explain.scene import Scene

_SIGMOID, _SQUASHED = "1 / (1 + exp(-a))", "Squeezed between 0 and 1."
_TANH, _TANHED = "tanh(a)", "Squeezed between −1 and 1."
_NOW, _BEFORE = "now", "before"
Combination = tuple[str, tuple[tuple[str, str, str], ...]]
# expression; symbol, quantity and step of each operand; what it is in words
_COMBINED: dict[tuple[str, str], tuple[str, tuple[tuple[str, str, str], ...], str]] = {
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


_DIRECT = {("lstm", "h"): ("o * tanh(c)", (("o", "o", _NOW), ("c", "c", _NOW)))}
"""What is put together at once where an output is asked for, which goes by the names that every book uses."""


def explain_output(scene: Scene, name: str, place: Place) -> Account:
    """Explain a number of the output: the arithmetic of the cell at its time step."""
    node, number = scene.node_of(name)
    call = call_of(scene, node)
    track = (call.layers - 1) * call.directions
    if node.operation not in ROWS:
        quantity, (sample, unit), time = call.cell.states[number], place, 0
    elif number:
        quantity, (track, sample, unit) = call.cell.states[number - 1], place
        time = 0 if track % call.directions else len(call.inputs) - 1
    else:
        first, second, feature = place
        time, sample = (second, first) if node.attributes.get("batch_first") else (first, second)
        quantity, units = "h", sizes(call)[-1]
        track, unit = track + feature // units, feature % units
    layer = opened(scene, node, track)
    return _of_step(scene, layer, quantity, (time, sample, unit))


def _of_step(scene: Scene, layer: Opened, quantity: str, at: Place) -> Account:
    """Explain a state of one step with all that its cell computes for it."""
    call, (time, _, unit) = layer.call, at
    here = "the last layer" if call.layers > 1 and layer.layer == call.layers - 1 else f"layer {layer.layer}"
    where = f" in {here}" * (call.layers > 1) + ", read from the end" * (layer.forward < 0)
    what = {"h": "hidden", "c": "cell"}[quantity]
    said = f"The {what} state of unit {unit} at time step {time}{where}."
    if layer.kind.startswith("rnn"):
        account = _pre_activation(scene, layer, "a", at)
        expression = f"tanh({account.expression})" if layer.kind == "rnn_tanh" else f"max(0, {account.expression})"
    else:
        account = _combined(layer, quantity, at, _DIRECT)
        expression = account.expression
    formula = f"{quantity}_{{{time}}} = {with_symbols(expression, account.operands, account.products)}"
    return Account(expression, f"{said} {account.sentence}", account.operands, account.products, formula)


def quantities(scene: Scene, node: Node, backward: bool) -> dict[str, tuple[int, ...]]:
    """Return the names of all inner vectors, or of those that have gradients, with the shape they are asked by."""
    layer = opened(scene, node, 0)
    return dict.fromkeys(layer.gradients if backward else layer.values, sizes(layer.call))


def explain_inner(scene: Scene, name: str, place: Place) -> Account:
    """Explain one number of one vector that a cell computes at one time step."""
    layer, quantity, at = find(scene, name, place)
    if (layer.kind, quantity) not in _COMBINED:
        return _pre_activation(scene, layer, quantity, at)
    return _combined(layer, quantity, at, {})


def _combined(layer: Opened, quantity: str, at: Place, direct: Mapping[tuple[str, str], Combination]) -> Account:
    key = (layer.kind, quantity)
    expression, names, said = _COMBINED[key]
    expression, names = direct.get(key, (expression, names))
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
    output = scene.seen.activations.get(node.id)
    if node.operation not in OPERATIONS or output is None or output.dim() != (3 if node.operation in ROWS else 2):
        return None
    samples = output.shape[0 if node.attributes.get("batch_first") or node.operation not in ROWS else 1]
    return 2 if samples == 1 else None


def given(scene: Scene, layer: Opened, places: list[Place]) -> Factors:
    """Return inputs at (time, sample, feature) as one side of products; higher layers read the layer below."""
    if layer.layer == 0:
        source = scene.given(layer.node)[0]
        if layer.is_cell:
            return source.factors("x", np.array([place[1:] for place in places], np.int64).reshape(-1, 2))
        first = layer.node.attributes.get("batch_first")
        at = [(sample, time, k) if first else (time, sample, k) for time, sample, k in places]
        return source.factors("x", np.array(at, np.int64).reshape(-1, 3))
    below = (layer.layer - 1) * layer.call.directions
    at_below = [(below + k // layer.units, time, sample, k % layer.units) for time, sample, k in places]
    values = np.array([float(layer.inputs[place]) for place in places], np.float32)
    return Factors("x", values, "inner", f"{layer.node.id}/h", np.array(at_below, np.int64).reshape(-1, 4))


def _pre_activation(scene: Scene, layer: Opened, quantity: str, at: Place) -> Account:
    """Explain a weighted sum over the inputs and the last hidden state."""
    of_input, of_hidden = ROWS[layer.kind]
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
