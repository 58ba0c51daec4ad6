"""The numbers on the wires of an opened cell as what can be asked about: vectors, the states before, and products."""

from __future__ import annotations

from collections.abc import Mapping

from visualizer.core.frames import Explanation, Operand, Recording, Unrolled
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.ui.explanations.questions import Number, Question, Told
from visualizer.ui.explanations.told import number_tex, told
from visualizer.ui.sequences.cell_numbers import cell_numbers
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.unrolling import Unrolling, find
from visualizer.ui.sequences.words import step_title

_PRODUCTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {  # expression, TeX, and the numbers of the cell in it
    "f·c": ("f * c", r"f_t \cdot c_{t-1}", ("f", "c-")),
    "i·g": ("i * g", r"i_t \cdot g_t", ("i", "g")),
    "z·h": ("z * h", r"z_t \cdot h_{t-1}", ("z", "h-")),
    "1-z": ("1 - z", "1 - z_t", ("z",)),
    "(1-z)·n": ("(1 - z) * n", r"(1 - z_t) \cdot n_t", ("z", "n")),
}
_SAID = {
    "f·c": "What the forget gate keeps of the cell state before.",
    "i·g": "What the input gate lets in of the candidate.",
    "z·h": "What the update gate keeps of the hidden state before.",
    "1-z": "The share of the candidate in the new hidden state: what the update gate does not keep.",
    "(1-z)·n": "What the candidate adds to the hidden state.",
}


def wire_number(unrolled: Unrolling, key: str) -> Number | None:
    """Return the number of a key of cell_numbers at the step and unit that are looked at."""
    frame = unrolled.frame
    if frame is None:
        return None
    if key.endswith("-"):
        return _state_before(unrolled, frame, key[0])
    return _product(unrolled, frame, key) if key in _PRODUCTS else number_of(unrolled, vector=key)


def _state_before(unrolled: Unrolling, frame: Unrolled, name: str) -> Number | None:
    before = unrolled.place + (1 if frame.reverse else -1)
    if 0 <= before < len(frame.names):
        return number_of(unrolled, before, vector=name)
    vector, value = find(frame, name), float(frame.initial[name][unrolled.unit])
    title = f"{vector.title if vector is not None else name} before the first step, unit {unrolled.unit}"
    said = "Nothing was read yet: the network begins with it."
    given = Operand("v", value, "", kind="constant")
    question = Told(title, lambda _: told(title, number_tex(value), "", "v", said, value, [given]))
    return Number(question, f"{title}: {exact(value)}")


def _product(unrolled: Unrolling, frame: Unrolled, key: str) -> Number:
    place, unit = unrolled.place, unrolled.unit
    numbers = cell_numbers(frame, place, unit)
    expression, formula, factors = _PRODUCTS[key]
    leads = {of[0]: number.question for of in factors if (number := wire_number(unrolled, of)) is not None}
    operands = [_operand(of, float(numbers[of]), leads.get(of[0])) for of in factors]
    shown = expression.replace("*", r"\cdot")
    for of in factors:
        value = number_tex(float(numbers[of]))
        shown = shown.replace(of[0], f"({value})" if numbers[of] < 0 else value)
    result = float(numbers[key])
    title = f"{key.replace('-', '−')} of {step_title(frame, place)}, unit {unit}"

    def tell(_: Recording) -> Explanation:
        return told(title, formula, f"{shown} = {number_tex(result)}", expression, _SAID[key], result, operands)

    return Number(Told(title, tell, leads), f"{title}: {exact(result)}")


def _operand(of: str, value: float, lead: Question | None) -> Operand:
    if isinstance(lead, Explain):
        return Operand(of[0], value, lead.name, lead.index, lead.kind)
    return Operand(of[0], value, "", kind="constant")
