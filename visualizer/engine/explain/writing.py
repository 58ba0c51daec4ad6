"""Operations that write into a view: the tensor whose part was written into is another one afterwards, too.

Beside its results such a node gives out the whole tensor, as far as somebody reads it; that tensor went in as it was
before, after all arguments.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from visualizer.core.errors import UserError
from visualizer.core.frames import Operand
from visualizer.core.graph import Node, tensor_name
from visualizer.engine.explain import copying
from visualizer.engine.explain.element import Account, Element, Place, Share, Source, constant
from visualizer.engine.explain.scene import Scene


@dataclass(frozen=True)
class Written:
    """One writing: `view` is the part that was written into, of the tensor `before`; `after` is that tensor then."""

    node: Node
    view: Node
    before: str
    after: str


def written(scene: Scene, node: Node) -> Written | None:
    """Return what a node has written into, None where that was no part of a tensor that is read again."""
    called = scene.seen.called.get(node.id)
    if called is None or len(called.overwritten) != 1:
        return None
    edges = [edge for edge in scene.seen.graph.incoming[node.id] if edge.argument >= len(called.sources)]
    view = scene.node_of(called.sources[called.overwritten[0]])[0]
    made = scene.seen.called.get(view.id)
    if len(edges) != 1 or made is None or made.sources != (edges[0].tensor,) or view.operation not in copying.MOVED:
        return None
    return Written(node, view, edges[0].tensor, tensor_name(node.id, 1))


def explain(scene: Scene, found: Written, place: Place) -> Account:
    """Explain a number of the whole tensor: it was written, or is as it was before."""
    at = _in_view(scene, found, place)
    if at is None:
        said = f"{found.node.operation} has not written here: it is as it was before."
        return Account("x", said, [scene.tensor(found.before).operand("x", place)])
    said = f"{found.node.operation} has written it, into a part of {found.before}."
    return Account("x", said, [scene.tensor(found.node.id).operand("x", at)])


def share_before(scene: Scene, found: Written, place: Place) -> Account:
    """Explain what comes back to a number of the tensor as it was before."""
    gradient = scene.gradient(found.after)
    if gradient is None or _in_view(scene, found, place) is not None:
        said = f"{found.node.operation} works on this part of it by the view {found.view.id}: nothing comes back here."
        return Account("zero", said, [constant("zero", 0.0)])
    said = f"{found.node.operation} has not written here: the gradient comes back unchanged."
    return Account("g", said, [gradient.operand("g", place)])


def gradient_of_part(scene: Scene, found: Written) -> Source | None:
    """Return the gradient of what was written, read from that of the whole tensor."""
    gradient, made = scene.gradient(found.after), scene.seen.called[found.view.id]
    return None if gradient is None else Source("gradient", found.node.id, made.again([gradient.tensor])[0])


def in_whole(scene: Scene, found: Written, account: Account) -> Account:
    """Return an account whose gradients of the part are told as those of the whole tensor that they are."""

    def told(operand: Operand) -> Operand:
        if (operand.kind, operand.origin) != ("gradient", found.node.id):
            return operand
        _, place = copying.source_of(_element(scene, found.view, operand.index))
        return msgspec.structs.replace(operand, origin=found.after, index=place)

    if account.products is not None:
        raise UserError(f"The {found.node.operation} at '{found.node.id}' writes into a part of a tensor.")
    return Account(account.expression, account.sentence, [told(operand) for operand in account.operands])


def _element(scene: Scene, node: Node, place: Place) -> Element:
    output = scene.seen.activations[node.id]
    return Element(node, scene.given(node), scene.seen.called.get(node.id), place, output)


def _in_view(scene: Scene, found: Written, place: Place) -> Place | None:
    """Return where the view shows a number of the whole tensor, None where it does not."""
    view = scene.seen.activations[found.view.id]
    asked = Share(
        node=found.view,
        given=scene.given(found.view),
        called=scene.seen.called.get(found.view.id),
        argument=0,
        place=place,
        outputs=[view],
        gradients=[None],
    )
    return next(iter(copying.places_of(asked, 0, view)), None)
