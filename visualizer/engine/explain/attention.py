"""Scaled dot-product attention, one number at a time. Vaswani et al. 2017.

y = p V with p = softmax(s) and s = Q K^T times the scale, plus the mask. Inside are the scores `s` and the weights `p`,
(..., query, key); they are worked out for one row, or one column, at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.frames import Factors, Operand
from visualizer.core.graph import Node
from visualizer.core.quantities import Kind
from visualizer.engine.explain.element import (
    Account,
    Call,
    Element,
    Place,
    Share,
    Source,
    constant,
    places_where,
    product,
)
from visualizer.engine.explain.scene import Scene
from visualizer.engine.explain.softmax import share_numbers

OPERATIONS = ("scaled_dot_product_attention",)
_ARGUMENTS = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale", "enable_gqa")


@dataclass(frozen=True)
class Attention:
    """One call; `mask` is added to the scores where it holds numbers, and lets pass where it is true."""

    node: Node
    query: Source
    key: Source
    value: Source
    mask: Source | None
    causal: bool
    scale: float
    gradient: Source | None

    def scores(self, head: Place, query: int) -> Tensor:
        """Return one row of scores in float64."""
        found = self.key.tensor[head].double() @ self.query.tensor[(*head, query)].double() * self.scale
        return found + self._hidden(head, query)

    def weights(self, head: Place, query: int) -> Tensor:
        """Return how much of each value one query takes."""
        return self.scores(head, query).softmax(0)

    def slopes(self, head: Place, query: int) -> Tensor:
        """Return the derivatives of the loss by one row of weights."""
        assert self.gradient is not None
        return self.value.tensor[head].double() @ self.gradient.tensor[(*head, query)].double()

    def score_slopes(self, head: Place, query: int) -> Tensor:
        """Return the derivatives of the loss by one row of scores."""
        weights, slopes = self.weights(head, query), self.slopes(head, query)
        return weights * (slopes - weights @ slopes)

    def column(self, rows: str, head: Place, key: int) -> list[float]:
        """Return what one key has in all rows of `weights` or `score_slopes`."""
        return [float(getattr(self, rows)(head, query)[key]) for query in range(self.query.tensor.shape[-2])]

    def inner(self, symbol: str, values: Sequence[float], kind: Kind, quantity: str, places: list[Place]) -> Factors:
        """Return scores, weights or their derivatives as one side of a sum of products."""
        name = f"{self.node.id}/{quantity}"
        return Factors(symbol, np.array(values, np.float32), kind, name, np.array(places, np.int64))

    def operands(self, symbol: str, values: Sequence[float], kind: Kind, quantity: str, row: Place) -> list[Operand]:
        """Return a row of such numbers as an array of operands."""
        name = f"{self.node.id}/{quantity}"
        return [Operand(f"{symbol}_{{{k}}}", float(value), name, (*row, k), kind) for k, value in enumerate(values)]

    def _hidden(self, head: Place, query: int) -> Tensor:
        count = self.key.tensor.shape[-2]
        added = torch.zeros(count, dtype=torch.float64)
        if self.mask is not None:
            row = torch.stack([self.mask.tensor[self.mask.stretched((*head, query, key))] for key in range(count)])
            added = row.double() if row.is_floating_point() else added.masked_fill(~row.bool(), -math.inf)
        if self.causal:
            added = added.masked_fill(torch.arange(count) > query, -math.inf)
        return added


def explain(element: Element) -> Account:
    """Explain one result as the mean of all values, each by the weight that the query gives to it."""
    call = _attention(element)
    *head, query, feature = element.place
    weights = call.weights(tuple(head), query)
    keys = range(len(weights))
    first = call.inner("p", weights.tolist(), "inner", "p", [(*head, query, key) for key in keys])
    second = call.value.factors("v", np.array([(*head, key, feature) for key in keys], np.int64))
    said = f"The values of all {len(keys)} positions, each times the attention p that position {query} pays to it."
    return Account("sum(p * v)", said, products=product(first, second), formula=r"y = \sum_j p_j \, v_j")


def explain_inner(scene: Scene, node: Node, quantity: str, place: Place) -> Account:
    """Explain a weight by the scores it competes with, or a score by its query and key."""
    call = _of(scene, node)
    head, query, key = place[:-2], place[-2], place[-1]
    scores = call.scores(head, query)
    if quantity == "p":
        operands = call.operands("s", scores.tolist(), "inner", "s", place[:-1])
        formula = rf"p_{{{key}}} = \frac{{e^{{s_{{{key}}}}}}}{{\sum_j e^{{s_j}}}}"
        numbers = share_numbers(operands, key)
        said = f"Softmax over the scores of position {query}: the attention that it pays to position {key}."
        expression = f"exp(s[{key}] - logsumexp(s))"
        return Account(expression, said, operands, formula=formula, numbers=numbers)
    width = range(call.query.tensor.shape[-1])
    products = product(
        call.query.factors("q", np.array([(*head, query, k) for k in width], np.int64)),
        call.key.factors("k", np.array([(*head, key, k) for k in width], np.int64)),
    )
    said = f"The query of position {query} times the key of position {key}, scaled down by the root of their length"
    scale = constant("c", call.scale)
    if math.isinf(float(scores[key])):
        hidden = [] if call.mask is None else [call.mask.broadcast("mask", place)]
        return Account("m", "The mask hides this position.", [constant("m", -math.inf), *hidden])
    if call.mask is None or not call.mask.tensor.is_floating_point():
        return Account("c * sum(q * k)", f"{said}.", [scale], products)
    mask = call.mask.broadcast("m", place)
    return Account("c * sum(q * k) + m", f"{said}, plus the mask.", [scale, mask], products)


def share(asked: Share) -> Account:
    """Explain the gradient of a query, key, value or mask."""
    call = _attention(asked)
    *head, row, column = asked.place
    at, gradient = tuple(head), asked.gradient
    if asked.argument > 2:
        return _share_of_mask(call, asked)
    if asked.argument == 2:
        queries = range(call.query.tensor.shape[-2])
        first = call.inner("p", call.column("weights", at, row), "inner", "p", [(*at, query, row) for query in queries])
        second = gradient.factors("g", np.array([(*at, query, column) for query in queries], np.int64))
        said = "Each position has taken this value by its attention p; by that its gradient comes back."
        return Account("sum(p * g)", said, products=product(first, second))
    if asked.argument == 0:
        slopes = call.score_slopes(at, row).tolist()
        places = [(*at, row, key) for key in range(len(slopes))]
        other = call.key.factors("k", np.array([(*at, key, column) for key in range(len(slopes))], np.int64))
        said = "The gradients of all scores of this query, each times the key that it was multiplied with."
    else:
        slopes = call.column("score_slopes", at, row)
        places = [(*at, query, row) for query in range(len(slopes))]
        other = call.query.factors("q", np.array([(*at, query, column) for query in range(len(slopes))], np.int64))
        said = "The gradients of all scores of this key, each times the query that it was multiplied with."
    products = product(call.inner("d", slopes, "gradient", "s", places), other)
    return Account(f"c * sum(d * {other.symbol})", said, [constant("c", call.scale)], products)


def explain_gradient(scene: Scene, node: Node, quantity: str, place: Place) -> Account:
    """Explain the derivative of the loss by a score or a weight."""
    call = _of(scene, node)
    head, query, key = place[:-2], place[-2], place[-1]
    if call.gradient is None:
        return Account("zero", "Nothing that the loss depends on has used it.", [constant("zero", 0.0)])
    if quantity == "p":
        width = range(call.value.tensor.shape[-1])
        products = product(
            call.gradient.factors("g", np.array([(*head, query, k) for k in width], np.int64)),
            call.value.factors("v", np.array([(*head, key, k) for k in width], np.int64)),
        )
        return Account("sum(g * v)", "The gradients of the result times the value that it weighs.", products=products)
    operands = [
        *call.operands("d", call.slopes(head, query).tolist(), "gradient", "p", place[:-1]),
        *call.operands("p", call.weights(head, query).tolist(), "inner", "p", place[:-1]),
    ]
    said = "A score moves its own weight up and all others down: dp_k/ds_j = p_k ([k = j] − p_j)."
    return Account(f"p[{key}] * (d[{key}] - sum(d * p))", said, operands)


def quantities(scene: Scene, node: Node) -> dict[str, tuple[int, ...]]:
    """Return the names of what is inside, with its shape; nothing of a call that is not explained."""
    try:
        call = _of(scene, node)
    except UserError:
        return {}
    return dict.fromkeys(("s", "p"), (*call.query.tensor.shape[:-1], call.key.tensor.shape[-2]))


def _share_of_mask(call: Attention, asked: Share) -> Account:
    whole = (*call.query.tensor.shape[:-1], call.key.tensor.shape[-2])
    skipped = len(whole) - asked.source.tensor.dim()
    fixed = {
        skipped + axis: at
        for axis, (at, size) in enumerate(zip(asked.place, asked.source.tensor.shape, strict=True))
        if size > 1 or whole[skipped + axis] == 1
    }
    operands = []
    for number, row in enumerate(places_where(whole, fixed).tolist()):
        value = float(call.score_slopes(tuple(row[:-2]), row[-2])[row[-1]])
        operands.append(Operand(f"d_{{{number}}}", value, f"{call.node.id}/s", tuple(row), "gradient"))
    return Account("sum(d)", f"It was added to {len(operands)} scores: their gradients.", operands)


def _of(scene: Scene, node: Node) -> Attention:
    output = scene.seen.activations[node.id]
    element = Element(node, scene.given(node), scene.seen.called.get(node.id), (0,) * output.dim(), output)
    return _attention(element, scene.gradient(node.id))


def _attention(call: Call, gradient: Source | None = None) -> Attention:
    if isinstance(call, Share):
        gradient = call.gradients[0]
    if call.called is None:
        raise call.unexplained("it is not known how it was called")
    args, kwargs = call.called.arguments
    said: dict[str, Any] = {**dict(zip(_ARGUMENTS, args, strict=False)), **kwargs}
    if said.get("dropout_p") or said.get("enable_gqa"):
        raise call.unexplained("only attention without dropout and shared heads is")
    query, key, value, *mask = call.given
    if len({source.tensor.shape[:-2] for source in (query, key, value)}) > 1 or query.tensor.dim() < 3:
        raise call.unexplained("its tensors were broadcast")
    scale = said.get("scale")
    return Attention(
        node=call.node,
        query=query,
        key=key,
        value=value,
        mask=mask[0] if mask else None,
        causal=bool(said.get("is_causal")),
        scale=1 / math.sqrt(query.tensor.shape[-1]) if scale is None else float(scale),
        gradient=gradient,
    )
