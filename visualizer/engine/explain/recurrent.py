"""Recurrent layers, one number at a time: hidden states by gates, gates by the weights, the input and the last state.

Inner quantities go by the names of engine.recurrence (`i`, `f`, `g`, `o`, `c`, `tanh(c)`, `h`, ...). Their index is
(layer * directions + direction, time, sample, unit).
"""

from __future__ import annotations

import numpy as np

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Factors, Operand, Products
from visualizer.engine.explain.element import Account, Place, Source, constant, product
from visualizer.engine.explain.scene import Scene
from visualizer.engine.recurrence import RecurrentCall, Track, recorded_call, unroll

OPERATIONS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
_GATES = {"i": 0, "f": 1, "g": 2, "o": 3, "r": 0, "z": 1, "n": 2, "a": 0}
_COMBINED = {  # what is made of other vectors of the step, and of the state of the step before (with a bar)
    ("lstm", "c"): (
        "f * p + i * g",
        ("f", "i", "g"),
        "c",
        "What the forget gate keeps, plus what the input gate adds.",
    ),
    ("lstm", "tanh(c)"): ("tanh(c)", ("c",), "", "The cell state, squeezed between −1 and 1."),
    ("lstm", "h"): ("o * q", ("o", "tanh(c)"), "", "What the output gate lets out of the squashed cell state."),
    ("gru", "h"): ("(1 - z) * n + z * p", ("z", "n"), "h", "A mixture of the candidate and the last hidden state."),
    ("rnn_tanh", "h"): ("tanh(a)", ("a",), "", "The pre-activation, squeezed between −1 and 1."),
    ("rnn_relu", "h"): ("max(0, a)", ("a",), "", "Negative pre-activations become zero."),
}


def explain_output(scene: Scene, name: str, place: Place) -> Account:
    """Say which hidden or cell state a number of the output is."""
    node, number = scene.node_of(name)
    call = recorded_call(scene.seen, scene.state, node.id)
    if number:
        quantity, (track, sample, unit) = call.cell.states[number - 1], place
        time = 0 if track % call.directions else len(call.inputs) - 1
    else:
        first, second, feature = place
        time, sample = (second, first) if node.attributes.get("batch_first") else (first, second)
        units = call.weights["weight_hh_l0"].shape[1]
        quantity, unit = "h", feature % units
        track = (call.layers - 1) * call.directions + feature // units
    value = float(scene.seen.activations[name][place])
    state = Operand(quantity, value, f"{node.id}/{quantity}", (track, time, sample, unit), "inner")
    return Account(quantity, f"The {quantity} of time step {time} in the last layer.", [state])


def explain_inner(scene: Scene, node_id: str, quantity: str, place: Place) -> Account:
    """Explain one number of one vector that a cell computes at one time step."""
    call = recorded_call(scene.seen, scene.state, node_id)
    operation = scene.seen.graph.node[node_id].operation
    if quantity not in {term.name for term in call.cell.terms}:
        raise unknown(f"quantity of '{node_id}'", quantity, [term.name for term in call.cell.terms])
    sizes = (call.layers * call.directions, *call.inputs.shape[:2], call.weights["weight_hh_l0"].shape[1])
    if len(place) != len(sizes) or not all(0 <= at < size for at, size in zip(place, sizes, strict=True)):
        shown = "×".join(map(str, sizes))
        raise UserError(f"There is no element {list(place)} in '{node_id}/{quantity}', which holds {shown}.")
    track_number, unit = place[0], place[3]
    layer, direction = divmod(track_number, call.directions)
    track = unroll(call, layer, bool(direction))
    inside = _Inside(call, track, node_id, place)
    combined = _COMBINED.get((operation, quantity))
    if combined is None:
        return _gate(scene, inside, operation, quantity)
    expression, names, before, said = combined
    operands = [inside.now("q" if name == "tanh(c)" else name, name, unit) for name in names]
    if before:
        operands.append(inside.before("p", before, unit))
    return Account(expression, said, operands)


