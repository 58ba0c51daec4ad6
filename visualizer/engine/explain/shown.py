"""Explanations as the window knows its tensors: those of a recording are without a leading dimension of one."""

from __future__ import annotations

import msgspec
import numpy as np

from visualizer.core.frames import Explanation, Factors, Operand
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Place
from visualizer.engine.explain.recurrent import sample_axis
from visualizer.engine.explain.scene import Scene

_RECORDED: tuple[Kind, ...] = ("activation", "data", "gradient", "edge_gradient")


def place_of(scene: Scene, kind: Kind, name: str, index: tuple[int, ...]) -> Place:
    """Return the index into the whole tensor for one that is shown."""
    axis = _left_out(scene, kind, name)
    return index if axis is None else (*index[:axis], 0, *index[axis:])


def as_shown(explanation: Explanation, scene: Scene) -> Explanation:
    """Return an explanation with all indices as they are shown."""

    def shorter(kind: Kind, name: str, index: Place) -> Place:
        axis = _left_out(scene, kind, name)
        return index if axis is None else (*index[:axis], *index[axis + 1 :])

    def shortened(operand: Operand) -> Operand:
        index = shorter(operand.kind, operand.origin, operand.index)
        return operand if index is operand.index else msgspec.structs.replace(operand, index=index)

    def all_shortened(factors: Factors) -> Factors:
        axis = _left_out(scene, factors.kind, factors.origin)
        if axis is None:
            return factors
        return msgspec.structs.replace(factors, indices=np.delete(factors.indices, axis, axis=-1))

    products = explanation.products
    if products is not None:
        first, second = all_shortened(products.first), all_shortened(products.second)
        products = msgspec.structs.replace(products, first=first, second=second)
    return msgspec.structs.replace(
        explanation,
        index=shorter(explanation.kind, explanation.name, explanation.index),
        operands=[shortened(operand) for operand in explanation.operands],
        products=products,
    )


def _left_out(scene: Scene, kind: Kind, name: str) -> int | None:
    """Return the axis that a shown index goes without, if any; an edge's share has the shape of its source."""
    tensor = scene.seen.activations.get(name.rpartition("->")[0] if kind == "edge_gradient" else name)
    if tensor is None:
        return sample_axis(scene, kind, name)
    return 0 if kind in _RECORDED and tensor.dim() > 0 and len(tensor) == 1 else None
