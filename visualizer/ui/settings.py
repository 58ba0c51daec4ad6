"""What is remembered from one start to the next: how things look, and where the window stood."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QByteArray, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from visualizer.ui.store import View
from visualizer.ui.theme import ThemeName

FIRST_SIZE = QSize(1600, 900)
LEAST_SIZE = QSize(1024, 640)
_SEEN = 0.5  # so much of a window has to lie on a screen for its old place to be kept


def remembered_view() -> View:
    """Return how things looked last time; what is looked at begins anew."""
    settings = QSettings()
    theme = "light" if settings.value("theme") == "light" else "dark"
    return View(theme=cast(ThemeName, theme), reduced_motion=settings.value("reduced_motion") == "yes")


def remember_view(view: View) -> None:
    settings = QSettings()
    settings.setValue("theme", view.theme)
    settings.setValue("reduced_motion", "yes" if view.reduced_motion else "no")


def remember_place(window: QWidget) -> None:
    QSettings().setValue("geometry", window.saveGeometry())


def restore_place(window: QWidget) -> None:
    """Put a window where it stood, if that is still on a screen, else in the middle of the first one."""
    geometry = QSettings().value("geometry")
    if not (isinstance(geometry, QByteArray) and window.restoreGeometry(geometry) and _is_seen(window.frameGeometry())):
        first_place(window)


def first_place(window: QWidget) -> None:
    """Give a window its first size, in the middle of the screen."""
    screen = QGuiApplication.primaryScreen().availableGeometry()
    size = FIRST_SIZE.boundedTo(screen.size()).expandedTo(LEAST_SIZE)
    place = QRect(screen.topLeft(), size)
    place.moveCenter(screen.center())
    window.setGeometry(place)


def _is_seen(frame: QRect) -> bool:
    seen = 0
    for screen in QGuiApplication.screens():
        part = screen.availableGeometry().intersected(frame)
        seen += part.width() * part.height() if part.isValid() else 0
    return seen >= _SEEN * frame.width() * frame.height()
