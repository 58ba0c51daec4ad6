"""A tracer that keeps what flows: the value of every tensor, its gradient, and each edge's share of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from visualizer.engine.tracing.called import Kept
from visualizer.engine.tracing.modules import storage_of
from visualizer.engine.tracing.nested import with_tensors
from visualizer.engine.tracing.structure import TARGET, Invocation, TracedEdge, TracedNode, Value
from visualizer.engine.tracing.tracer import Tracer
from visualizer.engine.tracing.views import Place, alias, chain_of_views, on_memory


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
        self.called: dict[TracedNode, Kept] = {}
        self._shares = shares
        self._watched: set[TracedEdge] = set()
        self._kept_on: defaultdict[int, list[Value]] = defaultdict(list)
        self._hooks: list[RemovableHandle] = []
        self._listening = False
        self._written: list[TracedEdge] = []
        self._leaving: dict[Value, list[TracedEdge]] = {}
        self._places: dict[Value, Place] = {}
        self._generations = 0

    def on_value(self, value: Value, tensor: Tensor) -> None:
        storage = storage_of(tensor)
        if not storage or storage in self.calls.storages or value[0].operation in ("constant", TARGET):
            self.activations[value] = tensor.detach().clone()  # others may write into its memory
        else:
            self.activations[value] = tensor.detach()
            self._kept_on[storage].append(value)
        if tensor.requires_grad:
            self._hook(tensor, lambda gradient: self._total(value, gradient))

    def on_overwriting(self, tensors: list[Tensor]) -> None:
        for tensor in tensors:
            self._generations += 1
            for value in self._kept_on.pop(storage_of(tensor), ()):
                self._places[value] = Place.of(self.activations[value], self._generations)
                self.activations[value] = self.activations[value].clone()

    def on_call(self, invocation: Invocation) -> Any:
        if invocation.name == "grad":  # which asks for the gradient of the very tensor
            return super().on_call(invocation)
        self.called[invocation.node] = Kept.of(invocation, self._name_of_state)
        if not self._shares:
            return super().on_call(invocation)
        if not torch.is_grad_enabled():
            self._watched.update(invocation.edges.values())  # nothing will flow back
            return super().on_call(invocation)
        edges, overwritten = invocation.edges, {id(tensor) for tensor in invocation.overwritten}
        self._written.extend(edge for key, edge in edges.items() if key in overwritten)
        # The last argument's view comes first: autograd runs through them backwards, in the order of the arguments.
        views = [
            tensor if id(tensor) in overwritten else self._view(tensor, edges.get(id(tensor)))
            for tensor in reversed(invocation.given)
        ]
        args, kwargs = with_tensors((invocation.args, invocation.kwargs), lambda _: views.pop())
        result = invocation.function(*args, **kwargs)
        # The hidden state of an LSTM cell is computed from its new cell state, both of which are outputs.
        return with_tensors(result, alias) if invocation.name == "lstm_cell" else result

    def _name_of_state(self, tensor: Tensor) -> str:
        return self.calls.parameters.get(id(tensor)) or self.calls.buffers.get(id(tensor), "")

    def _view(self, tensor: Tensor, edge: TracedEdge | None) -> Tensor:
        if edge is None or not tensor.requires_grad or tensor.layout != torch.strided:
            return tensor
        view = alias(tensor)
        self._watched.add(edge)
        self._hook(view, lambda gradient: self._share(edge, gradient))
        return view

    def _hook(self, tensor: Tensor, hear: Callable[[Tensor], None]) -> None:
        def heard(gradient: Tensor) -> None:
            if self._listening:  # a network may run backward passes of its own
                hear(gradient.detach())

        self._hooks.append(tensor.register_hook(heard))  # type: ignore[no-untyped-call]

    def _total(self, value: Value, gradient: Tensor) -> None:
        self.gradients[value] = gradient
        self.backward_order.pop(value[0], None)  # a node is ready when the last of its outputs is
        self.backward_order[value[0]] = None

    def _share(self, edge: TracedEdge, gradient: Tensor) -> None:
        before = self.edge_gradients.get(edge)
        self.edge_gradients[edge] = gradient if before is None else before + gradient

    def backward(self, loss: Tensor, wanted: list[Tensor], kept: Collection[TracedNode]) -> tuple[Tensor | None, ...]:
        """Run the backward pass of a loss and return the gradients of the wanted tensors.

        The shares are those of the `kept` nodes: what is inside of an opaque one counts for that.
        """
        self._listening = True
        found: tuple[Tensor | None, ...] = torch.autograd.grad(loss, wanted, allow_unused=True)
        self._listening = False
        if self._shares:
            self._leaving = _edges_by_value(kept)
            for edge in (edge for edge in self._written if edge.target in kept):
                self._lead_through_views(edge)
            self._complete_shares()
        return found

    def let_go(self) -> None:
        """Take all hooks off the tensors, of which the network may have kept some, and keep no tensor."""
        for hook in self._hooks:
            hook.remove()
        for kept in (self._hooks, self.activations, self.gradients, self.edge_gradients, self.called):
            kept.clear()

    def _rest(self, value: Value) -> Tensor:
        """Return what the known shares leave of a tensor's gradient."""
        shares = [self.edge_gradients[edge] for edge in self._leaving.get(value, ()) if edge in self.edge_gradients]
        return self.gradients[value] - sum(shares) if shares else self.gradients[value]

    def _lead_through_views(self, written: TracedEdge) -> None:
        chain = chain_of_views(written, self._places)
        owner = chain[0].value if chain else written.value
        if not chain or owner not in self.gradients:
            return
        places, ordered = self._places, list(self.backward_order)
        part = on_memory(self._rest(owner), places[owner])
        target = places[written.value]
        views = [*(edge.value for edge in chain[1:]), written.value]
        for edge, view in zip(chain, views, strict=True):
            self._share(edge, part(target, places[edge.value]))
            gradient = part(target, places[view])
            self.gradients[view] = self.gradients[view] + gradient if view in self.gradients else gradient
        before = ordered.index(owner[0])
        late = [view[0] for view in reversed(views) if view[0] not in ordered[:before]]
        self.backward_order = dict.fromkeys([*ordered[:before], *late, *ordered[before:]])

    def _complete_shares(self) -> None:
        """Give each edge that could not be watched what the other edges of its tensor leave of the gradient.

        An operation that writes into a tensor has to get that very tensor; code that Python cannot see gets what
        its module gets. Where a tensor has more than one such edge, their shares stay unknown.
        """
        for value in self.gradients:
            unwatched = [edge for edge in self._leaving.get(value, ()) if edge not in self._watched]
            if len(unwatched) == 1:
                self.edge_gradients[unwatched[0]] = self._rest(value)


def _edges_by_value(nodes: Collection[TracedNode]) -> dict[Value, list[TracedEdge]]:
    leaving: dict[Value, list[TracedEdge]] = {}
    for node in nodes:
        for edge in node.incoming:
            leaving.setdefault(edge.value, []).append(edge)
    return leaving
