"""Leaves keys to the widget that needs them: Space presses a focused button, although it plays everywhere else.

So does Enter.

And takes them from one that has no use for them: undo in a field in which nothing was typed is undo of the experiment.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QWidget,
)

# Page Up and Page Down are not among them: they are the keys of a presenter's remote and always step
_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
_PRESSED = QAbstractButton | QComboBox | QAbstractItemView
_MOVED = QComboBox | QAbstractItemView | QAbstractSlider


class KeyKeeper(QObject):
    """Watches the widget that has the focus, wherever it goes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        QApplication.instance().focusChanged.connect(self._follow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and presses(watched, event):
            watched.click()
            return True
        if event.type() != QEvent.Type.ShortcutOverride:
            return False
        kept = keeps(watched, event)
        event.setAccepted(kept)
        return kept or has_nothing_to_undo(watched, event)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if before is not None:
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)


def keeps(widget: QObject, event: QKeyEvent) -> bool:
    """Return whether a key is for this widget, although an action has it as its shortcut."""
    if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
        return False
    if event.key() == Qt.Key.Key_Space:
        return isinstance(widget, _PRESSED)
    return event.key() in _MOVES and (isinstance(widget, _MOVED) or _reads_keys(widget))


def presses(widget: QObject, event: QKeyEvent) -> bool:
    """Return whether a key presses a button that Qt would not press with it: Enter outside of dialogs."""
    enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return enter and plain and isinstance(widget, QAbstractButton) and not isinstance(widget, QPushButton)


def has_nothing_to_undo(widget: QObject, event: QKeyEvent) -> bool:
    """Return whether a key asks a text field to take back, or make again, what nobody has typed."""
    editor = widget.lineEdit() if isinstance(widget, QComboBox) else widget
    if not isinstance(editor, QLineEdit):
        return False
    if event.matches(QKeySequence.StandardKey.Undo):
        return not editor.isUndoAvailable()
    return event.matches(QKeySequence.StandardKey.Redo) and not editor.isRedoAvailable()


def _reads_keys(widget: QObject) -> bool:
    """Return whether a widget is one of ours that has its own use for keys."""
    return any(
        "keyPressEvent" in vars(kind) for kind in type(widget).__mro__ if kind.__module__.startswith("visualizer.")
    )
