"""Notes down every torch operation that a network runs, and where its tensors came from."""

from __future__ import annotations

import math
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from visualizer.core.graph import NodeKind
from visualizer.engine.tracing.modules import ModuleCalls, module_hooks, storage_of
from visualizer.engine.tracing.nested import tensors_in, with_tensors
from visualizer.engine.tracing.operations import Operation, argument_attributes, module_attributes, operation_of
from visualizer.engine.tracing.patches import opened
from visualizer.engine.tracing.structure import TracedEdge, TracedNode, Value


@dataclass(eq=False, slots=True)
class _Known:
    """A living tensor and what made its present value; `output` is None until an overwritten one is read."""

    reference: weakref.ref[Tensor]
    storage: int
    node: TracedNode
    output: int | None
    before: Value | None = None  # what an overwritten one held before


class Tracer(TorchFunctionMode):
    """Notes the operations of one forward pass; a subclass may keep values by overriding the `on_` methods."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.nodes: list[TracedNode] = []
        self.calls = ModuleCalls(network)
        self._known: dict[int, _Known] = {}
        self._on_storage: defaultdict[int, list[int]] = defaultdict(list)
        self._inside_operation = False

    # What a recorder does with the tensors it sees.

    def on_value(self, value: Value, tensor: Tensor) -> None:
        """Hear of a tensor that an operation has made."""

    def on_overwriting(self, tensors: list[Tensor]) -> None:
        """Hear that an operation is about to write into these tensors."""

    def on_call(
        self,
        operation: Operation,
        function: Callable[..., Any],
        args: Any,
        kwargs: Any,
        edges: dict[int, TracedEdge],
        overwritten: list[Tensor],
    ) -> Any:
        """Run an operation; `edges` go by the identity of the tensors, `overwritten` ones must go in as they are."""
        return function(*args, **kwargs)

    # The pass.

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all that runs inside; everything that was changed in torch for it is put back at the end."""
        with ExitStack() as stack:
            stack.enter_context(opened(self._apply))
            stack.enter_context(module_hooks(self._enter_module, self._finish_module, self.calls.leave))
            stack.enter_context(self)
            yield

    def _enter_module(self, module: nn.Module, args: Any) -> None:
        self.calls.enter(module)
        if isinstance(module, torch.jit.ScriptModule):  # might write into them out of our sight
            with torch._C.DisableTorchFunction():
                self._before_overwriting(tensors_in(args))

    def _finish_module(self, module: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        unseen = [tensor for tensor in tensors_in(result) if not self._has_origin(tensor)]
        if unseen and not self._inside_operation:
            with torch._C.DisableTorchFunction():
                state = [*module.parameters(), *module.buffers()]
                self.new_opaque(type(module).__name__, [*tensors_in((args, kwargs)), *state], unseen)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        operation = operation_of(func)
        if operation.role == "metadata":
            return func(*args, **(kwargs or {}))
        return self._operate(operation, func, args, kwargs or {})

    def _apply(self, function: type, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run a custom `torch.autograd.Function` as one operation of that name."""
        if self._inside_operation:
            return call(*args, **kwargs)
        self._before_overwriting(tensors_in(args))  # it might write into them
        with torch._C.DisableTorchFunction():
            return self._operate(Operation(function.__name__, "operation"), call, args, kwargs)

    def _operate(self, operation: Operation, function: Any, args: Any, kwargs: Any) -> Any:
        given = tensors_in((args, kwargs))
        overwritten = operation.overwrites(args, kwargs)
        if overwritten:
            self._before_overwriting(overwritten)
        node = TracedNode(operation.name, "operation", self.calls.current)
        edges = self._connect(node, given) if operation.role != "constant" else {}
        self._inside_operation = True
        try:
            result = self.on_call(operation, function, args, kwargs, edges, overwritten)
        except Exception as failure:
            node.error = str(failure) or type(failure).__name__
            self._describe(node, operation, args, kwargs)
            self.nodes.append(node)
            raise
        finally:
            self._inside_operation = False
        made = tensors_in(result)
        if not made and not overwritten:
            if operation.role == "decision":
                node.kind = "decision"
                node.attributes["value"] = str(result)[:40]
                self.nodes.append(node)
            return result
        node.kind = "constant" if not given or operation.role == "constant" else "operation"
        self._describe(node, operation, args, kwargs)
        self.nodes.append(node)
        if overwritten:
            node.in_place = True
            self._overwrite(node, overwritten)
            return result
        result = _as_new(result, given)
        for tensor in tensors_in(result):
            self.new_value(node, tensor)
        return result

    def _describe(self, node: TracedNode, operation: Operation, args: Any, kwargs: Any) -> None:
        node.attributes.update(argument_attributes(operation, args, kwargs))
        module = self.calls.of(node.call)
        is_layer = module is not None and type(module).__module__.startswith("torch.nn.")
        if module is not None and is_layer and node.kind != "constant" and next(module.children(), None) is None:
            node.attributes.update(module_attributes(module))

    # Where tensors come from.

    def new_node(self, operation: str, kind: NodeKind, name: str = "") -> TracedNode:
        """Add a node to the call that is running."""
        node = TracedNode(operation, kind, self.calls.current, name=name)
        self.nodes.append(node)
        return node

    def new_value(self, node: TracedNode, tensor: Tensor) -> None:
        """Note that a tensor is the next output of a node."""
        output = len(node.shapes)
        node.shapes.append(tuple(tensor.shape))
        key, known = id(tensor), self._known
        reference = weakref.ref(tensor, lambda _: known.pop(key, None))
        storage = storage_of(tensor)
        known[key] = _Known(reference, storage, node, output)
        self._on_storage[storage].append(key)
        self.on_value((node, output), tensor)

    def new_opaque(self, operation: str, given: list[Tensor], made: Any) -> None:
        """Add a node for something whose inside cannot be seen."""
        node = TracedNode(operation, "opaque", self.calls.current)
        self._connect(node, given)
        self.nodes.append(node)
        for tensor in tensors_in(made):
            self.new_value(node, tensor)

    def value_of(self, tensor: Tensor) -> Value:
        """Return what made the present content of a tensor; one never seen before becomes a constant."""
        known = self._find(tensor)
        if known is None:
            node = self.new_node("constant", "constant") if tensor.grad_fn is None else self._computed_unseen(tensor)
            self.new_value(node, tensor)
            return node, 0
        if known.output is None:
            self._read_overwritten(known, tensor)
            return self.value_of(tensor)
        return known.node, known.output

    def _find(self, tensor: Tensor) -> _Known | None:
        known = self._known.get(id(tensor))
        return known if known is not None and known.reference() is tensor else None

    def _has_origin(self, tensor: Tensor) -> bool:
        key = id(tensor)
        return key in self.calls.parameters or key in self.calls.buffers or self._find(tensor) is not None

    def _computed_unseen(self, tensor: Tensor) -> TracedNode:
        """Return a node for a tensor that was computed where Python cannot look, with the sources autograd knows."""
        living = [known.reference() for known in list(self._known.values())]
        sources = {source.grad_fn: source for source in living if source is not None and source.grad_fn is not None}
        found: list[Tensor] = []
        waiting, visited = [tensor.grad_fn], set()
        while waiting:
            function = waiting.pop()
            if function is None or function in visited:
                continue
            visited.add(function)
            if function in sources:
                found.append(sources[function])
            elif hasattr(function, "variable"):
                found.append(function.variable)
            else:
                waiting.extend(following for following, _ in function.next_functions)
        node = TracedNode(type(tensor.grad_fn).__name__.removesuffix("Backward0"), "opaque", self.calls.current)
        self._connect(node, found)
        self.nodes.append(node)
        return node

    def _connect(self, node: TracedNode, given: list[Tensor]) -> dict[int, TracedEdge]:
        """Add what goes into a node: one edge per tensor; parameters and buffers are only named."""
        edges: dict[int, TracedEdge] = {}
        for argument, tensor in enumerate(given):
            key = id(tensor)
            if key in edges:
                continue
            if self._find(tensor) is None and self._use_state(node, tensor):
                continue
            value = self.value_of(tensor)
            edges[key] = TracedEdge(value, node, tuple(tensor.shape), argument)
            node.incoming.append(edges[key])
        return edges

    def _use_state(self, node: TracedNode, tensor: Tensor) -> bool:
        """Name a parameter or buffer at the node that uses it; whether the tensor is one."""
        parameter = self.calls.parameters.get(id(tensor))
        buffer = self.calls.buffers.get(id(tensor))
        if parameter is not None and parameter not in node.parameters:
            node.parameters.append(parameter)
            node.parameter_count += 0 if nn.parameter.is_lazy(tensor) else tensor.numel()
        elif buffer is not None and buffer not in node.buffers:
            node.buffers.append(buffer)
        return parameter is not None or buffer is not None

    # Writing in place: every living tensor on the same memory has a new content.

    def _on_memory_of(self, target: Tensor) -> list[tuple[_Known, Tensor]]:
        storage, found = storage_of(target), []
        for key in dict.fromkeys(self._on_storage.get(storage, ())):
            known = self._known.get(key)
            tensor = known.reference() if known is not None else None
            if known is not None and tensor is not None and known.storage == storage:
                found.append((known, tensor))
        return found

    def _before_overwriting(self, targets: list[Tensor]) -> None:
        for target in targets:
            for known, tensor in self._on_memory_of(target):
                if known.output is None:
                    self._read_overwritten(known, tensor)
        self.on_overwriting(targets)

    def _overwrite(self, node: TracedNode, targets: list[Tensor]) -> None:
        for target in targets:
            for known, _ in self._on_memory_of(target):
                if known.output is not None:
                    known.before, known.node, known.output = (known.node, known.output), node, None
            self.new_value(node, target)

    def _read_overwritten(self, known: _Known, tensor: Tensor) -> None:
        """Make a tensor an output of the node that wrote into its memory through another tensor."""
        node, before = known.node, known.before
        is_part = tensor.numel() > math.prod(node.shapes[0])  # the rest of it is as it was before
        if before is not None and is_part and all(edge.value != before for edge in node.incoming):
            node.incoming.append(TracedEdge(before, node, tuple(tensor.shape), len(node.incoming)))
        self.new_value(node, tensor)


def _as_new(result: Any, given: list[Tensor]) -> Any:
    """Return a result in which a tensor that was only passed through is an object of its own."""
    through = {id(tensor) for tensor in given}
    if not any(id(tensor) in through for tensor in tensors_in(result)):
        return result
    return with_tensors(result, lambda tensor: tensor.view_as(tensor) if id(tensor) in through else tensor)
