"""Tells screen readers what is selected in a painted view, which they cannot see into."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, words: str) -> None:
    """Make `words` the widget's description, and have them spoken where the keyboard is here."""
    if widget.accessibleDescription() == words:
        return
    widget.setAccessibleDescription(words)
    if widget.hasFocus():
        speak(widget, words)


def speak(widget: QWidget, words: str) -> None:
    """Have words spoken now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
