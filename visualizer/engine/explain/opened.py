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
from visualizer.core.graph import Node, tensor_name
from visualizer.core.quantities import Kind
from visualizer.engine.explain import steps
from visualizer.engine.explain.element import Place, Source
from visualizer.engine.explain.scene import Scene
from visualizer.engine.explain.steps import Steps
from visualizer.engine.recurrence import RecurrentCall, recorded_call
from visualizer.engine.recurrence.cells import CELLS

ROWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lstm": (("a_i", "a_f", "a_g", "a_o"),) * 2,
    "gru": (("a_r", "a_z", "a_n"), ("a_r", "a_z", "m")),
    "rnn_tanh": (("a",),) * 2,
    "rnn_relu": (("a",),) * 2,
}
"""What the rows of the weights of the input, and of those of the hidden state, are added up to, block by block."""


CELL = "_cell"
"""What ends the name of an operation that is one step alone: nn.LSTMCell, GRUCell, RNNCell."""

OPERATIONS = (*ROWS, *(f"{kind}{CELL}" for kind in ROWS))


@dataclass(frozen=True)
class Opened:
    """Values and gradients by quantity, (time, sample, unit); `inputs` is (time, sample, feature).

    `states` are the tensors that the first states were given in, in the order of the call.
    """

    scene: Scene
    node: Node
    call: RecurrentCall
    number: int
    inputs: Tensor
    steps: Steps
    states: list[Source]

    @property
    def kind(self) -> str:
        """What kind of cell it is: a key of ROWS."""
        return self.steps.kind

    @property
    def is_cell(self) -> bool:
        """Whether it is one step alone."""
        return self.node.operation.endswith(CELL)

    @property
    def initial(self) -> Mapping[str, Tensor]:
        """The states before the first step, (sample, unit)."""
        return self.steps.first

    @cached_property
    def values(self) -> Mapping[str, Tensor]:
        """Every vector of every step."""
        return self._in_time(steps.values(self.steps))

    @cached_property
    def gradients(self) -> Mapping[str, Tensor]:
        """Derivatives of the loss, none where none comes to this call; worked out when they are first asked for."""
        if not self.call.result_gradients:
            return {}
        found = self._in_time(dict(self.values))
        states = self.call.cell.states
        final = {
            name: self.call.result_gradients[place][self.number]
            for place, name in enumerate(states, 1)
            if place in self.call.result_gradients
        }
        weight = self.call.weights[f"weight_hh{_suffix(self.call, self.number)}"]
        hidden = self._in_time({"h": self._from_above()})["h"]
        return self._in_time(steps.gradients(self.steps, dict(found), weight, hidden, final))

    @property
    def layer(self) -> int:
        """Which layer of the call it is."""
        return self.number // self.call.directions

    @property
    def units(self) -> int:
        """How many hidden units there are."""
        return self.steps.hidden.shape[-1]

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
        given = self.states[self.call.cell.states.index(name)]
        return given.operand(symbol, (sample, unit) if self.is_cell else (self.number, sample, unit))

    def of_result(self, symbol: str, quantity: str, at: Place) -> Operand | None:
        """Return the gradient that comes to a state of a step from what reads it as a result; None where none does.

        `quantity` is "" for the output of all steps, else the state that is given out after the last one.
        """
        time, sample, unit = at
        number = 1 + self.call.cell.states.index(quantity) if quantity else 0
        if number not in self.call.result_gradients:
            return None
        place: Place = (self.number, sample, unit)
        if self.is_cell:
            number, place = number - 1, (sample, unit)
        elif not quantity:
            column = self.number % self.call.directions * self.units + unit
            place = (sample, time, column) if self.node.attributes.get("batch_first") else (time, sample, column)
        found = self.scene.gradient(tensor_name(self.node.id, number))
        assert found is not None
        return found.operand(symbol, place)

    def _operand(self, symbol: str, tensor: Tensor, name: str, at: Place, kind: Kind) -> Operand:
        return Operand(symbol, float(tensor[at]), f"{self.node.id}/{name}", (self.number, *at), kind)

    def _in_time(self, vectors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Turn vectors from the order of the steps to that of the sequence, or back."""
        return {name: vector.flip(0) if self.forward < 0 else vector for name, vector in vectors.items()}

    def _from_above(self) -> Tensor:
        """Return what comes to the hidden states from the results, or from the layer above."""
        columns = slice(self.number % self.call.directions * self.units, None)
        if self.layer == self.call.layers - 1:
            found = self.call.result_gradients.get(0)
            return torch.zeros_like(self.steps.hidden) if found is None else found[..., columns][..., : self.units]
        total = torch.zeros_like(self.steps.hidden)
        for direction in range(self.call.directions):
            above = opened(self.scene, self.node, (self.layer + 1) * self.call.directions + direction)
            sums = torch.cat([above.gradients[name] for name in ROWS[self.kind][0]], -1)
            weight = self.call.weights[f"weight_ih{_suffix(self.call, above.number)}"]
            total = total + sums @ weight[:, columns][:, : self.units]
        return total


def opened(scene: Scene, node: Node, number: int) -> Opened:
    """Return one layer and direction of a recorded call; it is worked out once."""
    key = (node.id, number)
    found = scene.kept.get(key)
    if not isinstance(found, Opened):
        found = scene.kept[key] = _opened(scene, call_of(scene, node), node, number)
    return found


def call_of(scene: Scene, node: Node) -> RecurrentCall:
    """Return a recorded call; that of a single step is one of a sequence of length 1."""
    if not node.operation.endswith(CELL):
        return recorded_call(scene.seen, scene.state, node.id)
    cell = CELLS[node.operation.removesuffix(CELL)]
    given = scene.given(node)
    read, states = given[0].tensor, given[1 : 1 + len(cell.states)]
    if read.dim() != 2:
        raise UserError(f"The {node.operation} at '{node.id}' cannot be explained: it ran without a batch dimension.")
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    made = [tensor_name(node.id, place) for place in range(len(cell.states))]
    results = [scene.seen.activations[name].unsqueeze(0) for name in made]
    found = {place: scene.gradient(name) for place, name in enumerate(made, 1)}
    return RecurrentCall(
        node=node.id,
        cell=cell,
        layers=1,
        bidirectional=False,
        weights={name: source.tensor for name, source in zip(names, given[1 + len(cell.states) :], strict=False)},
        inputs=read.unsqueeze(0),
        initial={name: state.tensor.unsqueeze(0) for name, state in zip(cell.states, states, strict=True)},
        results=[results[0], *results],
        result_gradients={place: one.tensor.unsqueeze(0) for place, one in found.items() if one is not None},
    )


def sizes(call: RecurrentCall) -> tuple[int, ...]:
    """Return how many layers and directions, time steps, samples and units there are."""
    units = call.weights["weight_hh_l0"].shape[1]
    return (call.layers * call.directions, *call.inputs.shape[:2], units)


def find(scene: Scene, name: str, place: Place) -> tuple[Opened, str, Place]:
    """Return where the number `NODE/QUANTITY` at a place is; raise UserError where there is none."""
    node_id, _, quantity = name.rpartition("/")
    node, _ = scene.node_of(node_id)
    shape = sizes(call_of(scene, node))
    if len(place) != len(shape) or not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        raise UserError(f"There is no element {list(place)} in '{name}', which holds {'×'.join(map(str, shape))}.")
    layer = opened(scene, node, place[0])
    if quantity not in layer.values:
        raise unknown(f"quantity of '{node_id}'", quantity, layer.values)
    return layer, quantity, place[1:]


def weight(scene: Scene, layer: Opened, name: str) -> Source | None:
    """Return one of its weights or biases (`weight_ih`, `bias_hh`, ...), None where it has no such."""
    if layer.is_cell:
        given = dict(
            zip(
                ("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
                scene.given(layer.node)[1 + len(layer.states) :],
                strict=False,
            )
        )
        return given.get(name)
    module = layer.node.module
    whole = f"{module + '.' if module else ''}{name}{_suffix(layer.call, layer.number)}"
    return scene.learned(whole) if whole in scene.state else None


def _suffix(call: RecurrentCall, number: int) -> str:
    layer, direction = divmod(number, call.directions)
    return f"_l{layer}" + ("_reverse" if direction else "")


def _opened(scene: Scene, call: RecurrentCall, node: Node, number: int) -> Opened:
    layer, direction = divmod(number, call.directions)
    inputs = call.inputs
    if layer:
        below = (opened(scene, node, (layer - 1) * call.directions + way) for way in range(call.directions))
        inputs = torch.cat([one.values["h"] for one in below], -1)
    suffix, kind = _suffix(call, number), node.operation.removesuffix(CELL)
    read = inputs.flip(0) if direction else inputs
    first = {name: state[number] for name, state in call.initial.items()}
    if layer == call.layers - 1:
        units = call.weights["weight_hh_l0"].shape[1]
        hidden = call.results[0][..., direction * units : (direction + 1) * units]
        hidden = hidden.flip(0) if direction else hidden
    else:
        hidden = _hidden(kind, call, suffix, read, first)
    before = torch.cat([first["h"].unsqueeze(0), hidden[:-1]])
    weights = call.weights
    given = functional.linear(read, weights[f"weight_ih{suffix}"], weights.get(f"bias_ih{suffix}"))
    kept = functional.linear(before, weights[f"weight_hh{suffix}"], weights.get(f"bias_hh{suffix}"))
    states = scene.given(node)[1 : 1 + len(call.cell.states)]
    return Opened(scene, node, call, number, inputs, Steps(kind, given, kept, hidden, first), states)


def _hidden(kind: str, call: RecurrentCall, suffix: str, read: Tensor, first: Mapping[str, Tensor]) -> Tensor:
    """Return the hidden states of a layer below the last, which nothing has recorded: torch's own layer tells them."""
    names = [f"{name}{suffix}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    weights = [call.weights[name] for name in names if name in call.weights]
    states = [state.unsqueeze(0) for state in first.values()]
    run = getattr(torch, kind)
    result: Tensor = run(
        read, states if kind == "lstm" else states[0], weights, len(weights) == 4, 1, 0.0, False, False, False
    )[0]
    return result
