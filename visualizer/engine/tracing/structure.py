"""What a tracer notes down while a network runs, before ids are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from visualizer.core.graph import Attribute, NodeKind

TARGET = "target"
"""The operation of a constant that the loss brings along: what the network should give."""


@dataclass(eq=False, slots=True)
class TracedCall:
    """One execution of one module; `number` counts the executions of the same path from 1."""

    path: str
    module_class: str
    number: int = 1
    parent: TracedCall | None = None


@dataclass(eq=False, slots=True)
class TracedNode:
    """One operation that ran, with the tensors that went into it."""

    operation: str
    kind: NodeKind
    call: TracedCall
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    incoming: list[TracedEdge] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    parameter_count: int = 0
    buffers: list[str] = field(default_factory=list)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    in_place: bool = False
    error: str = ""
    name: str = ""  # a given id, for inputs


Value = tuple[TracedNode, int]  # a tensor: the node that made it and the number of that node's output


@dataclass(eq=False, slots=True)
class TracedEdge:
    """A tensor on its way into a node, at the place `argument` among the tensors given to it."""

    value: Value
    target: TracedNode
    shape: tuple[int, ...]
    argument: int


@dataclass(eq=False, slots=True)
class Invocation:
    """A torch function with its arguments, just before it runs.

    `given` are all tensors among the arguments, `overwritten` those that must go in as they are, since the function
    writes into them; `edges` go by the identity of the tensors. `node` is what it becomes in the graph.
    """

    node: TracedNode
    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    given: list[Tensor]
    overwritten: list[Tensor]
    edges: dict[int, TracedEdge]
