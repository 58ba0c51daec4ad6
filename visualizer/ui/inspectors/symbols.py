"""Symbols of formulas as plain text, for tables and tool tips."""

from __future__ import annotations

import re

_NAMES = {
    r"\alpha": "α", r"\beta": "β", r"\gamma": "γ", r"\epsilon": "ε", r"\mu": "μ", r"\sigma": "σ", r"\theta": "θ",
    r"\eta": "η", r"\lambda": "λ", r"\delta": "δ",
    "^2": "²",
}  # fmt: skip
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def plain_symbol(tex: str) -> str:
    r"""Return a symbol as it is read: `\sigma^2` is σ², `x_1` is x₁, `z_{12}` is z₁₂."""
    tex = re.sub(r"\\text\{([^}]*)\}", r"\1", tex)
    for name, letter in _NAMES.items():
        tex = tex.replace(name, letter)
    return re.sub(r"_\{?([\d,]+)\}?", lambda found: found.group(1).translate(_SUBSCRIPTS), tex)
