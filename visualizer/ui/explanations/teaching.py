"""Says once, when somebody first clicks a number, that every number can be asked where it comes from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSettings

_KEY = "taught/numbers"
HINT = "Double-click any number, or press =, to see where it comes from."


def teach(say: Callable[[str], object]) -> None:
    """Say the hint, unless it was said before."""
    if QSettings().value(_KEY) != "yes":
        QSettings().setValue(_KEY, "yes")
        say(HINT)
