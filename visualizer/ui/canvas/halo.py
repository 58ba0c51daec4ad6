"""The glow that means now, painted once for each size: twenty soft outlines cost more than all else in a frame."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from visualizer.ui import paint


def glow(painter: QPainter, rect: QRectF, radius: float, color: QColor, size: int = 20, strength: float = 1.0) -> None:
    """Draw the halo around `rect` from a kept picture."""
    scale = max(round(painter.worldTransform().m11() * painter.device().devicePixelRatio(), 2), 0.1)
    if rect.width() * scale > 3000:
        paint.glow(painter, rect, radius, color, size, strength)
        return
    kept = _picture(rect.width(), rect.height(), radius, color.name(), size, strength, scale)
    painter.drawPixmap(QPointF(rect.x() - size - 2, rect.y() - size - 2), kept)


@lru_cache(maxsize=96)
def _picture(
    width: float, height: float, radius: float, color: str, size: int, strength: float, scale: float
) -> QPixmap:
    around = size + 2
    pixmap = QPixmap(round((width + 2 * around) * scale), round((height + 2 * around) * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.glow(painter, QRectF(around, around, width, height), radius, QColor(color), size, strength)
    return pixmap
