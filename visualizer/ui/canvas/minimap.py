"""A small map of the whole drawing, with the part that is seen; dragging in it moves the view."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.canvas.view import CanvasView

_SIZE = QSizeF(184, 92)
_EDGE = 8.0


class Minimap(QWidget):
    """Lies over the lower right corner of a view while not everything is seen, or as long as it is wanted."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.wanted: bool | None = None  # None: as needed
        self.setAccessibleName("Minimap")
        self.setToolTip("The whole network; drag to move")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.resize(_SIZE.toSize())
        view.camera_changed.connect(self.follow)
        self.follow()

    @property
    def needed(self) -> bool:
        return self._view.drawing is not None and not self._view.is_fitted

    def toggle(self) -> None:
        """Show it, or hide it, whatever is seen."""
        self.wanted = not (self.needed if self.wanted is None else self.wanted)
        self.follow()

    def follow(self) -> None:
        """Take the place and the content that fit what the view shows now."""
        self.setVisible(self._view.drawing is not None and (self.needed if self.wanted is None else self.wanted))
        corner = self._view.rect().bottomRight()
        self.move(corner.x() - self.width() - 15, corner.y() - self.height() - 15)
        self.update()

    def _scale(self) -> tuple[float, QPointF]:
        """Return the scale of the map and where the drawing's origin lies in it."""
        assert self._view.drawing is not None
        bounds = self._view.drawing.bounds
        room = QSizeF(self.width() - 2 * _EDGE, self.height() - 2 * _EDGE)
        scale = min(room.width() / bounds.width(), room.height() / bounds.height())
        left = (self.width() - bounds.width() * scale) / 2 - bounds.x() * scale
        return scale, QPointF(left, (self.height() - bounds.height() * scale) / 2 - bounds.y() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        view, theme = self._view, self._view.context.theme
        if view.drawing is None:
            return
        scale, origin = self._scale()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), 8, theme.color("sunk"), theme.color("line2"))
            for rect, token in view.drawing.outline(view.instant()):
                small = QRectF(origin.x() + rect.x() * scale, origin.y() + rect.y() * scale, rect.width() * scale,
                               rect.height() * scale)  # fmt: skip
                painter.fillRect(small, theme.color(token))
            seen = view.camera.seen(QSizeF(view.size()))
            frame = QRectF(origin.x() + seen.x() * scale, origin.y() + seen.y() * scale, seen.width() * scale,
                           seen.height() * scale)  # fmt: skip
            inside = frame.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
            paint.rounded(painter, inside, 3, theme.color("accent", 0.12), theme.color("accent"), 1.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        if self._view.drawing is not None:
            scale, origin = self._scale()
            point = QPointF((at.x() - origin.x()) / scale, (at.y() - origin.y()) / scale)
            self._view.look_from(self._view.camera.centred(point, QSizeF(self._view.size())))
