"""What lies over the whole window for a moment: a dimmed ground with one panel, closed by Esc or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import CARD_RADIUS
from visualizer.ui.widgets.focus import give_back


class Overlay(QWidget):
    """Covers its parent while it is shown; subclasses put their content into `body` and say how large the panel is."""

    def __init__(self, context: Context, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._before: QWidget | None = None
        self._panel = QWidget(self)
        self.body = QVBoxLayout(self._panel)
        self.body.setContentsMargins(16, 14, 16, 14)
        parent.installEventFilter(self)
        self.hide()

    def panel_area(self) -> QRect:
        """Return where the panel lies."""
        width, height = min(self.width() - 64, 900), min(self.height() - 64, 640)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def open(self) -> None:
        """Cover the parent and take the keyboard."""
        self._before = self.window().focusWidget()
        self.cover()
        self.show()
        self.raise_()
        self.setFocus()

    def dismiss(self) -> None:
        """Uncover the parent and give the keyboard back."""
        give_back(self._before, self.parentWidget())  # before hiding, or Qt would go somewhere else in between
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.cover()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while this is open, keys are for it alone
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return False

    def cover(self) -> None:
        """Lie over the parent, the panel where it belongs."""
        self.setGeometry(self.parentWidget().rect())
        self._panel.setGeometry(self.panel_area())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), theme.color("bg", 0.62))
            area = QRectF(self._panel.geometry())
            paint.rounded(painter, area, CARD_RADIUS, theme.color("panel"), theme.color("line2"))
