"""The value that a caption is."""

from __future__ import annotations

import msgspec


class Caption(msgspec.Struct, frozen=True):
    """One sentence; a formula and the same with a recorded number, both TeX; what follows at the same station."""

    sentence: str
    formula: str = ""
    value: str = ""
    then: str = ""
