"""The value that a caption is."""

from __future__ import annotations

import math

import msgspec

from visualizer.core.captions import tex
from visualizer.core.quantities import Kind


class Caption(msgspec.Struct, frozen=True):
    """One sentence, a formula (TeX), one recorded number with its symbol (TeX), and what follows at the same station.

    `number` is NaN and `symbol` is "" where there is nothing to read off. `of` names the tensor that it was read off,
    by kind and name (core.quantities): it is the strongest of its values, or their norm where `is_norm`.
    """

    sentence: str
    formula: str = ""
    symbol: str = ""
    number: float = math.nan
    then: str = ""
    of: tuple[Kind, str] | None = None
    is_norm: bool = False

    @property
    def value(self) -> str:
        """The number as an equation in TeX; "" where there is none."""
        return f"{self.symbol} = {tex.number(self.number)}" if self.symbol else ""
