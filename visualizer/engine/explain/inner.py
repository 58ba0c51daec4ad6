"""Numbers inside of an operation, which no tensor of the pass holds: `NODE/QUANTITY`."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.errors import UserError, unknown
from visualizer.core.graph import Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain import attention, normalization, recurrent, softmax, through_time
from visualizer.engine.explain.element import Account, Element, Place
from visualizer.engine.explain.scene import Scene

_EXPLAINERS: dict[tuple[str, str], Callable[[Element], Account]] = {
    ("cross_entropy", "L"): softmax.explain_sample_loss,
    **{(operation, "mean"): normalization.explain_mean for operation in normalization.OPERATIONS},
    **{(operation, "variance"): normalization.explain_variance for operation in normalization.OPERATIONS},
}

_OPENED = (*recurrent.OPERATIONS, *attention.OPERATIONS)


def explain(scene: Scene, name: str, place: Place) -> Account:
    """Explain one number inside of an operation."""
    node_id, _, quantity = name.rpartition("/")
    node, _ = scene.node_of(node_id)
    if node.operation in recurrent.OPERATIONS:
        return recurrent.explain_inner(scene, name, place)
    if node.operation in attention.OPERATIONS:
        _check(scene, node, name, place)
        return attention.explain_inner(scene, node, quantity, place)
    explainer = _EXPLAINERS.get((node.operation, quantity))
    if explainer is None:
        known = [name for operation, name in _EXPLAINERS if operation == node.operation]
        raise unknown(f"quantity of '{node_id}'", quantity, known)
    return explainer(
        Element(node, scene.given(node), scene.seen.called.get(node.id), place, scene.seen.activations[node_id])
    )


def explain_gradient(scene: Scene, name: str, place: Place) -> Account:
    """Explain the derivative of the loss by one number inside of an operation."""
    node_id, _, quantity = name.rpartition("/")
    node, _ = scene.node_of(node_id)
    if node.operation in recurrent.OPERATIONS:
        return through_time.explain_gradient(scene, name, place)
    _check(scene, node, name, place)
    return attention.explain_gradient(scene, node, quantity, place)


def _check(scene: Scene, node: Node, name: str, place: Place) -> None:
    """Raise UserError unless there is such a number inside."""
    quantity, known = name.rpartition("/")[2], quantities(scene, node)
    if quantity not in known:
        raise unknown(f"quantity of '{node.id}'", quantity, known)
    sizes = known[quantity]
    if len(place) != len(sizes) or not all(0 <= at < size for at, size in zip(place, sizes, strict=True)):
        raise UserError(f"There is no element {list(place)} in '{name}', which holds {'×'.join(map(str, sizes))}.")


def quantities(scene: Scene, node: Node, *, backward: bool = False) -> dict[str, tuple[int, ...]]:
    """Return the names of the numbers inside of a node, or of their gradients, with the shape they are asked by."""
    if node.operation in recurrent.OPERATIONS:
        try:
            return recurrent.quantities(scene, node, backward)
        except UserError:  # it cannot be opened
            return {}
    if node.operation in attention.OPERATIONS:
        return {} if backward and scene.gradient(node.id) is None else attention.quantities(scene, node)
    if backward or node.id not in scene.seen.activations:
        return {}
    output = scene.seen.activations[node.id]
    shape = scene.given(node)[1].tensor.shape if node.operation == "cross_entropy" else output.shape
    return {quantity: tuple(shape) for operation, quantity in _EXPLAINERS if operation == node.operation}


def is_inside(scene: Scene, name: str) -> bool:
    """Whether a name is that of a quantity inside of an operation whose inside has gradients too."""
    node = scene.seen.graph.node.get(name.rpartition("/")[0])
    return name not in scene.seen.activations and node is not None and node.operation in _OPENED


def value(scene: Scene, kind: Kind, name: str, place: Place) -> float | None:
    """Return such a number, or its gradient; None where only its operands tell it."""
    node = scene.seen.graph.node.get(name.rpartition("/")[0])
    known = node is not None and node.operation in recurrent.OPERATIONS and name not in scene.seen.activations
    return recurrent.inner_value(scene, name, place, kind) if known else None
