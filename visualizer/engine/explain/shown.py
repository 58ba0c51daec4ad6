"""Explanations as the window knows its tensors: those of a recording are without a leading dimension of one."""

from __future__ import annotations

import msgspec

from visualizer.core.frames import Explanation, Factors, Operand
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import Place
from visualizer.engine.explain.scene import Scene

_RECORDED: tuple[Kind, ...] = ("activation", "data", "gradient", "edge_gradient")


def place_of(scene: Scene, kind: Kind, name: str, index: tuple[int, ...]) -> Place:
    """Return the index into the whole tensor for one that is shown."""
    return (0, *index) if _leads(scene, kind, name) else index


def as_shown(explanation: Explanation, scene: Scene) -> Explanation:
    """Return an explanation with all indices as they are shown."""

    def shortened(operand: Operand) -> Operand:
        leads = _leads(scene, operand.kind, operand.origin)
        return msgspec.structs.replace(operand, index=operand.index[1:]) if leads else operand

    def all_shortened(factors: Factors) -> Factors:
        leads = _leads(scene, factors.kind, factors.origin)
        return msgspec.structs.replace(factors, indices=factors.indices[..., 1:].copy()) if leads else factors

    products = explanation.products
    if products is not None:
        first, second = all_shortened(products.first), all_shortened(products.second)
        products = msgspec.structs.replace(products, first=first, second=second)
    leads = _leads(scene, explanation.kind, explanation.name)
    return msgspec.structs.replace(
        explanation,
        index=explanation.index[1:] if leads else explanation.index,
        operands=[shortened(operand) for operand in explanation.operands],
        products=products,
    )


def _leads(scene: Scene, kind: Kind, name: str) -> bool:
    """Whether a tensor is shown without its first dimension; an edge's share has the shape of its source."""
    if kind not in _RECORDED:
        return False
    tensor = scene.seen.activations.get(name.rpartition("->")[0] if kind == "edge_gradient" else name)
    return tensor is not None and tensor.dim() > 0 and len(tensor) == 1
