"""The keys that walk through a sequence: left and right through time, up and down through the units."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui.announcing import announce
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.unrolling import Unrolling

_UNITS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


def walk_by_key(unrolled: Unrolling, event: QKeyEvent, telling: QWidget | None = None) -> bool:
    """Act on a key; return whether it was one of these. The widget `telling` says the number that it led to."""
    playhead, key = unrolled.playhead, Qt.Key(event.key())
    if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
        return False
    if key in _UNITS:
        unrolled.select(unit=unrolled.unit + _UNITS[key])
    elif key == Qt.Key.Key_Left:
        playhead.move(-1)
    elif key == Qt.Key.Key_Right:
        playhead.move(1)
    elif key == Qt.Key.Key_Home:
        playhead.start()
    elif key == Qt.Key.Key_End:
        playhead.end()
    else:
        return False
    number = number_of(unrolled)
    if telling is not None and number is not None:
        announce(telling, number.hover)
    return True
