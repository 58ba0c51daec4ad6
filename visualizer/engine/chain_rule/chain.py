"""The path of factors from the loss to one element of a parameter. Rumelhart et al. 1986, equations 4 to 6."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from visualizer.core.graph import Node
from visualizer.core.numbers import rounded, whole
from visualizer.core.operand import Operand
from visualizer.core.topics.chain_rule import Factor, Path, Term
from visualizer.engine.chain_rule import origins, slopes, symbols
from visualizer.engine.chain_rule.local import UnseenError
from visualizer.engine.chain_rule.scene import Place, Scene

SHOWN = 12  # terms of a sum that are sent


def paths(scene: Scene, parameter: str, index: Place) -> list[Path]:
    """Return one path for each node that uses the parameter; the sum of their values is the gradient.

    Where a node hides its inside, there is one path: the gradient as autograd gave it.
    """
    users = [node for node in scene.seen.graph.nodes if parameter in node.parameters]
    try:
        return [_path(scene, node, parameter, index) for node in users]
    except (UnseenError, KeyError):
        return [_given_by_autograd(scene, parameter, index, [node.id for node in users])]


def _path(scene: Scene, node: Node, parameter: str, index: Place) -> Path:
    columns = {
        name: column for name, column in scene.column(node.id, parameter, index).items() if name in scene.seen.gradients
    }
    reached = [(name, place) for name, column in columns.items() for place in _places(column)]
    reached = reached or _only_place(node, columns, index)
    if len(reached) == 1:
        (name, place), slope = reached[0], float(columns[reached[0][0]][reached[0][1]])
        factors = [*_down_to(scene, name, place), _last(scene, node, parameter, index, place, slope)]
    else:
        factors = [_sum(scene, node, parameter, index, columns)]
    return Path(node.id, factors, math.prod(factor.value for factor in factors))


def _only_place(node: Node, columns: dict[str, Tensor], index: Place) -> list[tuple[str, Place]]:
    """Return the one output that a weight of a linear layer goes into, though its input may be zero."""
    column = columns.get(node.id)
    if node.operation != "linear" or column is None or column.shape[:-1].numel() != 1:
        return []
    return [(node.id, (*(0 for _ in column.shape[:-1]), index[0]))]


def _down_to(scene: Scene, tensor: str, place: Place) -> list[Factor]:
    """Return the error from the right and the slopes between it and one element, from the loss on."""
    found: list[Factor] = []
    passed: list[str] = []
    while True:
        step = _only_step(scene, tensor, place)
        if step is None:
            return [_error(scene, tensor, place, passed), *reversed(found)]
        node, edge, name, output, slope = step
        passed.append(node.id)
        if node.operation not in symbols.COPYING:
            found.append(
                Factor(
                    numerator=symbols.partial(scene.symbol(name, output)),
                    denominator=symbols.partial(scene.symbol(tensor, place)),
                    title=slopes.title(node),
                    detail=slopes.detail(scene, node, tensor, place, name, output),
                    value=slope,
                    nodes=[node.id],
                    edges=[edge],
                )
            )
        tensor, place = name, output


def _only_step(scene: Scene, tensor: str, place: Place) -> tuple[Node, str, str, Place, float] | None:
    """Return the one operation that turns an element into one other element; None where several come of it."""
    consumers = list(scene.consumers(tensor))
    if len(consumers) != 1:
        return None
    node, edge = consumers[0]
    if node.operation not in (*symbols.SLOPES, *symbols.COPYING, "batch_norm"):
        return None
    try:
        columns = scene.column(node.id, tensor, place)
    except (UnseenError, KeyError):
        return None
    reached = [(name, output) for name, column in columns.items() for output in _places(column)]
    if not reached and node.operation in symbols.SLOPES:
        reached = [(node.id, place)]  # a slope of zero
    if len(reached) != 1:
        return None
    name, output = reached[0]
    slope = float(columns[name][output])
    return None if node.operation in symbols.COPYING and slope != 1 else (node, edge, name, output, slope)


def _error(scene: Scene, tensor: str, place: Place, passed: list[str]) -> Factor:
    """Return the derivative of the loss by one element as the sum over all that it goes into."""
    operand = scene.error(tensor, place)
    try:
        terms = _branches(scene, tensor, place)
    except (UnseenError, KeyError):
        terms = []
    at_loss = all(term.error.name.endswith("L") for term in terms) if terms else False
    if tensor == scene.seen.graph.loss or at_loss:
        title, detail = "error at the output", slopes.loss_detail(scene, tensor, place)
        terms = [] if len(terms) < 2 else terms
    elif terms or operand.value == 0:
        title, detail = "error from the right", _sum_text(terms) if terms else "nothing comes back"
    else:
        title, detail = "error from the right", "as the backward pass brought it"
    consumers = list(scene.consumers(tensor))
    shown, rest = _largest(terms)
    return Factor(
        numerator=symbols.partial("L"),
        denominator=symbols.partial(scene.symbol(tensor, place)),
        title=title,
        detail=detail,
        value=operand.value,
        operand=operand,
        terms=shown,
        term_count=len(terms),
        rest=rest,
        nodes=[*passed, *(node.id for node, _ in consumers)],
        edges=[edge for _, edge in consumers],
    )


def _branches(scene: Scene, tensor: str, place: Place) -> list[Term]:
    """Return for each number that an element goes into its error times how much it depends on the element."""
    terms = []
    for node, edge in scene.consumers(tensor):
        for name, column in scene.column(node.id, tensor, place).items():
            if name not in scene.seen.gradients:
                continue
            for output in _places(column):
                error, slope = scene.error(name, output), float(column[output])
                if error.value * slope:
                    operand = origins.weighed(scene, node, tensor, place, output, slope)
                    terms.append(Term(error, operand, error.value * slope, edge))
    return terms


def _last(scene: Scene, node: Node, parameter: str, index: Place, place: Place, slope: float) -> Factor:
    """Return how much one element of an operation's output depends on the parameter."""
    operand = origins.came_in(scene, node, parameter, index, place, slope)
    edges = [edge.id for edge in scene.seen.graph.incoming[node.id]]
    title, detail = slopes.about_parameter(node, parameter, operand)
    return Factor(
        numerator=symbols.partial(scene.symbol(node.id, place)),
        denominator=symbols.partial(symbols.parameter_symbol(scene.seen.graph, parameter, index)),
        title=title,
        detail=detail,
        value=slope,
        operand=operand if operand.kind != "constant" else None,
        nodes=[node.id],
        edges=edges,
    )


