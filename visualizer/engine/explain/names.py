"""The names of all numbers of a recorded pass that can be asked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from visualizer.core.errors import UserError, unknown
from visualizer.core.quantities import Kind
from visualizer.engine.explain import explain, inner
from visualizer.engine.explain.scene import Scene


class Quantity(NamedTuple):
    """A tensor of numbers: its kind, its name, the operation that gave it ("" for a parameter), and its shape."""

    kind: Kind
    name: str
    operation: str
    shape: tuple[int, ...]

    def belongs_to(self, name: str) -> bool:
        """Whether it is what goes by this name, or one of the outputs or inner numbers of a node of that name."""
        return self.name == name or self.name.rpartition("/" if self.kind == "inner" else ":")[0] == name


def kind_of(scene: Scene, name: str, backward: bool) -> Kind:
    """Return what goes by a name, or the gradient of that; raise UserError where there is no such."""
    seen = scene.seen
    if name in seen.activations:
        if backward and name not in seen.gradients:
            raise UserError(
                f"No gradient comes back to '{name}': the loss does not depend on it, or the way from it is cut."
            )
        return "gradient" if backward else scene.activation(name).kind
    if name in seen.edge_gradients:
        return "edge_gradient"
    if name in scene.state:
        if backward and name not in seen.parameter_gradients:
            raise UserError(f"'{name}' has no gradient: it is no parameter, or the loss does not depend on it.")
        return "parameter_gradient" if backward else scene.learned(name).kind
    node, _, quantity = name.rpartition("/")
    if node in seen.graph.node and quantity in inner.quantities(scene, seen.graph.node[node]):
        return "gradient" if backward else "inner"
    raise unknown("name", name, [*seen.activations, *seen.edge_gradients, *scene.state])


def explainable(scene: Scene, backward: bool) -> Iterator[Quantity]:
    """Yield all quantities, or with `backward` all gradients, of which the first number can be explained."""
    for quantity in _gradients(scene) if backward else _values(scene):
        try:
            explain(scene, quantity.kind, quantity.name, (0,) * len(quantity.shape))
        except UserError:
            continue
        yield quantity


def _values(scene: Scene) -> Iterator[Quantity]:
    for name, tensor in scene.seen.activations.items():
        if tensor.numel():
            yield Quantity("activation", name, scene.node_of(name)[0].operation, tuple(tensor.shape))
    for node in scene.seen.graph.nodes:
        for quantity, shape in inner.quantities(scene, node).items():
            yield Quantity("inner", f"{node.id}/{quantity}", node.operation, shape)
    for name, tensor in scene.state.items():
        yield Quantity(scene.learned(name).kind, name, "", tuple(tensor.shape))


def _gradients(scene: Scene) -> Iterator[Quantity]:
    seen = scene.seen
    for name, tensor in seen.gradients.items():
        yield Quantity("gradient", name, scene.node_of(name)[0].operation, tuple(tensor.shape))
    for name, tensor in seen.edge_gradients.items():
        yield Quantity("edge_gradient", name, seen.graph.node[name.rpartition("->")[2]].operation, tuple(tensor.shape))
    for name, tensor in seen.parameter_gradients.items():
        yield Quantity("parameter_gradient", name, "", tuple(tensor.shape))
    for node in seen.graph.nodes:
        for quantity, shape in inner.quantities(scene, node, backward=True).items():
            yield Quantity("gradient", f"{node.id}/{quantity}", node.operation, shape)
