"""Where the canvas is looked at from: a shift and a zoom."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

LEAST, MOST = 0.01, 40.0
READABLE = 0.7


@dataclass(frozen=True)
class Camera:
    """A point of the drawing is seen at `zoom` times itself plus the shift."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def transform(self) -> QTransform:
        return QTransform(self.zoom, 0, 0, self.zoom, self.x, self.y)

    def to_drawing(self, point: QPointF) -> QPointF:
        return QPointF((point.x() - self.x) / self.zoom, (point.y() - self.y) / self.zoom)

    def seen(self, size: QSizeF) -> QRectF:
        """Return the part of the drawing that a view of this size shows."""
        return QRectF(-self.x / self.zoom, -self.y / self.zoom, size.width() / self.zoom, size.height() / self.zoom)

    def zoomed(self, factor: float, at: QPointF) -> Camera:
        """Return the camera nearer or farther, with the point under `at` staying where it is."""
        zoom = min(max(self.zoom * factor, LEAST), MOST)
        factor = zoom / self.zoom
        return Camera(zoom, at.x() - (at.x() - self.x) * factor, at.y() - (at.y() - self.y) * factor)

    def moved(self, x: float, y: float) -> Camera:
        return Camera(self.zoom, self.x + x, self.y + y)

    def held(self, bounds: QRectF, size: QSizeF) -> Camera:
        """Return the camera such that a corner of the drawing stays in view."""
        keep = 80.0
        left, right = keep - bounds.right() * self.zoom, size.width() - keep - bounds.left() * self.zoom
        top, bottom = keep - bounds.bottom() * self.zoom, size.height() - keep - bounds.top() * self.zoom
        return Camera(self.zoom, min(max(self.x, left), right), min(max(self.y, top), bottom))

    def centred(self, at: QPointF, size: QSizeF) -> Camera:
        """Return the camera with a point of the drawing in the middle of the view."""
        return Camera(self.zoom, size.width() / 2 - at.x() * self.zoom, size.height() / 2 - at.y() * self.zoom)


def fitted(bounds: QRectF, size: QSizeF) -> Camera:
    """Return the camera that shows the whole drawing, never larger than life."""
    zoom = min(size.width() / bounds.width(), size.height() / bounds.height(), 1.0)
    return Camera(max(zoom, LEAST)).centred(bounds.center(), size) if zoom < 0.999 else Camera()


def readable(bounds: QRectF, size: QSizeF) -> Camera:
    """Return the camera that shows the whole drawing or, where that could not be read, its beginning in full height."""
    whole = fitted(bounds, size)
    if whole.zoom >= READABLE:
        return whole
    zoom = max(min(size.height() / bounds.height(), 1.0), READABLE)
    return Camera(zoom, -bounds.left() * zoom, size.height() / 2 - bounds.center().y() * zoom)
