"""One recorded operation, with what a sentence about it needs."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Literal

from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Node
from visualizer.core.numbers import shape_text

Shape = tuple[int, ...]

COPYING = ("getitem", "pad", "select", "narrow")
"""Operations that pass some values on and change none."""

REARRANGING = (
    "flatten", "unflatten", "view", "reshape", "squeeze", "unsqueeze", "permute", "transpose", "contiguous",
)  # fmt: skip
"""Operations that pass all values on in another arrangement."""


class Operation:
    """A node of a recording. Shapes are without the batch dimension."""

    def __init__(self, recording: Recording, node: str, classes: tuple[str, ...] = ()) -> None:
        self.recording = recording
        self.node: Node = recording.graph.node[node]
        self.classes = classes

    @property
    def kind(self) -> str:
        """The operation's name in torch."""
        return self.node.operation

    @property
    def output(self) -> TensorView | None:
        """What it computed."""
        return self.recording.activations.get(self.node.id)

    @property
    def gradient(self) -> TensorView | None:
        """The derivative of the loss by its output; None where no gradient came."""
        return self.recording.gradients.get(self.node.id)

    @property
    def shape(self) -> Shape:
        """Shape of the output."""
        return self.output.shape if self.output is not None else self.node.shape[1:]

    @cached_property
    def input_shapes(self) -> list[Shape]:
        """Shapes of the tensors that come in, in argument order."""
        known = self.recording.activations
        edges = self.recording.graph.incoming[self.node.id]
        return [known[edge.tensor].shape if edge.tensor in known else edge.shape[1:] for edge in edges]

    @property
    def input_shape(self) -> Shape:
        """Shape of the first tensor that comes in."""
        return self.input_shapes[0] if self.input_shapes else ()

    @property
    def becomes(self) -> str:
        """How the size changes: `28×28 becomes 14×14`; channels are left out where they stay the same."""
        before, after = self.input_shape, self.shape
        if len(before) == len(after) > 1 and before[0] == after[0]:
            before, after = before[1:], after[1:]
        return f"{shape_text(before)} becomes {shape_text(after)}"

    @cached_property
    def trained(self) -> TensorView | None:
        """Gradient of its first parameter; None where it has none or is frozen."""
        gradients = self.recording.parameter_gradients
        return next((gradients[name] for name in self.node.parameters if name in gradients), None)

    @property
    def frozen(self) -> bool:
        """Whether it has parameters and none of them got a gradient."""
        gradients = self.recording.parameter_gradients
        return bool(self.node.parameters) and not any(name in gradients for name in self.node.parameters)

    @property
    def has_bias(self) -> bool:
        return any(name.rpartition(".")[2] == "bias" for name in self.node.parameters)

    def sizes(self, name: str) -> list[int]:
        """Return an attribute that is one size for all axes or one for each; [] where it is not known."""
        value = self.node.attributes.get(name, [])
        axes = max(len(self.shape) - 1, 1)
        if isinstance(value, list):
            return value
        return [int(value)] * axes if isinstance(value, int) else []

    def number(self, name: str, default: int) -> int:
        """Return an attribute that is one whole number."""
        value = self.node.attributes.get(name)
        return value if isinstance(value, int) else default

    @cached_property
    def carried_over(self) -> Literal["", "unchanged", "cut"]:
        """How an addition takes what the other branch began with: a residual connection without weights."""
        graph = self.recording.graph
        sources = [edge.source for edge in graph.incoming[self.node.id]]
        for early, late in itertools.permutations(sources, 2):
            origin = early
            while graph.node[origin].operation in COPYING and graph.incoming[origin]:
                origin = graph.incoming[origin][0].source
            if self._leads(origin, late):
                return "unchanged" if origin == early else "cut"
        return ""

    def _leads(self, early: str, late: str) -> bool:
        graph, seen, waiting = self.recording.graph, {late}, [late]
        while waiting:
            for edge in graph.incoming[waiting.pop()]:
                if edge.source == early:
                    return True
                if edge.source not in seen:
                    seen.add(edge.source)
                    waiting.append(edge.source)
        return False
