"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A fact about a subject; of a problem `remedy` says what to do, and `fatal` that nothing works before."""

    subject: str
    fact: str
    remedy: str = ""
    fatal: bool = False
