"""Which operation made the present content of each living tensor."""

from __future__ import annotations

import math
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor

from visualizer.engine.tracing.modules import storage_of
from visualizer.engine.tracing.structure import TracedEdge, TracedNode, Value


@dataclass(eq=False, slots=True)
class _Known:
    """A tensor and what made its content; `output` is None from when it was overwritten until it is read again."""

    reference: weakref.ref[Tensor]
    storage: int
    node: TracedNode
    output: int | None
    before: Value | None = None  # what an overwritten one held


class Origins:
    """Knows living tensors by identity, and which of them lie on the same memory.

    An operation that writes into a tensor gives a new content to all tensors on its memory. They become outputs of
    that operation when somebody reads them.
    """

    def __init__(self, hear: Callable[[Value, Tensor], None]) -> None:
        self._hear = hear
        self._known: dict[int, _Known] = {}
        self._on_storage: defaultdict[int, list[int]] = defaultdict(list)

    def __contains__(self, tensor: Tensor) -> bool:
        return self._find(tensor) is not None

    def _find(self, tensor: Tensor) -> _Known | None:
        known = self._known.get(id(tensor))
        return known if known is not None and known.reference() is tensor else None

    def living(self) -> Iterator[Tensor]:
        """Yield all tensors that are known and still alive."""
        for known in list(self._known.values()):
            tensor = known.reference()
            if tensor is not None:
                yield tensor

    def add(self, node: TracedNode, tensor: Tensor) -> Value:
        """Note that a tensor is the next output of a node."""
        value = node, len(node.shapes)
        node.shapes.append(tuple(tensor.shape))
        key, known = id(tensor), self._known
        storage = storage_of(tensor)
        known[key] = _Known(weakref.ref(tensor, lambda _: known.pop(key, None)), storage, *value)
        if storage:
            self._on_storage[storage].append(key)
        self._hear(value, tensor)
        return value

    def value_of(self, tensor: Tensor) -> Value | None:
        """Return what made the present content of a tensor, None for an unknown one."""
        known = self._find(tensor)
        if known is None:
            return None
        return self._read_again(known, tensor) if known.output is None else (known.node, known.output)

    def _on_memory_of(self, target: Tensor) -> list[tuple[_Known, Tensor]]:
        storage, found = storage_of(target), []
        for key in dict.fromkeys(self._on_storage.get(storage, ())):
            known = self._known.get(key)
            tensor = known.reference() if known is not None else None
            if known is not None and tensor is not None and known.storage == storage:
                found.append((known, tensor))
        return found

    def read(self, targets: list[Tensor]) -> None:
        """Settle the content of all tensors on the memory of the targets, which is about to be written into."""
        for target in targets:
            for known, tensor in self._on_memory_of(target):
                if known.output is None:
                    self._read_again(known, tensor)

    def overwrite(self, node: TracedNode, targets: list[Tensor]) -> None:
        """Note that a node has written into its targets, which are its outputs."""
        for target in targets:
            for known, _ in self._on_memory_of(target):
                if known.output is not None:
                    known.before, known.node, known.output = (known.node, known.output), node, None
            self.add(node, target)

    def _read_again(self, known: _Known, tensor: Tensor) -> Value:
        """Make a tensor an output of the node that wrote into its memory through another tensor."""
        node, before = known.node, known.before
        is_part = tensor.numel() > math.prod(node.shapes[0])  # the rest of it is as it was before
        if before is not None and is_part and all(edge.value != before for edge in node.incoming):
            node.incoming.append(TracedEdge(before, node, tuple(tensor.shape), len(node.incoming)))
        return self.add(node, tensor)
