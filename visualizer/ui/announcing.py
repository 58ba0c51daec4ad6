"""Tells screen readers where the arrow keys are in a painted view, which they cannot see into."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

_SAID = "said"


def announce(widget: QWidget, words: str) -> None:
    """Make `words` the widget's value, and have them spoken where the keyboard is here."""
    words = words.replace("\n", ". ").replace("\N{NARROW NO-BREAK SPACE}", "")  # 61 706 is one number
    if said(widget) == words:
        return
    widget.setProperty(_SAID, words)
    if words and widget.hasFocus():
        speak(widget, words)


def said(widget: QWidget) -> str:
    """Return what was announced last: the widget's value."""
    return widget.property(_SAID) or ""


def speak(widget: QWidget, words: str) -> None:
    """Have words spoken now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
