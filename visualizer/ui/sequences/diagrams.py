"""How the cells are drawn: boxes, wires and where the numbers stand, in a field of 420 by 236."""

from __future__ import annotations

from typing import NamedTuple

from visualizer.core.topics.sequences import CellKind

WIDTH, HEIGHT = 420.0, 236.0
Point = tuple[float, float]


class Box(NamedTuple):
    """A gate with its squashing function, or a sign of arithmetic (drawn round)."""

    text: str
    at: Point
    round: bool = False
    name: str = ""


class Wire(NamedTuple):
    """A line along points, with an arrow at its end; `memory` is the path along which the state is carried on."""

    points: tuple[Point, ...]
    memory: bool = False


class Label(NamedTuple):
    """A number on a wire: its key in cell_numbers, how it is called, and where it begins; right aligned with `left`."""

    key: str
    words: str
    at: Point
    left: bool = False


class Diagram(NamedTuple):
    """One kind of cell."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    labels: tuple[Label, ...]


_LSTM = Diagram(
    boxes=(
        Box("σ", (110, 150), name="f"), Box("σ", (185, 150), name="i"), Box("tanh", (255, 150), name="g"),
        Box("σ", (322, 150), name="o"), Box("tanh", (385, 92), name="tanh(c)"),
        Box("×", (110, 40), True), Box("+", (220, 40), True), Box("×", (220, 96), True), Box("×", (385, 150), True),
    ),
    wires=(
        Wire(((0, 40), (99, 40)), True), Wire(((121, 40), (209, 40)), True), Wire(((231, 40), (420, 40)), True),
        Wire(((110, 135), (110, 51))), Wire(((185, 135), (185, 96), (209, 96))),
        Wire(((255, 135), (255, 96), (231, 96))), Wire(((220, 85), (220, 51))), Wire(((344, 150), (374, 150))),
        Wire(((385, 40), (385, 77))), Wire(((385, 107), (385, 139))), Wire(((385, 161), (385, 206), (420, 206))),
        Wire(((0, 206), (110, 206), (110, 165))), Wire(((110, 206), (185, 206), (185, 165))),
        Wire(((185, 206), (255, 206), (255, 165))), Wire(((255, 206), (322, 206), (322, 165))),
        Wire(((50, 236), (50, 206))),
    ),
    labels=(
        Label("c-", "old c", (2, 20)), Label("f·c", "f·c", (124, 20)), Label("c", "c", (420, 20), True),
        Label("f", "f", (116, 76)), Label("i", "i", (180, 112), True), Label("g", "g", (260, 104)),
        Label("i·g", "i·g", (226, 68)), Label("o", "o", (327, 182)), Label("tanh(c)", "", (380, 125), True),
        Label("h-", "old h", (2, 188)), Label("h", "h", (420, 222), True),
    ),
)  # fmt: skip
_GRU = Diagram(
    boxes=(
        Box("σ", (90, 150), name="r"), Box("σ", (186, 150), name="z"), Box("tanh", (300, 150), name="n"),
        Box("×", (186, 40), True), Box("+", (300, 40), True), Box("×", (300, 92), True),
    ),
    wires=(
        Wire(((0, 40), (175, 40)), True), Wire(((197, 40), (289, 40)), True), Wire(((311, 40), (420, 40)), True),
        Wire(((186, 135), (186, 51))), Wire(((186, 92), (289, 92))), Wire(((300, 135), (300, 103))),
        Wire(((300, 81), (300, 51))), Wire(((112, 150), (136, 150), (136, 182), (286, 182), (286, 165))),
        Wire(((0, 206), (90, 206), (90, 165))), Wire(((90, 206), (186, 206), (186, 165))),
        Wire(((186, 206), (306, 206), (306, 165))), Wire(((50, 236), (50, 206))),
    ),
    labels=(
        Label("h-", "old h", (2, 20)), Label("z·h", "z·h", (203, 20)), Label("h", "h", (420, 20), True),
        Label("r", "r", (84, 126), True), Label("z", "z", (180, 112), True), Label("1-z", "1−z", (200, 76)),
        Label("n", "n", (306, 120)), Label("(1-z)·n", "(1−z)·n", (306, 66)),
    ),
)  # fmt: skip
_RNN = Diagram(
    boxes=(Box("+", (140, 110), True), Box("φ", (250, 110), name="h")),
    wires=(
        Wire(((0, 110), (129, 110)), True), Wire(((151, 110), (228, 110)), True), Wire(((272, 110), (420, 110)), True),
        Wire(((140, 236), (140, 121))),
    ),
    labels=(Label("h-", "old h", (2, 92)), Label("a", "a", (158, 92)), Label("h", "h", (420, 92), True)),
)  # fmt: skip

DIAGRAMS: dict[CellKind, Diagram] = {"lstm": _LSTM, "gru": _GRU, "rnn": _RNN}
INPUT_AT: dict[CellKind, Point] = {"lstm": (56, 222), "gru": (56, 222), "rnn": (146, 222)}
"""Where the input is named."""
