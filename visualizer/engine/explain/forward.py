"""Which explainer knows which operation, forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from visualizer.core.errors import UserError
from visualizer.core.graph import NetworkGraph, Node
from visualizer.engine.explain import (
    arithmetic,
    convolution,
    copying,
    generic,
    linear,
    losses,
    matrices,
    normalization,
    pointwise,
    pooling,
    recurrent,
    reductions,
    softmax,
)
from visualizer.engine.explain.element import Account, Element, Place
from visualizer.engine.explain.scene import Scene

Explainer = Callable[[Element], Account]

EXPLAINERS: tuple[tuple[tuple[str, ...], Explainer], ...] = (
    (linear.OPERATIONS, linear.explain),
    (convolution.OPERATIONS, convolution.explain),
    (convolution.TRANSPOSED, convolution.explain_transposed),
    (matrices.PRODUCTS, matrices.explain),
    (matrices.EMBEDDING, matrices.explain_embedding),
    (pooling.MAXIMUM, pooling.explain_maximum),
    (pooling.MEAN, pooling.explain_mean),
    (pooling.ADAPTIVE_MEAN, pooling.explain_adaptive_mean),
    (normalization.OPERATIONS, normalization.explain),
    (tuple(pointwise.FUNCTIONS), pointwise.explain),
    (tuple(arithmetic.OPERATIONS), arithmetic.explain),
    (copying.OPERATIONS, copying.explain),
    (reductions.OPERATIONS, reductions.explain),
    (softmax.SOFTMAX, softmax.explain_softmax),
    (softmax.CROSS_ENTROPY, softmax.explain_cross_entropy),
    (losses.OPERATIONS, losses.explain),
)
BY_OPERATION = {operation: explainer for operations, explainer in EXPLAINERS for operation in operations}


def knows(operation: str) -> bool:
    """Whether results of an operation can be explained."""
    return operation in BY_OPERATION or operation in recurrent.OPERATIONS


def explain(scene: Scene, name: str, place: Place) -> Account:
    """Explain one element of an activation by what went into its operation."""
    node, number = scene.node_of(name)
    if node.operation in recurrent.OPERATIONS:
        return recurrent.explain_output(scene, name, place)
    if node.kind != "operation":
        raise no_explainer(node, scene.seen.graph, BY_OPERATION)
    element = Element(node, scene.given(node), place, scene.seen.activations[name], number)
    explainer = BY_OPERATION.get(node.operation)
    try:
        if explainer is not None:
            return explainer(element)
        raise no_explainer(node, scene.seen.graph, BY_OPERATION)
    except UserError:
        account = generic.explain(element)
        if account is None:
            raise
        return account


def no_explainer(node: Node, graph: NetworkGraph, known: Mapping[str, object]) -> UserError:
    """Return the error that names an unknown operation, and what of this network is known."""
    found = dict.fromkeys(other.operation for other in graph.nodes if other.operation in known)
    what = "a constant" if node.kind == "constant" else f"the operation {node.operation}"
    return UserError(f"There is no explanation for '{node.id}', {what}: explained are {', '.join(found) or 'none'}.")
