"""One layer of a recurrent call in one direction, opened: every number inside of it, and the gradient of each.

Beside the vectors of engine.recurrence there are the pre-activations: `a_i`, `a_f`, ... are what a gate squashes (`a`
in a plain recurrent cell), `m` is the part of a GRU's candidate that the reset gate scales, U h + b.
Indices are (layer * directions + direction, time, sample, unit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Operand
from visualizer.core.graph import Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Place, Source, constant
from visualizer.engine.explain.scene import Scene
from visualizer.engine.recurrence import RecurrentCall, Track, recorded_call, unroll

ROWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lstm": (("a_i", "a_f", "a_g", "a_o"),) * 2,
    "gru": (("a_r", "a_z", "a_n"), ("a_r", "a_z", "m")),
    "rnn_tanh": (("a",),) * 2,
    "rnn_relu": (("a",),) * 2,
}
"""What the rows of the weights of the input, and of those of the hidden state, are added up to, block by block."""


@dataclass(frozen=True)
class Opened:
    """Values and gradients by quantity, (time, sample, unit); `inputs` is (time, sample, feature)."""

    node: Node
    call: RecurrentCall
    number: int
    track: Track
    values: Mapping[str, Tensor]

    @property
    def inputs(self) -> Tensor:
        """What the layer reads."""
        return self.track.inputs

    @property
    def initial(self) -> Mapping[str, Tensor]:
        """The states before the first step, (sample, unit)."""
        return self.track.initial

    @cached_property
    def gradients(self) -> Mapping[str, Tensor]:
        """Derivatives of the loss, none where none comes to this call; worked out when they are first asked for."""
        values, gradients = self.values, dict(self.track.gradients)
        for name in ROWS[self.node.operation][0]:
            gate = name.removeprefix("a_")
            if name != "a" and gate in gradients:
                slope = 1 - values[gate] ** 2 if gate in "gn" else values[gate] * (1 - values[gate])
                gradients[name] = gradients[gate] * slope
        if "a_n" in gradients:
            gradients["m"] = gradients["a_n"] * values["r"]
        return gradients

    @property
    def layer(self) -> int:
        """Which layer of the call it is."""
        return self.number // self.call.directions

    @property
    def units(self) -> int:
        """How many hidden units there are."""
        return self.values["h"].shape[-1]

    @property
    def forward(self) -> int:
        """1 where the sequence is read from its beginning, -1 from its end."""
        return -1 if self.number % self.call.directions else 1

    def has(self, time: int) -> bool:
        """Whether there is such a time step."""
        return 0 <= time < len(self.inputs)

    def value(self, symbol: str, name: str, at: Place) -> Operand:
        """Return a number of a step, (time, sample, unit)."""
        return self._operand(symbol, self.values[name], name, at, "inner")

    def gradient(self, symbol: str, name: str, at: Place) -> Operand:
        """Return the derivative of the loss by a number of a step, (time, sample, unit)."""
        return self._operand(symbol, self.gradients[name], name, at, "gradient")

    def before(self, symbol: str, name: str, at: Place) -> Operand:
        """Return a state of the step that came before (time, sample, unit)."""
        time, sample, unit = at
        if self.has(time - self.forward):
            return self.value(symbol, name, (time - self.forward, sample, unit))
        return constant(symbol, float(self.initial[name][sample, unit]))

    def _operand(self, symbol: str, tensor: Tensor, name: str, at: Place, kind: Kind) -> Operand:
        return Operand(symbol, float(tensor[at]), f"{self.node.id}/{name}", (self.number, *at), kind)


def opened(scene: Scene, node: Node, number: int) -> Opened:
    """Return one layer and direction of a recorded call; it is worked out once."""
    key = (node.id, number)
    found = scene.kept.get(key)
    if not isinstance(found, Opened):
        call = recorded_call(scene.seen, scene.state, node.id)
        found = scene.kept[key] = _opened(call, node, number)
    return found


def find(scene: Scene, name: str, place: Place) -> tuple[Opened, str, Place]:
    """Return where the number `NODE/QUANTITY` at a place is; raise UserError where there is none."""
    node_id, _, quantity = name.rpartition("/")
    node, _ = scene.node_of(node_id)
    call = recorded_call(scene.seen, scene.state, node.id)
    units = call.weights["weight_hh_l0"].shape[1]
    sizes = (call.layers * call.directions, *call.inputs.shape[:2], units)
    if len(place) != len(sizes) or not all(0 <= at < size for at, size in zip(place, sizes, strict=True)):
        raise UserError(f"There is no element {list(place)} in '{name}', which holds {'×'.join(map(str, sizes))}.")
    layer = opened(scene, node, place[0])
    if quantity not in layer.values:
        raise unknown(f"quantity of '{node_id}'", quantity, layer.values)
    return layer, quantity, place[1:]


def weight(scene: Scene, layer: Opened, name: str) -> Source | None:
    """Return one of its weights or biases (`weight_ih`, `bias_hh`, ...), None where it has no such."""
    module = layer.node.module
    whole = f"{module + '.' if module else ''}{name}{_suffix(layer.call, layer.number)}"
    return scene.learned(whole) if whole in scene.state else None


def _suffix(call: RecurrentCall, number: int) -> str:
    layer, direction = divmod(number, call.directions)
    return f"_l{layer}" + ("_reverse" if direction else "")


def _opened(call: RecurrentCall, node: Node, number: int) -> Opened:
    layer, direction = divmod(number, call.directions)
    track = unroll(call, layer, bool(direction))
    suffix = _suffix(call, number)
    first = track.initial["h"].unsqueeze(0)
    hidden = track.vectors["h"]
    before = torch.cat([hidden[1:], first] if direction else [first, hidden[:-1]]).detach()
    given = functional.linear(track.inputs, call.weights[f"weight_ih{suffix}"], call.weights.get(f"bias_ih{suffix}"))
    kept = functional.linear(before, call.weights[f"weight_hh{suffix}"], call.weights.get(f"bias_hh{suffix}"))
    values = dict(track.vectors)
    blocks = len(ROWS[node.operation][0])
    pairs = zip(ROWS[node.operation][0], given.chunk(blocks, -1), kept.chunk(blocks, -1), strict=True)
    for name, of_input, of_hidden in pairs:
        if name == "a_n":
            values["m"] = of_hidden
        values[name] = of_input + (values["r"] * of_hidden if name == "a_n" else of_hidden)
    return Opened(node, call, number, track, values)
