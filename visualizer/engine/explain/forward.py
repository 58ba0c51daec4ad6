"""Which explainer knows which operation, forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from visualizer.core.errors import UserError
from visualizer.core.graph import Node
from visualizer.engine.explain import (
    arithmetic,
    attention,
    contraction,
    convolution,
    copying,
    embedding,
    generic,
    linear,
    losses,
    normalization,
    pointwise,
    pooling,
    recurrent,
    reductions,
    root_mean_square,
    softmax,
    writing,
)
from visualizer.engine.explain.element import Account, Call, Element, Place
from visualizer.engine.explain.scene import Scene

Explainer = Callable[[Element], Account]
Asked = TypeVar("Asked", bound=Call)

EXPLAINERS: tuple[tuple[tuple[str, ...], Explainer], ...] = (
    (linear.OPERATIONS, linear.explain),
    (convolution.OPERATIONS, convolution.explain),
    (convolution.TRANSPOSED, convolution.explain_transposed),
    (contraction.OPERATIONS, contraction.explain),
    (embedding.OPERATIONS, embedding.explain),
    (attention.OPERATIONS, attention.explain),
    (pooling.MAXIMUM, pooling.explain_maximum),
    (pooling.MEAN, pooling.explain_mean),
    (pooling.ADAPTIVE_MEAN, pooling.explain_adaptive_mean),
    (normalization.OPERATIONS, normalization.explain),
    (root_mean_square.OPERATIONS, root_mean_square.explain),
    (tuple(pointwise.FUNCTIONS), pointwise.explain),
    (tuple(arithmetic.OPERATIONS), arithmetic.explain),
    (copying.OPERATIONS, copying.explain),
    (reductions.OPERATIONS, reductions.explain),
    (reductions.SPREAD, reductions.explain_spread),
    (reductions.NORM, reductions.explain_norm),
    (softmax.SOFTMAX, softmax.explain_softmax),
    (softmax.CROSS_ENTROPY, softmax.explain_cross_entropy),
    (losses.OPERATIONS, losses.explain),
)
BY_OPERATION = {operation: explainer for operations, explainer in EXPLAINERS for operation in operations}


def explain(scene: Scene, name: str, place: Place) -> Account:
    """Explain one element of an activation by what went into its operation."""
    node, number = scene.node_of(name)
    if node.operation in recurrent.OPERATIONS:
        return recurrent.explain_output(scene, name, place)
    if node.kind != "operation":
        raise hidden(node)
    if number and (whole := writing.written(scene, node)) is not None:
        return writing.explain(scene, whole, place)
    element = Element(
        node, scene.given(node), scene.seen.called.get(node.id), place, scene.seen.activations[name], number
    )
    element.check_real(element.output)
    explainer = BY_OPERATION.get(node.operation)
    return generic.explain(element) if explainer is None else or_generic(explainer, generic.explain, element)


def or_generic(explainer: Callable[[Asked], Account], fallback: Callable[[Asked], Account], asked: Asked) -> Account:
    """Ask an explainer, and where it knows no formula for how the operation was called, the operation itself."""
    try:
        return explainer(asked)
    except UserError as reason:
        try:
            return fallback(asked)
        except UserError:
            raise reason from None


def hidden(node: Node) -> UserError:
    """Return the error for what is no operation of torch that was seen."""
    what = "a constant" if node.kind == "constant" else f"{node.operation}, whose inside cannot be seen"
    return UserError(f"There is no explanation for '{node.id}', {what}.")
