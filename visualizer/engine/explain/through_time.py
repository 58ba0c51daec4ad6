"""Backpropagation through time, one number at a time. Werbos 1990.

The gradient of a number inside of a cell, `NODE/QUANTITY`, is that of what it went into, times the local derivative; a
state also went into all gates of the next step. All are total derivatives of the loss.
"""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Factors, Operand
from visualizer.core.graph import Node
from visualizer.engine.explain.element import Account, Place, constant, product
from visualizer.engine.explain.opened import ROWS, Opened, find, opened, weight
from visualizer.engine.explain.recurrent import given
from visualizer.engine.explain.scene import Scene

_GATE = "g * y * (1 - y)"
_TANH = "g * (1 - y**2)"
_LOCAL = {  # expression; symbol and quantity whose gradient is used; those of values of the same step, of that before
    ("lstm", "a_i"): (_GATE, ("g", "i"), (("y", "i"),), ()),
    ("lstm", "a_f"): (_GATE, ("g", "f"), (("y", "f"),), ()),
    ("lstm", "a_g"): (_TANH, ("g", "g"), (("y", "g"),), ()),
    ("lstm", "a_o"): (_GATE, ("g", "o"), (("y", "o"),), ()),
    ("lstm", "i"): ("s * g", ("s", "c"), (("g", "g"),), ()),
    ("lstm", "f"): ("s * p", ("s", "c"), (), (("p", "c"),)),
    ("lstm", "g"): ("s * i", ("s", "c"), (("i", "i"),), ()),
    ("lstm", "o"): ("s * q", ("s", "h"), (("q", "tanh(c)"),), ()),
    ("lstm", "tanh(c)"): ("s * o", ("s", "h"), (("o", "o"),), ()),
    ("gru", "a_r"): (_GATE, ("g", "r"), (("y", "r"),), ()),
    ("gru", "a_z"): (_GATE, ("g", "z"), (("y", "z"),), ()),
    ("gru", "a_n"): (_TANH, ("g", "n"), (("y", "n"),), ()),
    ("gru", "m"): ("s * r", ("s", "a_n"), (("r", "r"),), ()),
    ("gru", "r"): ("s * m", ("s", "a_n"), (("m", "m"),), ()),
    ("gru", "z"): ("s * (p - n)", ("s", "h"), (("n", "n"),), (("p", "h"),)),
    ("gru", "n"): ("s * (1 - z)", ("s", "h"), (("z", "z"),), ()),
    ("rnn_tanh", "a"): ("s * (1 - h**2)", ("s", "h"), (("h", "h"),), ()),
    ("rnn_relu", "a"): ("s * (h > 0)", ("s", "h"), (("h", "h"),), ()),
}


def explain_gradient(scene: Scene, name: str, place: Place) -> Account:
    """Explain the gradient of one number that a cell computes at one time step."""
    layer, quantity, at = find(scene, name, place)
    if not layer.gradients:
        return _nothing()
    local = _LOCAL.get((layer.kind, quantity))
    if local is None:
        return _of_state(scene, layer, quantity, at)
    expression, (symbol, source), now, before = local
    operands = [layer.gradient(symbol, source, at)]
    operands += [layer.value(letter, of, at) for letter, of in now]
    operands += [layer.before(letter, of, at) for letter, of in before]
    said = f"The gradient of {source}, which it went into, times the derivative of that by {quantity}."
    return Account(expression, said, operands)


def share(scene: Scene, node: Node, source: str, place: Place) -> Account:
    """Explain the gradient of a weight, of a bias, of the input or of a first state of a recurrent operation."""
    call = opened(scene, node, 0).call
    for number in range(call.layers * call.directions):
        layer = opened(scene, node, number)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            own = weight(scene, layer, name)
            if own is not None and own.name == source:
                return _of_weight(scene, layer, name, place) if layer.gradients else _nothing()
    argument = [one.name for one in scene.given(node)].index(source)
    if argument:
        return _of_first_state(scene, node, call.cell.states[argument - 1], place)
    read = (0, *place) if node.operation not in ROWS else place
    first, second, feature = read
    time, sample = (second, first) if node.attributes.get("batch_first") else (first, second)
    operands, parts = _from_above(scene, node, 0, (time, sample, feature))
    return _sum(parts, operands, "All gates of this time step read it: their gradients, back through their weights.")


def _of_state(scene: Scene, layer: Opened, quantity: str, at: Place) -> Account:
    """Explain dL/dh or dL/dc: what comes from above, from the same step, and from the next step."""
    time, sample, unit = at
    call = layer.call
    operands: list[Operand] = []
    parts: list[str] = []
    if quantity == "c":
        operands += [layer.gradient("s", "tanh(c)", at), layer.value("q", "tanh(c)", at)]
        parts.append("s * (1 - q**2)")
    elif layer.layer == call.layers - 1:
        found = layer.of_result("r", "", at)
        operands, parts = ([found], ["r"]) if found is not None else ([], [])
    else:
        column = layer.number % call.directions * layer.units + unit
        operands, parts = _from_above(scene, layer.node, layer.layer + 1, (time, sample, column))
    later = time + layer.forward
    final = layer.of_result("e", quantity, at)
    if layer.has(later):
        more, of_next = _from_next(scene, layer, quantity, (later, sample, unit))
        operands, parts = [*operands, *more], [*parts, *of_next]
    elif final is not None:
        operands, parts = [*operands, final], [*parts, "e"]
    said = "What comes back from its use at this time step, and from the next step, which has remembered it."
    return _sum(parts, operands, said)


