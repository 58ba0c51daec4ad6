"""Explains the numbers of other passes than the recorded one, and what is worked out of them."""

from __future__ import annotations

import msgspec

from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation, Factors, Operand
from visualizer.core.passes import Named, put_together, taken_apart, words
from visualizer.core.quantities import Kind
from visualizer.engine.explain import explanation
from visualizer.engine.explain.element import Account, constant
from visualizer.engine.recordings import RecordedSample, explain_recorded
from visualizer.engine.recurrence.figures import figure
from visualizer.engine.recurrence.passes import OtherPasses, given_to, input_of, output_of

_OF_THE_RUN: tuple[Kind, ...] = ("metric", "initial")


def explain(passes: OtherPasses, kind: Kind, name: str, index: tuple[int, ...]) -> Explanation:
    """Explain one number by its name (core.passes); raise UserError where its pass cannot be made again."""
    named = taken_apart(name)
    origin = passes.origin(named)
    if kind == "metric":
        return _renamed(origin.metrics.explain(named.quantity, index), name)
    if named.is_figure:
        try:
            result, account = figure(passes, named, index)
        except (ValueError, IndexError):
            raise UserError(f"There is no '{named.quantity}' {list(index)} {words(name)}.") from None
        return explanation("inner", name, index, account, result)
    made = passes.made(named)
    if named.quantity == input_of(made) and named.kind in ("text", "free") and kind in ("data", "activation"):
        return explanation("data", name, index, _read(named, made, index), float(given_to(made)[index]))
    told = explain_recorded(made, origin.initial, origin.metrics, kind, named.quantity, index)
    return _renamed(told, name)


def _read(named: Named, made: RecordedSample, index: tuple[int, ...]) -> Account:
    """Say what a number is that was read by a pass of its own."""
    value = float(given_to(made)[index])
    if named.kind == "text":
        text, place = named.parts[1], index[0]
        of = f"character {place} of “{text}”, “{text[place - 1]}”" if place else "the sign that begins a text"
        said = f"Step {place + 1} reads {of}: the number of its own sign is 1, that of each other 0."
        return Account("v", said, [constant("v", value)])
    step, start, moved = named.parts
    place, steps = index[0] + int(moved), len(given_to(made))
    if place < steps:
        before = put_together("sample", step, start, quantity=named.quantity)
        return Account("x", "It was observed.", [Operand("x", value, before, (place, 0), "data")])
    earlier = put_together("free", step, start, place - steps, quantity=output_of(made))
    said = f"The network's own forecast, number {place - steps + 1}: it runs free."
    return Account("x", said, [Operand("x", value, earlier, (0,), "activation")])


def _renamed(told: Explanation, name: str) -> Explanation:
    """Return an explanation whose operands go by their names in the same pass as `name`."""
    named = taken_apart(name)
    own = named.kind != "compared"
    prefix = name[: len(name) - len(named.quantity)]

    def renamed(origin: str, kind: Kind) -> str:
        return origin if not origin or kind == "constant" or (own and kind in _OF_THE_RUN) else f"{prefix}{origin}"

    def side(factors: Factors) -> Factors:
        return msgspec.structs.replace(factors, origin=renamed(factors.origin, factors.kind))

    products = told.products
    if products is not None:
        products = msgspec.structs.replace(products, first=side(products.first), second=side(products.second))
    operands = [
        msgspec.structs.replace(operand, origin=renamed(operand.origin, operand.kind)) for operand in told.operands
    ]
    return msgspec.structs.replace(told, name=f"{prefix}{told.name}", operands=operands, products=products)
