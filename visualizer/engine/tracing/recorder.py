"""A tracer that keeps what flows: the value of every tensor, its gradient, and each edge's share of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from visualizer.engine.tracing.modules import storage_of
from visualizer.engine.tracing.nested import tensors_in, with_tensors
from visualizer.engine.tracing.operations import Operation
from visualizer.engine.tracing.structure import TracedEdge, TracedNode, Value
from visualizer.engine.tracing.tracer import Tracer


class Recorder(Tracer):
    """Keeps activations as they are made, and gradients as autograd computes them.

    With `shares`, each operation gets its own view of each tensor, so that what arrives at the view in the
    backward pass is what this one operation sends back. That changes no number: a view's gradient is passed on as
    it is, and autograd adds up the views in the order in which it would have added up the operations.
    """

    def __init__(self, network: nn.Module, shares: bool) -> None:
        super().__init__(network)
        self.activations: dict[Value, Tensor] = {}
        self.gradients: dict[Value, Tensor] = {}
        self.edge_gradients: dict[TracedEdge, Tensor] = {}
        self.backward_order: dict[TracedNode, None] = {}
        self._shares = shares
        self._watched: set[TracedEdge] = set()
        self._kept_on: defaultdict[int, list[Value]] = defaultdict(list)
        self._hooks: list[RemovableHandle] = []

    def on_value(self, value: Value, tensor: Tensor) -> None:
        storage = storage_of(tensor)
        if storage in self.state.storages or value[0].operation == "constant":
            self.activations[value] = tensor.detach().clone()  # its memory is the network's own
        else:
            self.activations[value] = tensor.detach()
            self._kept_on[storage].append(value)
        if tensor.requires_grad:
            self._hook(tensor, lambda gradient: self._total(value, gradient))

    def on_overwriting(self, tensors: list[Tensor]) -> None:
        for tensor in tensors:
            for value in self._kept_on.pop(storage_of(tensor), ()):
                self.activations[value] = self.activations[value].clone()

    def on_call(
        self,
        operation: Operation,
        function: Callable[..., Any],
        args: Any,
        kwargs: Any,
        edges: dict[int, TracedEdge],
        overwritten: list[Tensor],
    ) -> Any:
        if not self._shares:
            return function(*args, **kwargs)
        if not torch.is_grad_enabled():
            self._watched.update(edges.values())  # nothing will flow back
            return function(*args, **kwargs)
        untouchable = {id(tensor) for tensor in overwritten}
        # The last argument's view comes first: autograd runs through them backwards, in the order of the arguments.
        given = [
            tensor if id(tensor) in untouchable else self._view(tensor, edges.get(id(tensor)))
            for tensor in reversed(tensors_in((args, kwargs)))
        ]
        args, kwargs = with_tensors((args, kwargs), lambda _: given.pop())
        result = function(*args, **kwargs)
        # The hidden state of an LSTM cell is computed from its new cell state, both of which are outputs.
        return with_tensors(result, lambda tensor: tensor.view_as(tensor)) if operation.name == "lstm_cell" else result

    def _view(self, tensor: Tensor, edge: TracedEdge | None) -> Tensor:
        if edge is None or not tensor.requires_grad or tensor.layout != torch.strided:
            return tensor
        view = tensor.view_as(tensor)
        self._watched.add(edge)
        self._hook(view, lambda gradient: self._share(edge, gradient))
        return view

    def _hook(self, tensor: Tensor, hear: Callable[[Tensor], None]) -> None:
        self._hooks.append(tensor.register_hook(hear))  # type: ignore[no-untyped-call]

    def _total(self, value: Value, gradient: Tensor) -> None:
        self.gradients[value] = gradient.detach()
        self.backward_order.pop(value[0], None)  # a node is ready when the last of its outputs is
        self.backward_order[value[0]] = None

    def _share(self, edge: TracedEdge, gradient: Tensor) -> None:
        before = self.edge_gradients.get(edge)
        self.edge_gradients[edge] = gradient.detach() if before is None else before + gradient.detach()

    def let_go(self) -> None:
        """Take all hooks off the tensors, of which the network may have kept some."""
        for hook in self._hooks:
            hook.remove()

    def complete_shares(self) -> None:
        """Give each edge that could not be watched what the other edges of its tensor leave of the gradient.

        An operation that writes into a tensor has to get that very tensor; code that Python cannot see gets what
        its module gets. Where a tensor has more than one such edge, their shares stay unknown.
        """
        if not self._shares:
            return
        leaving: defaultdict[Value, list[TracedEdge]] = defaultdict(list)
        for node in self.nodes:
            for edge in node.incoming:
                leaving[edge.value].append(edge)
        for value, total in self.gradients.items():
            unwatched = [edge for edge in leaving[value] if edge not in self._watched]
            if len(unwatched) == 1:
                known = [self.edge_gradients[edge] for edge in leaving[value] if edge in self.edge_gradients]
                self.edge_gradients[unwatched[0]] = total - sum(known) if known else total
