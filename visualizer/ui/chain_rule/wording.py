"""How a weight and its gradient are put into words."""

from __future__ import annotations

import math

from visualizer.core.frames import Recording
from visualizer.core.graph import Node
from visualizer.core.numbers import MINUS, rounded, whole
from visualizer.core.topics.chain_rule import Chain, Factor

DIGITS = 12
"""So many digits of a proof are shown."""


def signed(value: float, digits: int = 5) -> str:
    """Return a gradient as it is printed, with its sign: +0.39168."""
    return f"+{rounded(value, digits)}" if value > 0 else rounded(value, digits)


def kind_of(parameter: str) -> str:
    """Return whether a parameter is a weight, a bias, or what else it is called."""
    word = parameter.rpartition(".")[2]
    recurrent = next((kind for start, kind in _RECURRENT.items() if word.startswith(start)), "")
    return recurrent or word.replace("_", " ") or "weight"


_RECURRENT = {
    "weight_ih_l": "input weight",
    "weight_hh_l": "recurrent weight",
    "bias_ih_l": "input bias",
    "bias_hh_l": "recurrent bias",
}
_GATES = {
    "lstm": ("input gate", "forget gate", "candidate", "output gate"),
    "gru": ("reset gate", "update gate", "candidate"),
}
"""What the rows of a recurrent parameter belong to, in torch's order, each as many as there are units."""


def place_of(recording: Recording, parameter: str, number: tuple[int, ...]) -> str:
    """Return where one element of a parameter stands: hidden2, from input 3 to output 0."""
    layer = parameter.rpartition(".")[0]
    node = next((node for node in recording.graph.nodes if parameter in node.parameters), None)
    operation = node.operation if node is not None else ""
    if operation == "linear" and len(number) == 2:
        return f"{layer}, from input {number[1]} to output {number[0]}"
    if "conv" in operation and len(number) == 4:
        output, source, row, column = number
        return f"{layer}, kernel {output}, channel {source}, row {row}, column {column}"
    if node is not None and kind_of(parameter) in _RECURRENT.values():
        return _inside_of_cell(node, parameter, number)
    if len(number) == 1:
        return f"{layer}, {'channel' if 'norm' in operation or 'conv' in operation else 'output'} {number[0]}"
    return f"{layer}, at {', '.join(map(str, number))}"


def _inside_of_cell(node: Node, parameter: str, number: tuple[int, ...]) -> str:
    """Return where an element of a recurrent parameter stands: lstm, forget gate of unit 3, from input 5."""
    units = node.attributes.get("hidden_size")
    gates = _GATES.get(node.operation, ())
    row, unit = divmod(number[0], units) if isinstance(units, int) else (0, number[0])
    gate = f"{gates[row]} of " if row < len(gates) else ""
    source = "input" if "_ih_" in parameter else "unit"
    origin = f", from {source} {number[1]}" if len(number) > 1 else ""
    return f"{parameter.rpartition('.')[0]}, {gate}unit {unit}{origin}"


_SHORTER = {
    "error from the right": "error",
    "error at the output": "error",
    "a bias adds itself": "bias",
    "what came in, normalised": "normalised",
    "as autograd gave it": "autograd",
}


def titles(factor: Factor) -> tuple[str, ...]:
    """Return what a factor is called, the longest wording first."""
    short = _SHORTER.get(factor.title, factor.title.removeprefix("sum over "))
    return (factor.title, short) if short != factor.title else (factor.title,)


def details(factor: Factor) -> tuple[str, ...]:
    """Return the line of numbers of a factor, and for a sum that is too long what it is a sum of."""
    if not factor.terms:
        return (factor.detail,)
    if factor.title.startswith("sum over"):
        return factor.detail, "error × slope at each of them, added up", "error × slope"
    products = " + ".join(f"{_brief(term.error.value)} · {_brief(term.slope.value)}" for term in factor.terms)
    return factor.detail, *([products] if factor.term_count == 2 else []), f"{whole(factor.term_count)} products"


def _brief(value: float) -> str:
    """Return a number without its leading zero: −.0919."""
    text = rounded(value, 3)
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def gathered(chain: Chain) -> str:
    """Return what becomes of all the ways to the loss, "" where there is but one."""
    if chain.ways <= 1:
        return ""
    count = whole(int(chain.ways)) if chain.ways < 1e6 else rounded(chain.ways, 3)
    return f"{count} ways lead from here to the loss; the errors that come back are already their sum."


def verdicts(gradient: float) -> tuple[str, ...]:
    """Return what a gradient says about its weight, the longest wording first."""
    if gradient == 0:
        return "for this sample, the loss does not feel it", "not felt here"
    way = "rises" if gradient > 0 else "falls"
    return f"raise w, and the loss {way}", f"more w: loss {way}", f"loss {way}"


def digits_of(value: float) -> str:
    """Return twelve decimals of a number, or of its mantissa where it is far from one: 0.391680473024, 1.04…e−4."""
    if not math.isfinite(value):
        return "none"
    if value == 0 or 1e-3 <= abs(value) < 1e3:
        text = f"{value:.{DIGITS}f}"
    else:
        mantissa, _, exponent = f"{value:.{DIGITS - 1}e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS)


def agreeing(texts: list[str]) -> int:
    """Return how many characters the texts have in common from the left."""
    for place, signs in enumerate(zip(*texts, strict=False)):
        if len(set(signs)) > 1:
            return place
    return min(map(len, texts), default=0)


def seconds(value: float) -> str:
    """Return a time as it is said: 0.15 ms, 12 s, 3.4 h."""
    for limit, unit, size in ((1e-3, "µs", 1e-6), (1.0, "ms", 1e-3), (120.0, "s", 1.0), (7200.0, "min", 60.0)):
        if value < limit:
            return f"{rounded(value / size, 3)} {unit}"
    return f"{rounded(value / 3600, 3)} h"
