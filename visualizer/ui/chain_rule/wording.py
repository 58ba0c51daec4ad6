"""How a weight and its gradient are put into words."""

from __future__ import annotations

from visualizer.core.frames import Recording
from visualizer.core.numbers import MINUS, rounded

DIGITS = 12
"""So many digits of a proof are shown."""


def signed(value: float, digits: int = 5) -> str:
    """Return a gradient as it is printed, with its sign: +0.39168."""
    return f"+{rounded(value, digits)}" if value > 0 else rounded(value, digits)


def kind_of(parameter: str) -> str:
    """Return whether a parameter is a weight, a bias, or what else it is called."""
    return parameter.rpartition(".")[2].replace("_", " ") or "weight"


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
    if len(number) == 1:
        return f"{layer}, output {number[0]}"
    return f"{layer}, at {', '.join(map(str, number))}"


def verdicts(gradient: float) -> tuple[str, ...]:
    """Return what a gradient says about its weight, the longest wording first."""
    if gradient == 0:
        return "for this sample, the loss does not feel it", "not felt here"
    way = "rises" if gradient > 0 else "falls"
    return f"raise w, and the loss {way}", f"more w: loss {way}", f"loss {way}"


def digits_of(value: float) -> str:
    """Return twelve decimals of a number, or of its mantissa where it is far from one: 0.391680473024, 1.04…e−4."""
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