class _Inside:
    """Looks up numbers of one layer and direction around one time step."""

    def __init__(self, call: RecurrentCall, track: Track, node: str, place: Place) -> None:
        self.call, self.track, self.node = call, track, node
        self.number, self.time, self.sample, self.unit = place
        self.layer, self.direction = divmod(self.number, call.directions)
        self.last = self.time + (1 if self.direction else -1)

    def now(self, symbol: str, name: str, unit: int) -> Operand:
        value = float(self.track.vectors[name][self.time, self.sample, unit])
        return Operand(symbol, value, f"{self.node}/{name}", (self.number, self.time, self.sample, unit), "inner")

    def before(self, symbol: str, name: str, unit: int) -> Operand:
        if not 0 <= self.last < len(self.track.inputs):
            return constant(symbol, float(self.track.initial[name][self.sample, unit]))
        value = float(self.track.vectors[name][self.last, self.sample, unit])
        return Operand(symbol, value, f"{self.node}/{name}", (self.number, self.last, self.sample, unit), "inner")


def _gate(scene: Scene, inside: _Inside, operation: str, quantity: str) -> Account:
    """Explain a gate: a squashed sum over the inputs and the last hidden state."""
    units, row = (
        inside.track.vectors["h"].shape[-1],
        _GATES[quantity] * inside.track.vectors["h"].shape[-1] + inside.unit,
    )
    suffix = f"_l{inside.layer}" + ("_reverse" if inside.direction else "")
    module = scene.seen.graph.node[inside.node].module
    prefix = f"{module}." if module else ""
    weight_in = scene.learned(f"{prefix}weight_ih{suffix}")
    weight_hidden = scene.learned(f"{prefix}weight_hh{suffix}")
    inputs = inside.track.inputs[inside.time, inside.sample]
    operands = [weight_hidden.operand(f"u_{{{k}}}", (row, k)) for k in range(units)]
    operands += [inside.before(f"h_{{{k}}}", "h", k) for k in range(units)]
    biases = [
        scene.learned(f"{prefix}{name}{suffix}").operand(symbol, (row,))
        for symbol, name in (("b", "bias_ih"), ("d", "bias_hh"))
        if f"{prefix}{name}{suffix}" in scene.state
    ]
    given, remembered = ("sum(w * x) + b", "sum(u * h) + d") if biases else ("sum(w * x)", "sum(u * h)")
    total = f"{given} + {remembered}"
    if quantity == "n":
        operands.append(inside.now("r", "r", inside.unit))
        total = f"{given} + r * ({remembered})"
    expression = total if quantity == "a" else f"tanh({total})" if quantity in "gn" else f"1 / (1 + exp(-({total})))"
    products = _input_products(scene, inside, weight_in, row, len(inputs))
    said = "The input times its weights plus the last hidden state times its own, squashed."
    return Account(
        expression, said if quantity != "a" else said.replace(", squashed", ""), [*operands, *biases], products
    )


def _input_products(scene: Scene, inside: _Inside, weight: Source, row: int, count: int) -> Products:
    """Pair the inputs of the step with their weights; of a higher layer they are the hidden states of the one below."""
    at = np.array([(row, k) for k in range(count)], np.int64)
    node = scene.seen.graph.node[inside.node]
    if inside.layer == 0:
        source = scene.activation(scene.seen.graph.incoming[node.id][0].tensor)
        head = (inside.sample, inside.time) if node.attributes.get("batch_first") else (inside.time, inside.sample)
        return product(
            source.factors("x", np.array([(*head, k) for k in range(count)], np.int64)), weight.factors("w", at)
        )
    below = inside.track.inputs[inside.time, inside.sample]
    units = count // inside.call.directions
    first = (inside.layer - 1) * inside.call.directions
    places = np.array([(first + k // units, inside.time, inside.sample, k % units) for k in range(count)], np.int64)
    values = Factors("x", below.float().numpy(), "inner", f"{inside.node}/h", places)
    return product(values, weight.factors("w", at))
