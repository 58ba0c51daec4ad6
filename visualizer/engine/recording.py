"""One forward and backward pass with every value: activations, gradients, and each edge's share of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.graph import NetworkGraph
from visualizer.engine.tracing import Loss, Run, forward, forward_unseen
from visualizer.engine.tracing.called import Called
from visualizer.engine.tracing.failures import reason_of
from visualizer.engine.tracing.inputs import Inputs
from visualizer.engine.tracing.nested import with_tensors
from visualizer.engine.tracing.recorder import Recorder


@dataclass(frozen=True)
class Pass:
    """Everything that was seen in one pass; all tensors are detached and stay as they are.

    Tensors go by name (`core.graph.tensor_name`), edges by id, parameters by their name in the network. A tensor
    through which no gradient flows has none. `backward_order` lists nodes as their total gradient became ready.
    `called` holds each operation, by its node, as it was called.
    """

    graph: NetworkGraph
    output: Any
    loss: Tensor | None
    activations: dict[str, Tensor]
    gradients: dict[str, Tensor]
    edge_gradients: dict[str, Tensor]
    parameter_gradients: dict[str, Tensor]
    input_gradients: list[Tensor | None]
    forward_order: list[str]
    backward_order: list[str]
    called: dict[str, Called]


def record(
    module: nn.Module,
    inputs: Sequence[Any],
    loss: Loss | None = None,
    input_gradient: bool = True,
    keywords: Mapping[str, Any] | None = None,
) -> Pass:
    """Run a network forward and, with a loss, backward, and return all values that occurred.

    The module runs as it is, in its present mode: in training mode its BatchNorm statistics move and dropout
    draws random numbers; pass a copy where that matters. No `.grad`, hook or flag is left changed.

    `input_gradients` has one entry per floating-point input tensor. Raises UserError where the network or the
    loss fails. Where only the watching fails, the pass is repeated without the edges' shares, and at last with the
    network as one opaque node.
    """
    random = torch.get_rng_state()
    failure: BaseException | None = None
    for way, shares in ((forward, loss is not None), (forward, False), (forward_unseen, True)):
        given = Inputs(inputs, keywords, gradient=input_gradient)
        recorder = Recorder(module, shares)
        try:
            with torch.enable_grad():
                return _recorded(recorder, way(recorder, given, loss), given)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:
            failure = failure or problem
        finally:
            recorder.let_go()
        torch.set_rng_state(random)
    assert failure is not None
    if isinstance(failure, UserError):
        raise failure
    raise UserError(f"The backward pass stopped with {type(failure).__name__}: {reason_of(failure)}.") from failure


def _recorded(recorder: Recorder, run: Run, given: Inputs) -> Pass:
    graph = run.named.graph
    if run.failure is not None:
        raise UserError(graph.error) from run.failure
    if run.loss is not None and run.loss.numel() != 1:
        raise UserError(f"The loss has the shape {tuple(run.loss.shape)}, but it has to be one number.")
    parameter_gradients, input_gradients = _backward(recorder, run, given.leaves)
    names = run.named.node_ids
    return Pass(
        graph=graph,
        output=with_tensors(run.output, Tensor.detach),
        loss=None if run.loss is None else run.loss.detach(),
        activations=_by_name(recorder.activations, run.named.tensor),
        gradients=_by_name(recorder.gradients, run.named.tensor),
        edge_gradients=_by_name(recorder.edge_gradients, run.named.edge_ids.get),
        parameter_gradients=parameter_gradients,
        input_gradients=input_gradients,
        forward_order=[node.id for node in graph.nodes],
        backward_order=[names[node] for node in recorder.backward_order if node in names],
        called={names[node]: kept.named(run.named.tensor) for node, kept in recorder.called.items() if node in names},
    )


def _backward(recorder: Recorder, run: Run, leaves: list[Tensor]) -> tuple[dict[str, Tensor], list[Tensor | None]]:
    """Run backward and return the gradients of the parameters that have one, and of the inputs."""
    trainable = [(name, p) for name, p in recorder.network.named_parameters() if p.requires_grad]
    wanted = [*(parameter for _, parameter in trainable), *leaves]
    if run.loss is None or not run.loss.requires_grad or not wanted:
        return {}, [None] * len(leaves)
    found = recorder.backward(run.loss, wanted, kept=run.named.node_ids.keys())
    parameters = zip((name for name, _ in trainable), found, strict=False)
    return (
        {name: gradient for name, gradient in parameters if gradient is not None},
        list(found[len(trainable) :]),
    )


Key = TypeVar("Key")


def _by_name(values: dict[Key, Tensor], name_of: Callable[[Key], str | None]) -> dict[str, Tensor]:
    named = ((name_of(key), tensor) for key, tensor in values.items())
    return {name: tensor for name, tensor in named if name is not None}
