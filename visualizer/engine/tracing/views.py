"""Tensors that share memory, and the gradients of views that were written into.

When an operation writes into a view, autograd hangs it onto the tensor that owns the memory: the gradient no longer
passes through the operation that made the view. Here the owner's gradient is led along the views again, so that
owner, view and operation show one unbroken path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.engine.tracing.structure import TracedEdge, Value


def alias(tensor: Tensor) -> Tensor:
    """Return a view of all of a tensor, with its strides: `view_as` changes those of dimensions of size one.

    An operation that writes a part of a tensor into its own place (`x[:, :3] += y`) demands equal strides.
    """
    return tensor[...]


@dataclass(frozen=True)
class Place:
    """Where in its memory a tensor lay; `generation` is one content of one memory, until it was written into."""

    generation: int
    size: torch.Size
    stride: tuple[int, ...]
    offset: int

    @classmethod
    def of(cls, tensor: Tensor, generation: int) -> Place:
        return cls(generation, tensor.size(), tensor.stride(), int(tensor.storage_offset()))


def chain_of_views(written: TracedEdge, places: dict[Value, Place]) -> list[TracedEdge]:
    """Return the edges from the owner of the memory, view by view, to the tensor that is written into."""
    chain: list[TracedEdge] = []
    value = written.value
    while (edge := _seen_through(value, places)) is not None:
        chain.insert(0, edge)
        value = edge.value
    return chain


def _seen_through(view: Value, places: dict[Value, Place]) -> TracedEdge | None:
    """Return the edge that brought the memory of a view to the node that made it; None for the owner."""
    place = places.get(view)
    for edge in view[0].incoming:
        source = places.get(edge.value)
        if place is not None and source is not None and source.generation == place.generation:
            return edge
    return None


def on_memory(gradient: Tensor, owner: Place) -> Callable[[Place, Place], Tensor]:
    """Spread an owner's gradient over its memory and return how to read it: what lies in one place, seen from another.

    The result has the size of the second place and is zero outside of the first.
    """

    def read(inside: Place, seen_from: Place) -> Tensor:
        memory = torch.empty_strided(owner.size, owner.stride, dtype=gradient.dtype).copy_(gradient)
        kept = torch.zeros_like(memory)
        window = (inside.size, inside.stride, inside.offset - owner.offset)
        kept.as_strided(*window).copy_(memory.as_strided(*window))
        return kept.as_strided(seen_from.size, seen_from.stride, seen_from.offset - owner.offset).clone()

    return read
