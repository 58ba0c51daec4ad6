"""Notes down every torch operation that a network runs, and where its tensors came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from visualizer.core.errors import reason_of
from visualizer.engine.tracing.modules import ModuleCalls, module_hooks
from visualizer.engine.tracing.nested import tensors_in, with_tensors
from visualizer.engine.tracing.operations import Operation, argument_attributes, module_attributes, operation_of
from visualizer.engine.tracing.origins import Origins
from visualizer.engine.tracing.patches import opened
from visualizer.engine.tracing.structure import TARGET, Invocation, TracedEdge, TracedNode, Value
from visualizer.engine.tracing.views import alias


class Tracer(TorchFunctionMode):
    """Notes the operations of one forward pass; a subclass may keep values by overriding the `on_` methods."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.nodes: list[TracedNode] = []
        self.calls = ModuleCalls(network)
        self.origins = Origins(self.on_value)
        self._inside_operation = False
        self._given_to_script: dict[nn.Module, list[tuple[Tensor, int]]] = {}

    # What a recorder does with the tensors it sees.

    def on_value(self, value: Value, tensor: Tensor) -> None:
        """Hear of a tensor that an operation has made."""

    def on_overwriting(self, tensors: list[Tensor]) -> None:
        """Hear that an operation is about to write into these tensors."""

    def on_call(self, invocation: Invocation) -> Any:
        """Run an operation and return its result."""
        return invocation.function(*invocation.args, **invocation.kwargs)

    # What runs.

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch all that runs inside; everything that was changed in torch for it is put back at the end."""
        with ExitStack() as stack:
            stack.enter_context(opened(self._apply))
            stack.enter_context(module_hooks(self._enter_module, self._finish_module, self._leave_module))
            stack.enter_context(self)
            yield

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        operation = operation_of(func)
        if operation.role == "metadata" or self._inside_operation:
            return func(*args, **(kwargs or {}))
        return self._operate(operation, func, args, kwargs or {})

    def _apply(self, function: type, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run a custom `torch.autograd.Function` as one operation of that name."""
        if self._inside_operation:
            return call(*args, **kwargs)
        with torch._C.DisableTorchFunction():
            self._overwriting(tensors_in(args))  # it might write into any of them
            return self._operate(Operation(function.__name__, "hidden"), call, args, kwargs)

    def _operate(self, operation: Operation, function: Any, args: Any, kwargs: Any) -> Any:
        given = tensors_in((args, kwargs))
        overwritten = operation.overwrites(args, kwargs)
        if overwritten:
            self._overwriting(overwritten)
        node = TracedNode(operation.name, "operation", self.calls.current)
        edges = self._connect(node, given) if operation.role != "constant" else {}
        versions = _versions(given) if operation.role == "hidden" else []
        try:
            result = self._run(Invocation(node, operation.name, function, args, kwargs, given, overwritten, edges))
        except BaseException as failure:
            node.error = reason_of(failure)
            self._describe(node, operation, args, kwargs)
            raise
        made, overwritten = tensors_in(result), overwritten or _changed(versions)
        if not overwritten and not made:
            if operation.role == "decision":
                node.kind, node.attributes = "decision", {"value": str(result)[:40]}
                self.nodes.append(node)
            return result
        node.kind = "constant" if operation.role == "constant" or not given else "operation"
        self._describe(node, operation, args, kwargs)
        if overwritten:
            node.in_place = True
            self.origins.overwrite(node, overwritten)
            return result
        through = {id(tensor) for tensor in given}
        if any(id(tensor) in through for tensor in made):  # only handed through: it becomes a tensor of its own
            result = with_tensors(result, lambda tensor: alias(tensor) if id(tensor) in through else tensor)
            made = tensors_in(result)
        for tensor in made:
            self.origins.add(node, tensor)
        return result

    def _run(self, invocation: Invocation) -> Any:
        self._inside_operation = True
        try:
            return self.on_call(invocation)
        finally:
            self._inside_operation = False

    def _describe(self, node: TracedNode, operation: Operation, args: Any, kwargs: Any) -> None:
        self.nodes.append(node)
        node.attributes.update(argument_attributes(operation, args, kwargs))
        module = self.calls.of(node.call)
        is_layer = module is not None and type(module).__module__.startswith("torch.nn.")
        if module is not None and is_layer and node.kind != "constant" and next(module.children(), None) is None:
            node.attributes.update(module_attributes(module))

    def _overwriting(self, targets: list[Tensor]) -> None:
        self.origins.read(targets)
        self.on_overwriting(targets)

    # Modules, whose code may be out of sight.

    def _enter_module(self, module: nn.Module, args: Any) -> None:
        if self._inside_operation:
            return
        self.calls.enter(module)
        if isinstance(module, torch.jit.ScriptModule):
            with torch._C.DisableTorchFunction():
                self._overwriting(tensors_in(args))  # it might write into any of them
                self._given_to_script[module] = _versions(tensors_in(args))

    def _finish_module(self, module: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        if self._inside_operation:
            return
        with torch._C.DisableTorchFunction():
            written = _changed(self._given_to_script.pop(module, []))
            unseen = [tensor for tensor in tensors_in(result) if not self._is_seen(tensor)]
            if written or unseen:
                given = [*tensors_in((args, kwargs)), *module.parameters(), *module.buffers()]
                node = self.new_opaque(type(module).__name__, given, unseen)
                node.in_place = bool(written)
                self.origins.overwrite(node, written)

    def _leave_module(self, module: nn.Module, *_: Any) -> None:
        if not self._inside_operation:
            self.calls.leave(module)

    def _is_seen(self, tensor: Tensor) -> bool:
        return tensor in self.origins or self.calls.owns(tensor)

    # Nodes and what goes into them.

    def new_input(self, name: str, tensor: Tensor) -> None:
        """Add a tensor that the network is called with."""
        node = TracedNode("input", "input", self.calls.current, name=name)
        self.nodes.append(node)
        self.origins.add(node, tensor)

    def new_opaque(self, operation: str, given: list[Tensor], made: list[Tensor]) -> TracedNode:
        """Add a node for something whose inside cannot be seen."""
        node = TracedNode(operation, "opaque", self.calls.current)
        self._connect(node, given)
        self.nodes.append(node)
        for tensor in made:
            self.origins.add(node, tensor)
        return node

    def value_of(self, tensor: Tensor) -> Value:
        """Return what made the present content of a tensor, a new node where nobody saw it being made."""
        value = self.origins.value_of(tensor)
        if value is not None:
            return value
        if tensor.grad_fn is not None:
            made_by = type(tensor.grad_fn).__name__.removesuffix("Backward0")
            return self.new_opaque(made_by, sources_of(tensor, self.origins.living()), [tensor]), 0
        if not self.calls.in_loss and not self.calls.owns(tensor):
            return self.new_opaque("tensor", [], [tensor]), 0
        made_by = TARGET if self.calls.in_loss and not self.calls.owns(tensor) else "constant"
        node = TracedNode(made_by, "constant", self.calls.current)
        self.nodes.append(node)
        return self.origins.add(node, tensor)

    def _connect(self, node: TracedNode, given: list[Tensor]) -> dict[int, TracedEdge]:
        """Add what goes into a node: one edge per tensor; parameters and buffers are only named."""
        edges: dict[int, TracedEdge] = {}
        for argument, tensor in enumerate(given):
            key = id(tensor)
            if key in edges or (tensor not in self.origins and self._is_state(node, tensor)):
                continue
            edges[key] = TracedEdge(self.value_of(tensor), node, tuple(tensor.shape), argument)
            node.incoming.append(edges[key])
        return edges

    def _is_state(self, node: TracedNode, tensor: Tensor) -> bool:
        """Whether a tensor is a parameter or buffer; if so, its name is noted at the node that uses it."""
        parameter = self.calls.parameters.get(id(tensor))
        buffer = self.calls.buffers.get(id(tensor))
        if parameter is not None and parameter not in node.parameters:
            node.parameters.append(parameter)
            node.parameter_count += 0 if nn.parameter.is_lazy(tensor) else tensor.numel()
        elif buffer is not None and buffer not in node.buffers:
            node.buffers.append(buffer)
        return parameter is not None or buffer is not None


def sources_of(tensor: Tensor, known: Iterable[Tensor]) -> list[Tensor]:
    """Return those known tensors and parameters from which autograd says that a tensor was computed."""
    makers = {source.grad_fn: source for source in known if source.grad_fn is not None}
    found: list[Tensor] = []
    waiting, visited = [tensor.grad_fn], set()
    while waiting:
        function: Any = waiting.pop()
        if function is None or function in visited:
            continue
        visited.add(function)
        if function in makers:
            found.append(makers[function])
        elif hasattr(function, "variable"):  # a leaf
            found.append(function.variable)
        else:
            waiting.extend(following for following, _ in function.next_functions)
    return found


def _versions(tensors: list[Tensor]) -> list[tuple[Tensor, int]]:
    return [(tensor, tensor._version) for tensor in tensors if not tensor.is_inference()]


def _changed(versions: list[tuple[Tensor, int]]) -> list[Tensor]:
    """Return the tensors that were written into since their versions were taken."""
    return [tensor for tensor, version in versions if tensor._version != version]