def _from_next(scene: Scene, layer: Opened, quantity: str, at: Place) -> tuple[list[Operand], list[str]]:
    """Return what comes back to a state from the step `at` (time, sample, unit) that has read it."""
    time, sample, unit = at
    if quantity == "c":
        return [layer.gradient("k", "c", at), layer.value("f", "f", at)], ["k * f"]
    operands, parts = [], []
    if layer.kind == "gru":
        operands, parts = [layer.gradient("k", "h", at), layer.value("z", "z", at)], ["k * z"]
    own = weight(scene, layer, "weight_hh")
    assert own is not None
    for block, name in enumerate(ROWS[layer.kind][1]):
        for other in range(layer.units):
            row = block * layer.units + other
            operands.append(own.operand(f"u_{{{row}}}", (row, unit)))
            operands.append(layer.gradient(f"d_{{{row}}}", name, (time, sample, other)))
    return operands, [*parts, "sum(u * d)"]


def _from_above(scene: Scene, node: Node, number: int, at: Place) -> tuple[list[Operand], list[str]]:
    """Return what comes back to an input (time, sample, feature) of a layer from all its gates, in both directions."""
    time, sample, feature = at
    operands: list[Operand] = []
    directions = opened(scene, node, 0).call.directions
    for direction in range(directions):
        layer = opened(scene, node, number * directions + direction)
        own = weight(scene, layer, "weight_ih")
        if own is None or not layer.gradients:
            return [], []
        names = ROWS[layer.kind][0]
        for row in range(len(names) * layer.units):
            block, unit = divmod(row, layer.units)
            place = row + direction * len(names) * layer.units
            operands.append(own.operand(f"w_{{{place}}}", (row, feature)))
            operands.append(layer.gradient(f"v_{{{place}}}", names[block], (time, sample, unit)))
    return operands, ["sum(w * v)"]


def _of_first_state(scene: Scene, node: Node, quantity: str, place: Place) -> Account:
    """Explain the gradient of a state that was given to the first step."""
    number, sample, unit = (0, *place) if node.operation not in ROWS else place
    layer = opened(scene, node, number)
    if not layer.gradients:
        return _nothing()
    first = 0 if layer.forward == 1 else len(layer.inputs) - 1
    operands, parts = _from_next(scene, layer, quantity, (first, sample, unit))
    return _sum(parts, operands, "What comes back from the first step, which has read it.")


def _of_weight(scene: Scene, layer: Opened, name: str, place: Place) -> Account:
    """Explain the gradient of a weight or bias: the sum over all time steps, as all of them have used it."""
    hidden = name.endswith("hh")
    block, unit = divmod(place[0], layer.units)
    quantity = ROWS[layer.kind][hidden][block]
    steps, samples = layer.inputs.shape[:2]
    at = [(time, sample) for time in range(steps) for sample in range(samples)]
    if name.startswith("bias"):
        operands = [layer.gradient(f"d_{{{k}}}", quantity, (*when, unit)) for k, when in enumerate(at)]
        return Account("sum(d)", f"The sum over all {steps} time steps of the gradients of {quantity}.", operands)
    first = Factors(
        "d",
        layer.gradients[quantity][..., unit].reshape(-1).float().numpy(),
        "gradient",
        f"{layer.node.id}/{quantity}",
        np.array([(layer.number, *when, unit) for when in at], np.int64),
    )
    said = (
        f"The sum over all {steps} time steps of the gradient of {quantity} times what this weight was multiplied with."
    )
    if not hidden:
        return Account(
            "sum(d * x)", said, products=product(first, given(scene, layer, [(*when, place[1]) for when in at]))
        )
    return _of_hidden_weight(layer, quantity, first, (unit, place[1]), said)


def _of_hidden_weight(layer: Opened, quantity: str, first: Factors, place: Place, said: str) -> Account:
    unit, column = place
    steps, samples = layer.inputs.shape[:2]
    earlier = [(time - layer.forward, sample) for time in range(steps) for sample in range(samples)]
    inside = np.array([layer.has(time) for time, _ in earlier])
    values = [float(layer.values["h"][time, sample, column]) if layer.has(time) else 0.0 for time, sample in earlier]
    places = np.array([(layer.number, time, sample, column) for time, sample in earlier], np.int64)
    second = Factors("h", np.array(values, np.float32), "inner", f"{layer.node.id}/h", places)
    products, operands = product(first, second, inside), []
    start = layer.initial["h"][:, column]
    if not bool(start.any()):
        return Account("sum(d * h)", f"{said} The first step began with zeros.", products=products)
    time = 0 if layer.forward == 1 else steps - 1
    for sample in range(samples):
        operands.append(layer.gradient(f"e_{{{sample}}}", quantity, (time, sample, unit)))
        operands.append(layer.before(f"p_{{{sample}}}", "h", (time, sample, column)))
    return Account("sum(d * h) + sum(e * p)", said, operands, products)


def _sum(parts: list[str], operands: list[Operand], said: str) -> Account:
    return Account(" + ".join(parts), said, operands) if parts else _nothing()


def _nothing() -> Account:
    return Account("zero", "Nothing that the loss depends on has used it.", [constant("zero", 0.0)])
