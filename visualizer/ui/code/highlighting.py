"""Which pieces of a line of code are painted how: names, calls, gradients, numbers, signs."""

from __future__ import annotations

import re
from typing import NamedTuple

_PIECE = re.compile(r"(?P<number>\b\d[\w.]*)|(?P<name>[A-Za-z_]\w*)|(?P<space>\s+)|(?P<sign>[^\w\s])")
_MODULES = ("torch", "F", "net", "optim", "autograd")


class Piece(NamedTuple):
    """Some text with its colour token and whether it is strong."""

    text: str
    token: str
    strong: bool = False


def pieces(line: str) -> list[Piece]:
    """Return a line in pieces; what belongs to gradients has the colour of gradients."""
    found: list[Piece] = []
    for match in _PIECE.finditer(line):
        text, rest = match.group(), line[match.end() :]
        if match.lastgroup == "number":
            found.append(Piece(text, "text2"))
        elif match.lastgroup != "name":
            found.append(Piece(text, "text3"))
        elif text in ("grad", "backward", "zero_grad") or text.startswith("d_"):
            found.append(Piece(text, "grad", strong=rest.startswith("(")))
        elif text in _MODULES:
            found.append(Piece(text, "text2"))
        else:
            named = rest.startswith("=") and not rest.startswith("==")  # an argument given by its name
            found.append(Piece(text, "text3" if named else "text", strong=rest.startswith("(")))
    return found
