"""Any operation of torch that has no formula here: it is called once more, and autograd tells its local derivatives.

Only what gives the recorded results again is believed: an operation that draws random numbers does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from visualizer.core.errors import UserError
from visualizer.core.frames import Operand
from visualizer.engine.explain.element import SHOWN, Account, Call, Element, Place, Share, Source, constant

_CLOSE = 1e-6  # what float32 leaves of a remainder that is none


@dataclass(frozen=True)
class _Term:
    """A number times a derivative."""

    source: Source
    place: tuple[int, ...]
    derivative: float

    @property
    def value(self) -> float:
        return self.derivative * float(self.source.tensor[self.place])


@dataclass(frozen=True)
class _Terms:
    """The `count` terms of a sum, of which those `shown` are told; all add up to `total`, their sizes to `size`."""

    shown: list[_Term]
    count: int
    total: float
    size: float

    @property
    def rest(self) -> float:
        """What is not told one by one."""
        return self.total - sum(term.value for term in self.shown)


def explain(element: Element) -> Account:
    """Explain one result by its slope in each input; raise UserError where calling it again does not give it again."""
    recorded = {element.output_number: element.output}
    leaves = _leaves(element, len(element.given))
    try:
        results = _results(element, leaves, recorded)
    except UserError:  # torch may know no derivative by targets or weights, but always by what comes first
        leaves = _leaves(element, 1)
        results = _results(element, leaves, recorded)
    result = results[element.output_number]
    if not result.requires_grad:
        return _without_slopes(element)
    learnable = [leaf for leaf in leaves if leaf.requires_grad]
    found = dict(
        zip(
            map(id, learnable),
            torch.autograd.grad(result[element.place], learnable, allow_unused=True),
            strict=True,
        )
    )
    terms = _terms((source, found.get(id(leaf))) for source, leaf in zip(element.given, leaves, strict=True))
    return _by_slopes(element, terms) if terms.count else _without_slopes(element)


def _leaves(call: Call, count: int) -> list[Tensor]:
    """Return copies of what went in, the first `count` of them to be differentiated by."""
    copies = [source.tensor.detach().clone() for source in call.given]
    return [
        copy.requires_grad_() if copy.is_floating_point() and number < count else copy
        for number, copy in enumerate(copies)
    ]


def _without_slopes(element: Element) -> Account:
    """Say what an operation gave whose result does not move with its inputs, and what stood in the same place there."""
    at_same = [
        source.operand(f"x_{number}", source.stretched(element.place))
        for number, source in enumerate(element.given)
        if source.tensor.dim() <= len(element.place)
        and all(
            own in (1, size)
            for own, size in zip(reversed(source.tensor.shape), reversed(element.output.shape), strict=False)
        )
    ]
    said = f"What {element.node.operation} gives here; it does not move when its inputs move a little."
    return Account("v", said, [constant("v", float(element.output[element.place])), *at_same])


def _by_slopes(element: Element, terms: _Terms) -> Account:
    operation, value = element.node.operation, float(element.output[element.place])
    operands, only = _operands("x", terms.shown), terms.shown[0]
    if not math.isfinite(value):
        return Account("v", f"What {operation} gives here; x are numbers that it depends on.",
                       [constant("v", value), *operands])  # fmt: skip
    complete = abs(value - terms.total) <= _CLOSE * (abs(value) + terms.size)
    if terms.count == 1 and complete and only.derivative == 1:
        where = ", ".join(map(str, only.place[1:]))
        said = f"{operation} takes it unchanged from {f'({where}) of ' if where else ''}{only.source.name}."
        return Account("x", said, [only.source.operand("x", only.place)])
    said = (
        f"was called again; autograd says how fast its result grows with each of the {terms.count} numbers it depends "
        "on (d)."
    )
    if complete and len(terms.shown) == terms.count:
        return Account("sum(d * x)", f"{operation} {said} Together they make up all of it.", operands)
    left = value - terms.total + terms.rest
    said = f"There is no formula for {operation} here. It {said} r is all that these slopes leave out."
    return Account("sum(d * x) + r", said, [*operands, constant("r", left)])


def share(asked: Share) -> Account:
    """Explain a gradient by the slopes of all results in one input; raise UserError where they cannot be told."""
    given = [source.tensor.detach() for source in asked.given]
    pairs = zip(asked.gradients, _slopes(asked, given), strict=False)
    terms = _terms((gradient, slope) for gradient, slope in pairs if gradient is not None)
    if not terms.count:
        return Account("zero", "No result that the loss depends on moves with it.", [constant("zero", 0.0)])
    if len(terms.shown) == terms.count and all(term.derivative == 1 for term in terms.shown):
        operands = [term.source.operand(f"g_{{{number}}}", term.place) for number, term in enumerate(terms.shown)]
        where = "1 place" if terms.count == 1 else f"{terms.count} places"
        return Account("sum(g)", f"It moves the results at {where} as much as itself: the gradients there.", operands)
    operands = _operands("g", terms.shown)
    said = (
        f"There is no formula for {asked.node.operation} here. It was called again; autograd says how fast each of the "
        f"{terms.count} results that depend on this number grows with it (d): their gradients times that, added up."
    )
    if len(terms.shown) == terms.count:
        return Account("sum(g * d)", said, operands)
    left = constant("r", terms.rest)
    return Account("sum(g * d) + r", f"{said} r are the smaller terms together.", [*operands, left])


def _slopes(asked: Share, given: list[Tensor]) -> list[Tensor]:
    """Return how fast each result grows with the number that is asked for."""
    value = asked.source.tensor.detach().clone().requires_grad_()
    moved = [*given[: asked.argument], value, *given[asked.argument + 1 :]]
    results = _results(asked, moved, dict(enumerate(asked.outputs)))
    try:
        return _differentiated_twice(results, value, asked.place)
    except Exception as failure:  # an operation of a stranger may know no derivative, and say so in any way
        if sum(result.numel() for result in results) <= SHOWN:
            return [_one_by_one(result, value, asked.place) for result in results]
        raise asked.unexplained("autograd does not tell how fast its results grow with one number") from failure


def _differentiated_twice(results: list[Tensor], value: Tensor, place: Place) -> list[Tensor]:
    """Return the column of the Jacobian: the rows, weighted, summed and taken at the place, grow with their weights."""
    moving = [result for result in results if result.requires_grad]
    weights = [torch.zeros_like(result, requires_grad=True) for result in moving]
    if not moving:
        return [torch.zeros_like(result) for result in results]
    weighted = torch.stack([(result * weight).sum() for result, weight in zip(moving, weights, strict=True)]).sum()
    (row,) = torch.autograd.grad(weighted, value, create_graph=True)
    found = iter(torch.autograd.grad(row[place], weights, materialize_grads=True))
    return [next(found) if result.requires_grad else torch.zeros_like(result) for result in results]


def _one_by_one(result: Tensor, value: Tensor, place: Place) -> Tensor:
    if not result.requires_grad:
        return torch.zeros_like(result)
    flat = [torch.autograd.grad(one, value, retain_graph=True)[0][place] for one in result.flatten()]
    return torch.stack(flat).reshape(result.shape)


def _results(call: Call, given: Sequence[Tensor], recorded: dict[int, Tensor]) -> list[Tensor]:
    """Return what an operation gives for these tensors; raise UserError unless that is what was recorded."""
    try:
        with torch.enable_grad(), torch.random.fork_rng(devices=[]), sdpa_kernel(SDPBackend.MATH):
            results = _again(call, given)
    except Exception as failure:  # whatever an operation of a stranger may raise
        raise call.unexplained(f"called again it fails with {type(failure).__name__}") from failure
    if not _same(results, recorded):
        raise call.unexplained("called again it gives other numbers, as it draws some of them at random")
    return results


def _again(call: Call, given: Sequence[Tensor]) -> list[Tensor]:
    if call.called is None:
        raise call.unexplained("its inside cannot be seen")
    return call.called.again(given)


def _same(results: Sequence[Tensor], recorded: dict[int, Tensor]) -> bool:
    """Whether results are those that were recorded, up to rounding."""
    return len(results) > max(recorded) and all(
        results[place].shape == tensor.shape
        and results[place].dtype == tensor.dtype
        and torch.allclose(results[place], tensor, rtol=1e-4, atol=1e-6, equal_nan=True)
        for place, tensor in recorded.items()
    )


def _terms(pairs: Iterable[tuple[Source, Tensor | None]]) -> _Terms:
    """Return the terms with a derivative; where there are many only the largest one by one."""
    found: list[_Term] = []
    count, total, size = 0, 0.0, 0.0
    for source, slopes in pairs:
        if slopes is None or not bool(slopes.any()):
            continue
        places = slopes.nonzero()
        at = tuple(places.T)
        values = (slopes[at].double() * source.tensor[at].double()).reshape(len(places))
        count, total, size = count + len(values), total + float(values.sum()), size + float(values.abs().sum())
        chosen = values.abs().topk(SHOWN).indices.sort().values if len(values) > SHOWN else torch.arange(len(values))
        for place in map(tuple, places[chosen].tolist()):
            found.append(_Term(source, place, float(slopes[place])))
    if len(found) > SHOWN:
        found = sorted(found, key=lambda term: -abs(term.value))[:SHOWN]
    return _Terms(found, count, total, size)


def _operands(symbol: str, terms: Sequence[_Term]) -> list[Operand]:
    numbers = [term.source.operand(f"{symbol}_{{{k}}}", term.place) for k, term in enumerate(terms)]
    return [*numbers, *(constant(f"d_{{{k}}}", term.derivative) for k, term in enumerate(terms))]
