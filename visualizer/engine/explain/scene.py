"""All that can be looked up to explain a number: one recorded pass and the parameters of that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn

from visualizer.core.errors import UserError, unknown
from visualizer.core.graph import Node, tensor_name
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Place, Source
from visualizer.engine.recording import Pass


@dataclass(frozen=True)
class Scene:
    """A recorded pass with copies of parameters and buffers, as they were in it, by name.

    `kept` holds what was worked out for one explanation and serves those that follow.
    """

    seen: Pass
    state: Mapping[str, Tensor]
    kept: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def node_of(self, name: str) -> tuple[Node, int]:
        """Return the node that computed a tensor, and as which of its outputs."""
        node_id, _, number = name.partition(":")
        nodes = self.seen.graph.node
        if node_id not in nodes or not (number or "0").isdigit() or name not in self.seen.activations:
            raise unknown("node", name, nodes)
        return nodes[node_id], int(number or 0)

    def activation(self, name: str) -> Source:
        """Return a recorded tensor; a number of an input of the network is data."""
        node = self.node_of(name)[0]
        return Source("data" if node.kind == "input" else "activation", name, self.seen.activations[name])

    def learned(self, name: str) -> Source:
        """Return a parameter or buffer."""
        buffer = any(name in node.buffers for node in self.seen.graph.nodes)
        return Source("buffer" if buffer else "parameter", name, self.state[name])

    def gradient(self, name: str) -> Source | None:
        """Return the gradient of a recorded tensor, None where none came."""
        found = self.seen.gradients.get(name)
        return None if found is None else Source("gradient", name, found)

    def given(self, node: Node) -> list[Source]:
        """Return all tensors that went into a node, in the order of its arguments."""
        called = self.seen.called.get(node.id)
        return [] if called is None else [self.tensor(name) for name in called.sources]

    def tensor(self, name: str) -> Source:
        """Return a recorded tensor, a parameter or a buffer."""
        return self.activation(name) if name in self.seen.activations else self.learned(name)

    def outputs(self, node: Node) -> list[str]:
        """Return the names of all that a node gave out and that was recorded."""
        names = [tensor_name(node.id, number) for number in range(max(len(node.shapes), 1))]
        return [name for name in names if name in self.seen.activations]

    def find(self, kind: Kind, name: str) -> Tensor:
        """Return the tensor of a recorded quantity; raise UserError where there is none of this name."""
        tensors = {
            "activation": self.seen.activations,
            "data": self.seen.activations,
            "gradient": self.seen.gradients,
            "edge_gradient": self.seen.edge_gradients,
            "parameter_gradient": self.seen.parameter_gradients,
            "parameter": self.state,
            "buffer": self.state,
        }.get(kind)
        if tensors is None:
            raise UserError(f"A number of the kind '{kind}' is not one of a recorded pass.")
        if name not in tensors:
            raise unknown(kind.replace("_", " "), name, tensors)
        return tensors[name]


def scene_of(module: nn.Module, seen: Pass) -> Scene:
    """Return the scene of a pass whose network still has the parameters of then."""
    own = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return Scene(seen, {name: tensor.detach() for name, tensor in own.items()})


def check_place(kind: Kind, name: str, tensor: Tensor, place: Place) -> None:
    """Raise UserError unless there is such an element."""
    if len(place) != tensor.dim() or not all(0 <= at < size for at, size in zip(place, tensor.shape, strict=True)):
        sizes = "×".join(map(str, tensor.shape)) or "a single number"
        what = "" if kind in ("activation", "data") else f"the {kind.replace('_', ' ')} "
        raise UserError(f"There is no element {list(place)} in {what}'{name}', which holds {sizes}.")