def _sum(scene: Scene, node: Node, parameter: str, index: Place, columns: dict[str, Tensor]) -> Factor:
    """Return the sum over all elements of an operation's output that depend on the parameter."""
    terms = []
    value = 0.0
    count = 0
    for name, column in columns.items():
        products = scene.seen.gradients[name].double() * column
        value += float(products.sum())
        count += int(column.count_nonzero())
        flat = products.abs().flatten()
        for at in flat.topk(min(SHOWN, len(flat))).indices:
            place = tuple(int(axis) for axis in torch.unravel_index(at, column.shape))
            if column[place] != 0:
                slope = origins.came_in(scene, node, parameter, index, place, float(column[place]))
                terms.append(Term(scene.error(name, place), slope, float(products[place])))
    shown, _ = _largest(terms)
    return Factor(
        numerator=symbols.partial("L"),
        denominator=symbols.partial(symbols.parameter_symbol(scene.seen.graph, parameter, index)),
        title=f"sum over {whole(count)} places" if count else "no influence here",
        detail=_sum_text(shown, count) if count else "no number of the output depends on it in this pass",
        value=value,
        terms=shown,
        term_count=count,
        rest=value - math.fsum(term.value for term in shown),
        nodes=[node.id],
        edges=[edge.id for edge in scene.seen.graph.incoming[node.id]],
    )


def _given_by_autograd(scene: Scene, parameter: str, index: Place, nodes: list[str]) -> Path:
    value = float(scene.seen.parameter_gradients[parameter][index])
    factor = Factor(
        numerator=symbols.partial("L"),
        denominator=symbols.partial(symbols.parameter_symbol(scene.seen.graph, parameter, index)),
        title="as autograd gave it",
        detail="the operation that uses it hides its inside, so its factors cannot be told apart",
        value=value,
        operand=Operand("", value, parameter, index, "parameter_gradient"),
        nodes=nodes,
    )
    return Path(nodes[0] if nodes else "", [factor], value)


def _places(column: Tensor) -> list[Place]:
    if column.dim() == 0:
        return [()] if column != 0 else []
    return [tuple(place) for place in column.nonzero().tolist()]


def _largest(terms: list[Term]) -> tuple[list[Term], float]:
    """Return the largest terms in their own order, and the sum of the others."""
    if len(terms) <= SHOWN:
        return terms, 0.0
    kept = sorted(sorted(range(len(terms)), key=lambda place: -abs(terms[place].value))[:SHOWN])
    left = [term.value for place, term in enumerate(terms) if place not in set(kept)]
    return [terms[place] for place in kept], math.fsum(left)


def _sum_text(terms: list[Term], count: int = 0) -> str:
    """Return a sum of products in one line: two of them, the largest, and how many more there are."""
    largest = terms if len(terms) <= 2 else sorted(terms, key=lambda term: -abs(term.value))[:2]
    shown = " + ".join(f"{_factor(term.error.value)} · {_factor(term.slope.value)}" for term in largest)
    more = (count or len(terms)) - len(largest)
    return f"{shown} + {whole(more)} more" if more else shown


def _factor(value: float) -> str:
    text = rounded(value, 4)
    return f"({text})" if value < 0 else text
