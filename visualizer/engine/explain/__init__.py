"""How one number came about: its formula, the operands, and where each of them was read from."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Explanation
from visualizer.core.graph import NetworkGraph, Node
from visualizer.engine.explain import (
    arithmetic,
    convolution,
    copying,
    linear,
    normalization,
    pointwise,
    pooling,
    softmax,
)
from visualizer.engine.explain.element import Account, Element, Place, Source
from visualizer.engine.recording import Pass

TOLERANCE = 1e-4  # of the sum of all magnitudes that entered a formula; rounding in float32 stays far below

Explainer = Callable[[Element], Account]

EXPLAINERS: tuple[tuple[tuple[str, ...], Explainer], ...] = (
    (linear.OPERATIONS, linear.explain),
    (convolution.OPERATIONS, convolution.explain),
    (pooling.MAXIMUM, pooling.explain_maximum),
    (pooling.MEAN, pooling.explain_mean),
    (pooling.ADAPTIVE_MEAN, pooling.explain_adaptive_mean),
    (normalization.OPERATIONS, normalization.explain),
    (tuple(pointwise.FUNCTIONS), pointwise.explain),
    (tuple(arithmetic.OPERATIONS), arithmetic.explain),
    (copying.OPERATIONS, copying.explain),
    (softmax.SOFTMAX, softmax.explain_softmax),
    (softmax.CROSS_ENTROPY, softmax.explain_cross_entropy),
)
_BY_OPERATION = {operation: explainer for operations, explainer in EXPLAINERS for operation in operations}


def explain(module: nn.Module, recorded: Pass, node_id: str, index: tuple[int, ...], sample: int = 0) -> Explanation:
    """Explain one element of what a node computed in a recorded pass; only what that element needs is read.

    `node_id` is a node's id, or a tensor name for a second output. `index` is without the batch dimension, `sample`
    chooses in it. Parameters and buffers are read from `module`, where they have to be as they were when the pass
    was recorded. Raises UserError for an operation that no explainer knows, an index outside of the tensor,
    and numbers that do not give the recorded result.
    """
    node, number = _node(recorded.graph, node_id)
    explainer = _BY_OPERATION.get(node.operation) if node.kind == "operation" else None
    if explainer is None:
        raise _no_explainer(node, recorded.graph)
    output = recorded.activations[node_id]
    element = Element(
        node=node,
        place=_place(node_id, output, index, sample),
        output=output,
        output_number=number,
        given=_given(module, recorded, node),
    )
    account = explainer(element)
    result = float(output[element.place])
    if not abs(account.value - result) <= TOLERANCE * (1 + _magnitude(account)):
        raise element.unexplained(
            f"its operands now give {account.value:g}, recorded was {result:g}; record the pass again"
        )
    return Explanation(
        node=node_id,
        index=index,
        formula=account.formula,
        formula_with_numbers=account.formula_with_numbers,
        sentence=account.sentence,
        operands=account.operands,
        products=account.products,
        result=result,
    )


def _node(graph: NetworkGraph, name: str) -> tuple[Node, int]:
    node_id, _, number = name.partition(":")
    if node_id not in graph.node or not (number or "0").isdigit():
        raise unknown("node", name, graph.node)
    return graph.node[node_id], int(number or 0)


def _no_explainer(node: Node, graph: NetworkGraph) -> UserError:
    known = dict.fromkeys(other.operation for other in graph.nodes if other.operation in _BY_OPERATION)
    what = "an input of the network" if node.kind == "input" else f"the operation {node.operation}"
    return UserError(f"There is no explanation for '{node.id}', {what}: explained are {', '.join(known) or 'none'}.")


def _place(name: str, output: Tensor, index: tuple[int, ...], sample: int) -> Place:
    place = (sample, *index) if output.dim() else index
    if len(place) != output.dim() or not all(0 <= at < size for at, size in zip(place, output.shape, strict=True)):
        sizes = "×".join(map(str, output.shape[1:])) or "a single number"
        raise UserError(f"There is no element {list(index)} of sample {sample} in '{name}', which holds {sizes}.")
    return place


def _given(module: nn.Module, recorded: Pass, node: Node) -> list[Source]:
    """Return all tensors that went into a node, in argument order; edges know their place, the rest fills the gaps."""
    edges = {edge.argument: edge.tensor for edge in recorded.graph.incoming[node.id]}
    own = [Source(name, _state(module, name), learned=True) for name in (*node.parameters, *node.buffers)]
    given: list[Source] = []
    for argument in range(max(edges, default=-1) + 1 + len(own)):
        if argument in edges:
            given.append(Source(edges[argument], recorded.activations[edges[argument]]))
        elif own:
            given.append(own.pop(0))
    return given


def _state(module: nn.Module, name: str) -> Tensor:
    owner, _, attribute = name.rpartition(".")
    tensor: Tensor = getattr(module.get_submodule(owner), attribute)
    return tensor.detach()


def _magnitude(account: Account) -> float:
    products = account.products
    factors = 0.0 if products is None else float(abs(products.values * products.weights).sum())
    return factors + sum(abs(operand.value) for operand in account.operands)
