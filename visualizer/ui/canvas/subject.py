"""What the canvas is about: the network, its last recorded pass, what is frozen and what is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from visualizer.core.experiment import frozen_by
from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import NetworkGraph
from visualizer.core.signals import signals
from visualizer.core.timeline import Timeline
from visualizer.core.topics.neurons import Responses
from visualizer.ui.canvas.scene import Diagram, Shape, diagram


@dataclass(frozen=True, eq=False)
class Subject:
    """One network and all that is known of it; made anew when any of it changes, so views may cache by it.

    `input_shape` is without the batch, `frozen` holds the experiment's patterns, `verified` the module paths whose
    parameters were found unchanged. `responses` are there where inputs are points. `traced` is the graph before its
    parts were grouped.
    """

    graph: NetworkGraph
    classes: tuple[str, ...] = ()
    input_shape: Shape = ()
    recording: Recording | None = None
    timeline: Timeline | None = None
    frozen: tuple[str, ...] = ()
    verified: frozenset[str] = frozenset()
    responses: Responses | None = None
    traced: NetworkGraph | None = None
    _diagrams: dict[str, Diagram] = field(default_factory=dict)

    def looks_like(self, other: Subject) -> bool:
        """Return whether another subject is of the same recording, frozen and verified in the same layers."""
        return (
            self.graph is other.graph
            and self.recording is other.recording
            and self.timeline is other.timeline
            and (self.frozen, self.verified) == (other.frozen, other.verified)
            and (self.classes, self.input_shape) == (other.classes, other.input_shape)
            and self.responses is other.responses
        )

    @cached_property
    def _signals(self) -> frozenset[str]:
        return signals(self.graph) if self._batched else frozenset()

    def is_signal(self, node: str) -> bool:
        """Return whether the two axes of a node's output are channels and positions, and not steps and features."""
        return node in self._signals

    @cached_property
    def _batched(self) -> bool:
        first = next((node for node in self.graph.nodes if node.kind == "input"), None)
        recorded = self.recording.activations.get(first.id) if self.recording and first else None
        shape = recorded.shape if recorded else self.input_shape
        return bool(first and shape and len(first.shape) == len(shape) + 1)

    def shape_of(self, node: str) -> Shape:
        """Return the shape of a node's output without the batch dimension."""
        if self.recording is not None and node in self.recording.activations:
            return self.recording.activations[node].shape
        return self.without_batch(self.graph.node[node].shape)

    def without_batch(self, shape: Shape) -> Shape:
        """Return a shape of the graph without its batch dimension."""
        return shape[1:] if self._batched else shape

    def diagram(self, inside: str = "") -> Diagram:
        """Return what is to be drawn of the inside of a call, folded."""
        if inside not in self._diagrams:
            self._diagrams[inside] = diagram(self.graph, self, inside, len(self.classes))
        return self._diagrams[inside]

    def activation(self, node: str) -> TensorView | None:
        return self.recording.activations.get(node) if self.recording else None

    def gradient(self, node: str) -> TensorView | None:
        return self.recording.gradients.get(node) if self.recording else None

    def is_frozen(self, layers: tuple[str, ...]) -> bool:
        """Return whether all of these layers are frozen, and there are any."""
        return bool(layers) and all(frozen_by(self.frozen, layer) for layer in layers)

    def is_verified(self, layers: tuple[str, ...]) -> bool:
        return bool(layers) and all(layer in self.verified for layer in layers)

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The module paths that hold parameters, in forward order."""
        return tuple(dict.fromkeys(node.module for node in self.graph.nodes if node.parameters))
