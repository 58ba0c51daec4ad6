"""Any operation of torch that has no formula here: it is called once more, and autograd tells its local derivatives.

Only what gives the recorded results again is believed: an operation that draws random numbers, or whose arguments were
not all recorded, does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Call, Element, Share, Source, constant

SHOWN = 64  # terms that are told one by one; the rest is told together
_FAILURES = (TypeError, RuntimeError, ValueError, IndexError, AttributeError, NotImplementedError)
Operation = Callable[..., list[Tensor]]


@dataclass(frozen=True)
class _Term:
    """A number times a derivative."""

    source: Source
    place: tuple[int, ...]
    derivative: float

    @property
    def size(self) -> float:
        return abs(self.derivative * float(self.source.tensor[self.place]))


def explain(element: Element) -> Account | None:
    """Explain one result by its slope in each input; None where the operation cannot be called again."""
    operation = _called_again(element, {element.output_number: element.output})
    if operation is None:
        return None
    leaves = _leaves(element)
    with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
        result = operation(*leaves)[element.output_number][element.place]
    learnable = [leaf for leaf in leaves if leaf.requires_grad]
    if not result.requires_grad:
        return None
    found = dict(zip(map(id, learnable), torch.autograd.grad(result, learnable, allow_unused=True), strict=True))
    pairs = ((source, found.get(id(leaf))) for source, leaf in zip(element.given, leaves, strict=True))
    terms = [term for source, slopes in pairs if slopes is not None for term in _terms(source, slopes)]
    shown = _largest(terms)
    operands = _operands("x", shown)
    rest = float(element.output[element.place]) - _sum(operands)
    said = (
        f"There is no formula for {element.node.operation} here. It was called again; autograd says how fast its "
        f"result grows with each of the {len(terms)} numbers it depends on (d). r is all that these slopes leave out."
    )
    return Account("sum(d * x) + r", said, [*operands, constant("r", rest)])


def share(asked: Share) -> Account | None:
    """Explain a gradient by the slopes of all results in one input; None where it cannot be called again."""
    operation = _called_again(asked, dict(enumerate(asked.outputs)))
    if operation is None or not asked.source.tensor.is_floating_point():
        return None
    given = [source.tensor.detach() for source in asked.given]
    direction = torch.zeros_like(asked.source.tensor)
    direction[asked.place] = 1

    def of_input(value: Tensor) -> tuple[Tensor, ...]:
        return tuple(operation(*given[: asked.argument], value, *given[asked.argument + 1 :]))

    try:
        with sdpa_kernel(SDPBackend.MATH):
            slopes = _slopes(of_input, asked.source.tensor.detach(), direction)
    except _FAILURES:
        return None
    gradients = zip(asked.gradients, slopes, strict=False)
    terms = [term for gradient, slope in gradients if gradient is not None for term in _terms(gradient, slope)]
    shown = _largest(terms)
    operands = _operands("g", shown)
    left = sum(term.derivative * float(term.source.tensor[term.place]) for term in terms) - _sum(operands)
    said = (
        f"There is no formula for {asked.node.operation} here. It was called again; autograd says how fast each of the "
        f"{len(terms)} results that depend on this number grows with it (d): their gradients times that, added up."
    )
    if len(shown) == len(terms):
        return Account("sum(g * d)" if terms else "zero", said, operands or [constant("zero", 0.0)])
    return Account("sum(g * d) + r", f"{said} r are the smaller terms together.", [*operands, constant("r", left)])


def _slopes(of_input: Callable[[Tensor], tuple[Tensor, ...]], value: Tensor, direction: Tensor) -> tuple[Tensor, ...]:
    _, slopes = torch.autograd.functional.jvp(of_input, value, direction)  # type: ignore[no-untyped-call]
    return tuple(slopes)


def _called_again(call: Call, recorded: dict[int, Tensor]) -> Operation | None:
    """Return the operation as a function of its tensors, if it gives the recorded results."""
    for operation in _candidates(call):
        try:
            with torch.no_grad(), torch.random.fork_rng(devices=[]), sdpa_kernel(SDPBackend.MATH):
                results = operation(*(source.tensor.clone() for source in call.given))
        except _FAILURES:
            continue
        if len(results) > max(recorded) and all(_same(results[place], tensor) for place, tensor in recorded.items()):
            return operation
    return None


def _candidates(call: Call) -> Iterator[Operation]:
    name, attributes = call.node.operation, call.node.attributes
    for home in (functional, torch, torch.linalg, torch.Tensor):
        function = getattr(home, name, None)
        if callable(function) and name.isidentifier():
            yield lambda *tensors, f=function: _flat(f(*tensors, **attributes))
            yield lambda *tensors, f=function: _flat(f(*tensors))
            yield lambda first, *tensors, f=function: _flat(f(first, tensors[:2], *tensors[2:]))  # an LSTM's cell


def _flat(result: object) -> list[Tensor]:
    parts: Sequence[object] = result if isinstance(result, (tuple, list)) else [result]
    return [part for part in parts if isinstance(part, Tensor)]


def _same(result: Tensor, recorded: Tensor) -> bool:
    if result.shape != recorded.shape or not result.is_floating_point():
        return False
    return torch.allclose(result, recorded, rtol=1e-4, atol=1e-6, equal_nan=True)


def _leaves(call: Call) -> list[Tensor]:
    copies = [source.tensor.detach().clone() for source in call.given]
    return [copy.requires_grad_() if copy.is_floating_point() else copy for copy in copies]


def _terms(source: Source, slopes: Tensor) -> Iterator[_Term]:
    for place in slopes.nonzero().tolist():
        yield _Term(source, tuple(place), float(slopes[tuple(place)]))


def _largest(terms: list[_Term]) -> list[_Term]:
    return terms if len(terms) <= SHOWN else sorted(terms, key=lambda term: -term.size)[:SHOWN]


def _operands(symbol: str, terms: Sequence[_Term]) -> list[Operand]:
    numbers = [term.source.operand(f"{symbol}_{{{k}}}", term.place) for k, term in enumerate(terms)]
    return [*numbers, *(constant(f"d_{{{k}}}", term.derivative) for k, term in enumerate(terms))]


def _sum(operands: Sequence[Operand]) -> float:
    half = len(operands) // 2
    return sum(left.value * right.value for left, right in zip(operands[:half], operands[half:], strict=True))
