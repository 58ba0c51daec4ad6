"""Tells screen readers where the arrow keys are in a painted view, which they cannot see into."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QWidget

_SAID = "said"


def announce(widget: QWidget, words: str) -> None:
    """Make `words` the widget's value, and have them spoken where the keyboard is here."""
    before = said(widget)
    tell(widget, words)
    if words and said(widget) != before and widget.hasFocus():
        speak(widget, said(widget))


def tell(widget: QWidget, words: str) -> None:
    """Make `words` the widget's value, in silence."""
    widget.setProperty(_SAID, _aloud(words))
    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.DescriptionChanged))


def said(widget: QWidget) -> str:
    """Return what was announced last: the widget's value."""
    return widget.property(_SAID) or ""


def speak(widget: QWidget, words: str) -> None:
    """Have words spoken now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, _aloud(words)))


def _aloud(words: str) -> str:
    """Return words as they are to be read: 61 706 is one number, and there are no lines."""
    return ". ".join(filter(None, words.replace("\N{NARROW NO-BREAK SPACE}", "").split("\n")))
