"""A recorded call of nn.RNN, nn.LSTM or nn.GRU: what went in, its weights, what came out and the gradient of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.graph import NetworkGraph, Node, tensor_name
from visualizer.core.topics.sequences import RecurrentNode
from visualizer.engine.recording import Pass
from visualizer.engine.recurrence.cells import CELLS, Cell


@dataclass(frozen=True)
class RecurrentCall:
    """One call of a fused recurrent operation; sequences have shape (steps, batch, features).

    `weights` go by their names in the module (`weight_ih_l0`, `bias_hh_l1_reverse`). `initial` holds the first states
    (layers * directions, batch, units). `results` are the output (steps, batch, directions * units) and the final
    states, `result_gradients` dL/d of each of them that got a gradient, by the place of the result.
    """

    node: str
    cell: Cell
    layers: int
    bidirectional: bool
    weights: dict[str, Tensor]
    inputs: Tensor
    initial: dict[str, Tensor]
    results: list[Tensor]
    result_gradients: dict[int, Tensor]

    @property
    def directions(self) -> int:
        """1, or 2 where the sequence is also read from its end."""
        return 2 if self.bidirectional else 1

    def check(self, layer: int, reverse: bool) -> None:
        """Raise UserError for a layer or direction that it does not have."""
        if not 0 <= layer < self.layers:
            known = "only layer 0" if self.layers == 1 else f"the layers 0 to {self.layers - 1}"
            raise UserError(f"'{self.node}' has no layer {layer}: it has {known}.")
        if reverse and not self.bidirectional:
            raise UserError(f"'{self.node}' reads its sequence forward only: there is no reverse direction.")


def recurrent_nodes(graph: NetworkGraph) -> list[RecurrentNode]:
    """Return the recurrent operations of a network, in forward order."""
    return [
        RecurrentNode(
            id=node.id,
            kind=CELLS[node.operation].kind,
            layers=_number(node, "num_layers"),
            bidirectional=bool(node.attributes.get("bidirectional")),
            units=_number(node, "hidden_size"),
        )
        for node in graph.nodes
        if node.operation in CELLS and "hidden_size" in node.attributes
    ]


def recorded_call(seen: Pass, state: Mapping[str, Tensor], name: str = "") -> RecurrentCall:
    """Return what was recorded of a recurrent node, "" being the first; `state` holds the parameters by name.

    Raises UserError where there is none, or for what is not an undisturbed call of nn.RNN, nn.LSTM or nn.GRU.
    """
    node = _node(seen.graph, name)
    cell = CELLS[node.operation]
    if node.attributes.get("proj_size"):
        raise UserError(f"'{node.id}' projects its hidden state: only layers with proj_size=0 can be unrolled.")
    sequence, *states = _given(seen, state, node)
    if sequence.dim() != 3 or len(states) != len(cell.states):
        raise UserError(f"'{node.id}' got a packed sequence: only whole sequences can be unrolled.")
    batch_first = bool(node.attributes["batch_first"])
    names = [tensor_name(node.id, place) for place in range(1 + len(cell.states))]
    found = {place: seen.gradients[tensor] for place, tensor in enumerate(names) if tensor in seen.gradients}
    turned = _steps_first if batch_first else _as_it_is
    return RecurrentCall(
        node=node.id,
        cell=cell,
        layers=_number(node, "num_layers"),
        bidirectional=bool(node.attributes["bidirectional"]),
        weights=_weights(node, state),
        inputs=turned(sequence),
        initial=dict(zip(cell.states, states, strict=True)),
        results=[turned(seen.activations[names[0]]), *(seen.activations[name] for name in names[1:])],
        result_gradients={place: found[place] if place else turned(found[0]) for place in found},
    )


def _node(graph: NetworkGraph, name: str) -> Node:
    known = [found.id for found in recurrent_nodes(graph)]
    if not known:
        raise UserError("This network has no recurrent layer: the networks rnn, lstm and gru have one.")
    if (name or known[0]) not in known:
        what = f"is '{graph.node[name].operation}'" if name in graph.node else "is no node of this network"
        raise UserError(f"'{name}' {what} and cannot be unrolled in time: {', '.join(known)} can.")
    return graph.node[name or known[0]]


def _given(seen: Pass, state: Mapping[str, Tensor], node: Node) -> list[Tensor]:
    """Return the sequence and the initial states; these may be parameters or buffers, which have no edges."""
    flat = [seen.activations[edge.tensor] for edge in seen.graph.incoming[node.id]]
    prefix = f"{node.module}." if node.module else ""
    learned = [state[name] for name in (*node.parameters, *node.buffers) if not _is_weight(name, prefix)]
    return [*flat, *learned]


def _weights(node: Node, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    prefix = f"{node.module}." if node.module else ""
    weights = {name.removeprefix(prefix): state[name] for name in node.parameters if _is_weight(name, prefix)}
    kinds = 4 if node.attributes["bias"] else 2
    needed = kinds * _number(node, "num_layers") * (2 if node.attributes["bidirectional"] else 1)
    if len(weights) != needed:
        raise UserError(f"The weights of '{node.id}' are shared or computed: only plain parameters can be unrolled.")
    return weights


def _is_weight(name: str, prefix: str) -> bool:
    return name.startswith((f"{prefix}weight_ih_l", f"{prefix}weight_hh_l", f"{prefix}bias_ih_l", f"{prefix}bias_hh_l"))


def _number(node: Node, name: str) -> int:
    value = node.attributes.get(name)
    return value if isinstance(value, int) else 0


def _steps_first(sequence: Tensor) -> Tensor:
    return sequence.transpose(0, 1)


def _as_it_is(sequence: Tensor) -> Tensor:
    return sequence
