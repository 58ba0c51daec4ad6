"""What is copied: it goes to the clipboard, and the window says so."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from visualizer.ui.notices import Notices


def copy(widget: QWidget, content: str | QImage | QPixmap, what: str) -> None:
    """Put words or a picture on the clipboard; `what` names it, as in "Formula"."""
    clipboard = QGuiApplication.clipboard()
    if isinstance(content, str):
        clipboard.setText(content)
    else:
        clipboard.setImage(content.toImage() if isinstance(content, QPixmap) else content)
    notices = getattr(widget.window(), "notices", None)
    if isinstance(notices, Notices):
        notices.say(f"{what} copied")
