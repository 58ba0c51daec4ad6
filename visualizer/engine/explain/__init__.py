"""How one number came about: its formula, the operands, and what each of them is in turn."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation
from visualizer.core.graph import Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain import backward, finiteness, forward, inner
from visualizer.engine.explain.element import Account, Place, constant
from visualizer.engine.explain.expressions import bindings, evaluate, with_numbers, with_symbols
from visualizer.engine.explain.scene import Scene, check_place, scene_of
from visualizer.engine.explain.tex import number
from visualizer.engine.tracing.structure import TARGET

TOLERANCE = 1e-4  # of the sum of all magnitudes that entered a formula; rounding in float32 stays far below

_EXPLAINERS: dict[Kind, Callable[[Scene, str, Place], Account]] = {
    "activation": forward.explain,
    "gradient": backward.explain_gradient,
    "edge_gradient": backward.explain_edge,
    "parameter_gradient": backward.explain_parameter_gradient,
    "inner": inner.explain,
}
_SYMBOLS: dict[Kind, str] = {
    "activation": "y",
    "gradient": r"\frac{\partial L}{\partial x}",
    "edge_gradient": r"\frac{\partial L}{\partial x}",
    "parameter_gradient": r"\frac{\partial L}{\partial w}",
    "update": r"\Delta w",
    "inner": "q",
}


def explain(scene: Scene, kind: Kind, name: str, place: Place) -> Explanation:
    """Explain one element of a recorded quantity; only what that element needs is read.

    `place` is an index into the tensor as it was recorded, with its batch dimension, and so are those of the operands.
    Raises UserError for an operation that no explainer knows, a name or an index that does not exist, and operands
    that do not give the recorded result.
    """
    if kind == "activation" and scene.activation(name).kind == "data":
        kind = "data"
    result = _result(scene, kind, name, place)
    given = constant("v", result if result is not None else math.nan)
    if kind == "activation" and scene.node_of(name)[0].kind == "constant":
        kind, account = "constant", Account("v", _given(scene.node_of(name)[0]), [given])
    elif kind in ("data", "parameter", "buffer"):
        said = f"Element {list(place)} of the {'input' if kind == 'data' else kind} '{name}'."
        account = Account("v", said, [given])
    else:
        account = _EXPLAINERS[kind](scene, name, place)
    return explanation(kind, name, place, account, result)


def _given(node: Node) -> str:
    """Return in words what a tensor is that the network computes from nothing."""
    if node.operation == TARGET:
        return "What is right for this sample: it comes with the data."
    return f"Set by the network itself ({node.operation}), before anything is computed."


def explanation(kind: Kind, name: str, place: Place, account: Account, result: float | None) -> Explanation:
    """Return an account as it is sent, checked: its formula has to give the result, where one was recorded."""
    bound = bindings(account.operands, account.products)
    value = evaluate(account.expression, bound)
    if result is not None and not finiteness.agree(value, result, TOLERANCE * (1 + _magnitude(account))):
        raise UserError(
            f"The {kind.replace('_', ' ')} of '{name}' cannot be explained: "
            f"its operands now give {value:g}, recorded was {result:g}; record the pass again."
        )
    symbol = _SYMBOLS.get(kind, "v")
    symbols = account.formula or f"{symbol} = {with_symbols(account.expression, account.operands, account.products)}"
    numbers = account.numbers or with_numbers(account.expression, bound)
    told = value if result is None else result
    return Explanation(
        kind=kind,
        name=name,
        index=place,
        formula=symbols,
        formula_with_numbers=f"{numbers} = {number(value if math.isfinite(told) else told)}",
        expression=account.expression,
        sentence=account.sentence + finiteness.reason(account, value, told),
        operands=list(account.operands),
        products=account.products,
        result=told,
    )


def _result(scene: Scene, kind: Kind, name: str, place: Place) -> float | None:
    """Return the recorded number; None where only the operands tell it."""
    if kind == "inner" or (kind == "gradient" and inner.is_inside(scene, name)):
        return inner.value(scene, kind, name, place)
    if kind == "edge_gradient" and name not in scene.seen.edge_gradients:
        return None
    tensor = scene.find(kind, name)
    check_place(kind, name, tensor, place)
    if tensor.is_complex():
        raise UserError(f"'{name}' holds complex numbers: only real ones can be explained.")
    return float(tensor[place])


def _magnitude(account: Account) -> float:
    factors = 0.0 if account.products is None else float(np.abs(account.products.terms).sum())
    return factors + sum(abs(operand.value) for operand in account.operands)


__all__ = ["Scene", "explain", "explanation", "scene_of"]
