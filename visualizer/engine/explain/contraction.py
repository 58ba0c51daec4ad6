"""Sums of products of tensors over shared indices: products of matrices and vectors, and all that einsum writes.

Each tensor has a letter for each of its axes; letters that the result does not have are summed over.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import (
    Account,
    Call,
    Element,
    Places,
    Share,
    Source,
    constant,
    places_where,
    product,
)

_BATCH = string.ascii_uppercase
_SYMBOLS = "abcdefgh"


@dataclass(frozen=True)
class Contraction:
    """`factors` are the arguments that are multiplied, by their places, with the letters of their axes.

    `added` is the place of a tensor that is added, -1 where there is none; it and the sum have factors of their own.
    """

    factors: Mapping[int, str]
    result: str
    added: int = -1
    beta: float = 1.0
    alpha: float = 1.0
    sizes: Mapping[str, int] = field(default_factory=dict)


def explain(element: Element) -> Account:
    """Explain one result by all products that are added up for it."""
    made = _contraction(element)
    at = dict(zip(made.result, element.place, strict=True))
    free = [letter for letter in made.sizes if letter not in at]
    factors = [(_SYMBOLS[n], element.given[k], letters) for n, (k, letters) in enumerate(made.factors.items())]
    account = _sum(made, factors, at, free)
    before, operands = "", list(account.operands)
    if made.added >= 0:
        operands.insert(0, element.given[made.added].broadcast("s", element.place))
        before = "s + "
        if made.beta != 1:
            operands.insert(0, constant(r"\beta", made.beta))
            before = "beta * s + "
    said = account.sentence + (", and what is added to it" if before else "")
    return Account(before + account.expression, f"{said}.", operands, account.products)


def share(asked: Share) -> Account:
    """Explain a gradient by those of all results that the number has a part in, times what it was multiplied with."""
    made = _contraction(asked)
    if asked.argument == made.added:
        return _share_of_added(asked, made)
    own, shape = made.factors[asked.argument], asked.source.tensor.shape
    at: dict[str, int] = {}
    for letter, place, size in zip(own, asked.place, shape, strict=True):
        if at.get(letter, place) != place:
            return Account("zero", "Only numbers on the diagonal have a part in it.", [constant("zero", 0.0)])
        if size == made.sizes[letter]:
            at[letter] = place
    free = [letter for letter in made.sizes if letter not in at]
    factors = [("g", asked.gradient, made.result)]
    for number, (argument, letters) in enumerate(made.factors.items()):
        if argument != asked.argument:
            factors.append((_SYMBOLS[number], asked.given[argument], letters))
    account = _sum(made, factors, at, free)
    said = f"It was multiplied into {len(_grid(made, {}, [x for x in free if x in made.result])[1])} results"
    return Account(
        account.expression, f"{said}: their gradients times its other factors.", account.operands, account.products
    )


def _share_of_added(asked: Share, made: Contraction) -> Account:
    skipped = asked.output.dim() - asked.source.tensor.dim()
    shape = asked.source.tensor.shape
    fixed = {skipped + axis: at for axis, (at, size) in enumerate(zip(asked.place, shape, strict=True)) if size > 1}
    operands = asked.gradient.operands("g", places_where(asked.output.shape, fixed))
    said = f"It was added to {len(operands)} results: their gradients."
    if made.beta == 1:
        return Account("sum(g)", said, operands)
    return Account("beta * sum(g)", said, [constant(r"\beta", made.beta), *operands])


def _sum(made: Contraction, factors: list[tuple[str, Source, str]], at: Mapping[str, int], free: list[str]) -> Account:
    """Return the sum over the free letters of the products of all factors."""
    values, count = _grid(made, at, free)[0], len(_grid(made, at, free)[1])
    alpha = [] if made.alpha == 1 else [constant(r"\alpha", made.alpha)]
    head = "alpha * " if alpha else ""
    term = " * ".join(symbol for symbol, _, _ in factors)
    said = f"The sum of {count} products" if len(factors) > 1 else f"The sum of {count} numbers"
    if len(factors) == 2:
        (first, one, letters), (second, other, others) = factors
        products = product(
            one.factors(first, _places(one, letters, values)), other.factors(second, _places(other, others, values))
        )
        return Account(f"{head}sum({term})", said, alpha, products)
    operands: list[Operand] = []
    for symbol, source, letters in factors:
        operands += source.operands(symbol, _places(source, letters, values))
    return Account(f"{head}sum({term})", said, [*alpha, *operands])


def _grid(made: Contraction, at: Mapping[str, int], free: list[str]) -> tuple[dict[str, Places], Places]:
    """Return the values of all letters in all terms, and the rows of the free ones."""
    rows = places_where([made.sizes[letter] for letter in free], {})
    values = {letter: np.full(len(rows), place) for letter, place in at.items()}
    return values | {letter: rows[:, number] for number, letter in enumerate(free)}, rows


def _places(source: Source, letters: str, values: Mapping[str, Places]) -> Places:
    """Return where a tensor is read in each term; along an axis of size 1 always at its one place."""
    axes = [
        values[letter] if size > 1 else np.zeros_like(values[letter])
        for letter, size in zip(letters, source.tensor.shape, strict=True)
    ]
    count = len(next(iter(values.values()), np.zeros(1)))
    return np.stack(axes, -1).astype(np.int64) if axes else np.zeros((count, 0), np.int64)


def _contraction(call: Call) -> Contraction:
    made = _READERS[call.node.operation](call)
    sizes: dict[str, int] = {}
    for argument, letters in made.factors.items():
        for letter, size in zip(letters, call.given[argument].tensor.shape, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), size)
    return Contraction(made.factors, made.result, made.added, made.beta, made.alpha, sizes)


def _of_matrices(call: Call, first: int = 0) -> Contraction:
    """Return the product of two stacks of matrices, or vectors, as torch.matmul reads them."""
    if len(call.given) != first + 2:
        raise call.unexplained("it has other inputs than two factors")
    left, right = (call.given[first + place].tensor.dim() for place in (0, 1))
    batch = _BATCH[: max(left, right, 2) - 2]
    of_left = (batch[len(batch) - max(left - 2, 0) :] if left > 2 else "") + ("i" if left > 1 else "") + "k"
    of_right = (batch[len(batch) - max(right - 2, 0) :] if right > 2 else "") + ("kj" if right > 1 else "k")
    result = batch + ("i" if left > 1 else "") + ("j" if right > 1 else "")
    return Contraction({first: of_left, first + 1: of_right}, result)


def _of_sum(call: Call) -> Contraction:
    made = _of_matrices(call, 1)
    beta, alpha = call.number_of("beta", 1), call.number_of("alpha", 1)
    return Contraction(made.factors, made.result, 0, beta, alpha)


def _of_letters(call: Call) -> Contraction:
    """Return what the equation of an einsum says."""
    said = call.called.arguments[0][0] if call.called is not None and call.called.arguments[0] else ""
    equation = said.replace(" ", "") if isinstance(said, str) else ""
    if not re.fullmatch(r"[a-zA-Z,]+(->[a-zA-Z]*)?", equation):
        raise call.unexplained("its equation is not one of letters alone")
    inputs, arrow, result = equation.partition("->")
    if not arrow:
        result = "".join(letter for letter in sorted(set(inputs) - {","}) if inputs.count(letter) == 1)
    return Contraction(dict(enumerate(inputs.split(","))), result)


def _of_form(call: Call) -> Contraction:
    """Return a bilinear form: x W z + b for each output."""
    batch = _BATCH[: call.given[0].tensor.dim() - 1]
    return Contraction({0: f"{batch}i", 1: f"{batch}j", 2: "oij"}, f"{batch}o", added=3 if len(call.given) > 3 else -1)


_READERS: dict[str, Callable[[Call], Contraction]] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "vdot"), _of_matrices),
    **dict.fromkeys(("addmm", "baddbmm", "addmv"), _of_sum),
    **dict.fromkeys(("outer", "ger"), lambda call: Contraction({0: "i", 1: "j"}, "ij")),
    "einsum": _of_letters,
    "bilinear": _of_form,
}
OPERATIONS = tuple(_READERS)
