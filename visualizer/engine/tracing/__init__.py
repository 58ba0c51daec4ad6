"""From a network and an input to the graph of everything that ran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.core.graph import NetworkGraph
from visualizer.engine.tracing.failures import sentence
from visualizer.engine.tracing.inputs import Inputs
from visualizer.engine.tracing.naming import NamedTrace, named
from visualizer.engine.tracing.nested import tensors_in
from visualizer.engine.tracing.tracer import Tracer

Loss = Callable[[Any], Tensor]


def trace(
    module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any] | None = None, loss: Loss | None = None
) -> NetworkGraph:
    """Run a network once, forward only, and return the graph of what ran.

    `inputs` and `keywords` are what the module is called with; tensors may sit in tuples, lists and dicts. The
    module runs as it is, in its present mode: in training mode its BatchNorm statistics move and dropout draws
    random numbers; pass a copy where that matters. Nothing else is changed.

    A forward or loss that fails gives the graph up to there: `graph.error` says where and why in one sentence,
    and the operation that failed has its `error`.
    """
    random = torch.get_rng_state()
    first: Run | None = None
    for way, gradients in ((forward, False), (forward, True), (forward_unseen, True)):
        with torch.set_grad_enabled(gradients):
            run = way(Tracer(module), Inputs(inputs, keywords, gradient=gradients), loss)
        if run.failure is None:
            return run.named.graph
        first = first or run
        torch.set_rng_state(random)
    assert first is not None
    return first.named.graph


class Run:
    """One pass that a tracer has watched."""

    def __init__(self, tracer: Tracer, output: Any, loss: Tensor | None, failure: BaseException | None) -> None:
        self.output, self.loss, self.failure = output, loss, failure
        error = "" if failure is None else sentence(tracer, failure)
        self.named: NamedTrace = named(
            tracer.nodes,
            outputs=[tracer.value_of(tensor) for tensor in tensors_in(output)],
            loss=None if loss is None else tracer.value_of(loss),
            error=error,
        )


def forward(tracer: Tracer, given: Inputs, loss: Loss | None) -> Run:
    """Run a tracer's network and its loss, in the present gradient mode, and return what came out."""
    output, total = None, None
    failure: BaseException | None = None
    for name, tensor in zip(given.names, given.tensors, strict=True):
        tracer.new_input(name, tensor)
    try:
        with tracer.watching():
            output = tracer.network(*given.arguments, **given.keywords)
            if loss is not None:
                tracer.calls.enter_loss()
                total = loss(output)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # a stranger's code may end with anything; Ctrl+C is no failure
        failure = problem
    return Run(tracer, output, total, failure)


def forward_unseen(tracer: Tracer, given: Inputs, loss: Loss | None) -> Run:
    """Run a network whose code cannot bear being watched: it becomes one opaque node, its loss another."""
    output, total = None, None
    failure: BaseException | None = None
    for name, tensor in zip(given.names, given.tensors, strict=True):
        tracer.new_input(name, tensor)
    try:
        output = tracer.network(*given.arguments, **given.keywords)
        tracer.new_opaque(type(tracer.network).__name__, given.tensors, tensors_in(output))
        if loss is not None:
            total = loss(output)
            tracer.calls.enter_loss()
            tracer.new_opaque("loss", tensors_in(output), [total])
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # a stranger's code may end with anything; Ctrl+C is no failure
        failure = problem
    return Run(tracer, output, total, failure)
