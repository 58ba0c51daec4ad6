"""Which explainer knows which operation, backward: the part of a gradient that comes back through it."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.errors import unknown
from visualizer.core.frames import Operand
from visualizer.core.graph import Node
from visualizer.engine.explain import (
    arithmetic,
    attention,
    contraction,
    convolution,
    copying,
    embedding,
    generic,
    inner,
    linear,
    losses,
    normalization,
    pointwise,
    pooling,
    recurrent,
    reductions,
    root_mean_square,
    softmax,
    through_time,
    writing,
)
from visualizer.engine.explain.element import Account, Place, Share, Source, constant, evaluated
from visualizer.engine.explain.forward import hidden, or_generic
from visualizer.engine.explain.scene import Scene

Sharer = Callable[[Share], Account]

SHARERS: tuple[tuple[tuple[str, ...], Sharer], ...] = (
    (linear.OPERATIONS, linear.share),
    (convolution.OPERATIONS, convolution.share),
    (convolution.TRANSPOSED, convolution.share_transposed),
    (contraction.OPERATIONS, contraction.share),
    (embedding.OPERATIONS, embedding.share),
    (attention.OPERATIONS, attention.share),
    (pooling.MAXIMUM, pooling.share_of_maximum),
    (pooling.MEAN, pooling.share_of_mean),
    (pooling.ADAPTIVE_MEAN, pooling.share_of_adaptive_mean),
    (normalization.OPERATIONS, normalization.share),
    (root_mean_square.OPERATIONS, root_mean_square.share),
    (tuple(pointwise.FUNCTIONS), pointwise.share),
    (tuple(arithmetic.OPERATIONS), arithmetic.share),
    (copying.OPERATIONS, copying.share),
    (reductions.OPERATIONS, reductions.share),
    (reductions.SPREAD, reductions.share_of_spread),
    (reductions.NORM, reductions.share_of_norm),
    (softmax.SOFTMAX, softmax.share_of_softmax),
    (softmax.CROSS_ENTROPY, softmax.share_of_cross_entropy),
    (losses.OPERATIONS, losses.share),
)
BY_OPERATION = {operation: sharer for operations, sharer in SHARERS for operation in operations}


def explain_gradient(scene: Scene, name: str, place: Place) -> Account:
    """Explain the gradient of an element as the sum of what comes back over each edge that it went out on."""
    graph = scene.seen.graph
    if name == graph.loss:
        return Account("one", "The derivative of the loss by itself: here the backward pass begins.",
                       [constant("one", 1.0)])  # fmt: skip
    if inner.is_inside(scene, name):
        return inner.explain_gradient(scene, name, place)
    node = scene.node_of(name)[0]
    edges = [edge for edge in graph.outgoing[node.id] if edge.tensor == name and edge.id in scene.seen.edge_gradients]
    if not edges:
        return Account("zero", "Nothing that the loss depends on has used it.", [constant("zero", 0.0)])
    if len(edges) == 1:
        return explain_edge(scene, edges[0].id, place)
    operands = [
        Source("edge_gradient", edge.id, scene.seen.edge_gradients[edge.id]).operand(f"s_{{{number}}}", place)
        for number, edge in enumerate(edges)
    ]
    targets = ", ".join(edge.target for edge in edges[:6])
    said = f"It was used by {len(edges)} operations ({targets}): what comes back from each of them, added up."
    return Account("sum(s)", said, operands)


def explain_edge(scene: Scene, name: str, place: Place) -> Account:
    """Explain what comes back over one edge, or from one use of a parameter, `PARAMETER->NODE`.

    `SOURCE->NODE:PLACE` is what comes back from one place among the arguments of a node that got it several times.
    """
    source, _, end = name.rpartition("->")
    target, _, argument = end.partition(":")
    nodes = scene.seen.graph.node
    if target not in nodes or not (argument or "0").isdigit():
        raise unknown("edge", name, scene.seen.edge_gradients)
    if argument and nodes[target].operation not in recurrent.OPERATIONS:
        return _through(scene, nodes[target], source, int(argument), place)
    return _share(scene, nodes[target], source, place)


def explain_parameter_gradient(scene: Scene, name: str, place: Place) -> Account:
    """Explain the gradient of an element of a parameter, summed over all operations that used it."""
    users = [node for node in scene.seen.graph.nodes if name in node.parameters]
    reached = [node for node in users if any(scene.gradient(output) for output in scene.outputs(node))]
    if len(reached) == 1:
        return _share(scene, reached[0], name, place)
    if not reached:
        return Account("zero", "No operation that the loss depends on has used it.", [constant("zero", 0.0)])
    operands = []
    for number, node in enumerate(reached):
        value = evaluated(_share(scene, node, name, place))
        operands.append(Operand(f"s_{{{number}}}", value, f"{name}->{node.id}", place, "edge_gradient"))
    return Account("sum(s)", f"It was used {len(reached)} times: what comes back from each use, added up.", operands)


def _share(scene: Scene, node: Node, source: str, place: Place) -> Account:
    if node.operation in recurrent.OPERATIONS:
        return through_time.share(scene, node, source, place)
    if node.kind != "operation":
        raise hidden(node)
    arguments = [argument for argument, one in enumerate(scene.given(node)) if one.name == source]
    if len(arguments) < 2:
        return _through(scene, node, source, arguments[0] if arguments else -1, place)
    operands = []
    for number, argument in enumerate(arguments):
        value = evaluated(_through(scene, node, source, argument, place))
        name = f"{source}->{node.id}:{argument}"
        operands.append(Operand(f"s_{{{number}}}", value, name, place, "edge_gradient"))
    said = f"It went into this operation {len(arguments)} times: what comes back from each place, added up."
    return Account("sum(s)", said, operands)


def _through(scene: Scene, node: Node, source: str, argument: int, place: Place) -> Account:
    """Explain what comes back from one place among the arguments of a node."""
    given, whole = scene.given(node), writing.written(scene, node)
    if whole is not None and source == whole.before:
        return writing.share_before(scene, whole, place)
    if not 0 <= argument < len(given) or given[argument].name != source:
        raise hidden(node)
    outputs = scene.outputs(node)
    gradients = [scene.gradient(output) for output in outputs]
    if whole is not None and gradients[0] is None:
        gradients[0] = writing.gradient_of_part(scene, whole)
    asked = Share(
        node=node,
        given=given,
        called=scene.seen.called.get(node.id),
        argument=argument,
        place=place,
        outputs=[scene.seen.activations[output] for output in outputs],
        gradients=gradients,
    )
    asked.check_real(*asked.outputs)
    sharer = BY_OPERATION.get(node.operation)
    account = generic.share(asked) if sharer is None else or_generic(sharer, generic.share, asked)
    return account if whole is None else writing.in_whole(scene, whole, account)
