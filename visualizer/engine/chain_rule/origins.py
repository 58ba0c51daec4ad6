"""Where a local derivative of a weighted sum was read: dz/dw is an input, dz/da is a weight."""

from __future__ import annotations

from visualizer.core.graph import Attribute, Node
from visualizer.core.operand import Operand
from visualizer.engine.chain_rule import symbols
from visualizer.engine.chain_rule.scene import Place, Scene


def came_in(scene: Scene, node: Node, parameter: str, index: Place, place: Place, slope: float) -> Operand:
    """Return the derivative of the output at `place` by an element of a parameter as what it is: the input there."""
    source = scene.functions[node.id].sources[:1]
    if node.operation in symbols.WEIGHTED and source and source[0] in scene.seen.activations and len(index) > 1:
        found = _input_place(scene, node, source[0], index, place)
        if found is not None and float(scene.seen.activations[source[0]][found]) == slope:
            return scene.activation(source[0], found)
    return Operand("", slope, "", (), "constant")


def weighed(scene: Scene, node: Node, tensor: str, place: Place, output: Place, slope: float) -> Operand:
    """Return the derivative of an output by the input at `place` as what it is: the weight between the two."""
    sources = scene.functions[node.id].sources
    weight = sources[1] if len(sources) > 1 else ""
    if node.operation in symbols.WEIGHTED and weight in scene.parameters and sources[0] == tensor:
        index = _weight_index(scene, node, weight, place, output)
        if index is not None and float(scene.parameters[weight][index]) == slope:
            return scene.element(weight, index)
    return Operand("", slope, "", (), "constant")


def _input_place(scene: Scene, node: Node, source: str, index: Place, place: Place) -> Place | None:
    """Return the element of the input that a weight meets on its way to the output at `place`; None for padding."""
    if node.operation == "linear":
        return (*place[:-1], index[1])
    sizes = scene.seen.activations[source].shape
    stride, padding, dilation = _geometry(node, len(index) - 2)
    corner = zip(place[2:], index[2:], stride, padding, dilation, strict=True)
    at = tuple(out * step - pad + tap * apart for out, tap, step, pad, apart in corner)
    groups = sizes[1] // scene.parameters[node.parameters[0]].shape[1] if node.parameters else 1
    outputs = scene.seen.activations[node.id].shape[1]
    channel = index[1] + (index[0] * groups // outputs) * (sizes[1] // groups)
    inside = all(0 <= here < size for here, size in zip(at, sizes[2:], strict=True))
    return (place[0], channel, *at) if inside else None


def _weight_index(scene: Scene, node: Node, weight: str, place: Place, output: Place) -> Place | None:
    """Return the element of a weight that lies between one input and one output."""
    if node.operation == "linear":
        return (output[-1], place[-1])
    shape = scene.parameters[weight].shape
    stride, padding, dilation = _geometry(node, len(shape) - 2)
    corner = zip(place[2:], output[2:], stride, padding, dilation, strict=True)
    taps = tuple((here + pad - out * step) // apart for here, out, step, pad, apart in corner)
    inside = all(0 <= tap < size for tap, size in zip(taps, shape[2:], strict=True))
    return (output[1], place[1] % shape[1], *taps) if inside else None


def _geometry(node: Node, axes: int) -> tuple[list[int], list[int], list[int]]:
    given = node.attributes
    return (
        _sizes(given.get("stride"), 1, axes),
        _sizes(given.get("padding"), 0, axes),
        _sizes(given.get("dilation"), 1, axes),
    )


def _sizes(value: Attribute | None, default: int, axes: int) -> list[int]:
    if isinstance(value, list):
        return [int(size) for size in value] if len(value) == axes else [int(value[0])] * axes
    return [value if isinstance(value, int) else default] * axes
