"""One number that enters a formula."""

from __future__ import annotations

import msgspec

from visualizer.core.quantities import Kind


class Operand(msgspec.Struct, frozen=True, gc=False):
    """One number that enters a formula: its symbol there, its value, and the quantity that it is.

    `kind`, `origin` and `index` can be asked for in turn, unless `kind` is "constant", where `origin` is empty.
    """

    name: str
    value: float
    origin: str
    index: tuple[int, ...] = ()
    kind: Kind = "activation"
