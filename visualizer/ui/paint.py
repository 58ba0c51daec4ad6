"""Small things that several views paint the same way."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QRadialGradient,
)
from PySide6.QtSvg import QSvgRenderer

from visualizer.core import resources
from visualizer.ui.theme import MapName, Theme

Values = npt.NDArray[np.float32]
_MANY = 100  # points of a line


def polyline(painter: QPainter, points: QPolygonF) -> None:
    """Draw a line along points; one of many as single segments, which takes a fiftieth of the time for a wide pen."""
    if len(points) <= _MANY:
        painter.drawPolyline(points)
        return
    pen = QPen(painter.pen())
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLines([QLineF(begin, end) for begin, end in pairwise(points)])


def limit(values: Values, map_name: MapName) -> tuple[float, float]:
    """Return the range a map should span: symmetric about zero where it is signed, robust against single outliers."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return (-1.0, 1.0)
    high = float(np.percentile(np.abs(finite), 99.5)) or float(np.abs(finite).max()) or 1.0
    return (-high, high) if map_name in ("signed", "gradient") else (0.0, high)


def map_name_for(values: Values) -> MapName:
    """Return the map for activations: one-sided where nothing is negative."""
    return "signed" if (values < 0).any() else "activation"


def image(values: Values, theme: Theme, map_name: MapName, low: float, high: float) -> QImage:
    """Return a matrix (height, width) as a picture of one pixel a value."""
    scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) * (255.0 / max(high - low, 1e-30))
    colors = np.ascontiguousarray(theme.table(map_name)[np.clip(scaled, 0, 255).astype(np.uint8)])
    height, width = values.shape
    return QImage(colors.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None = None,
    stroke: QColor | None = None,
    width: float = 1.0,
    style: Qt.PenStyle = Qt.PenStyle.SolidLine,
) -> None:
    """Draw a rounded rectangle whose stroke lies inside `rect`."""
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(stroke, width, style) if stroke is not None else Qt.PenStyle.NoPen)
    inset = width / 2 if stroke is not None else 0.0
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def text(
    painter: QPainter,
    rect: QRectF,
    words: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw one line, vertically centred, elided where it does not fit."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = QFontMetricsF(font)
    if metrics.horizontalAdvance(words) > rect.width() + 0.5:
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, words)


def width_of(words: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(words)


def hatch(painter: QPainter, rect: QRectF, radius: float, color: QColor, step: int = 8) -> None:
    """Fill a rounded rectangle with the diagonal lines that mean frozen."""
    shape = QPainterPath()
    shape.addRoundedRect(rect, radius, radius)
    with _saved(painter):
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.setPen(QPen(color, 1))
        start = rect.left() - rect.height()
        while start < rect.right():
            painter.drawLine(QPointF(start, rect.bottom()), QPointF(start + rect.height(), rect.top()))
            start += step


def glow(painter: QPainter, rect: QRectF, radius: float, color: QColor, size: int = 20, strength: float = 1.0) -> None:
    """Draw the halo that means now, outside of `rect`."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for distance in range(size, 0, -1):
        ring = QColor(color)
        ring.setAlphaF(min(0.22 * strength * (1 - distance / size) ** 2.2, 1.0))
        painter.setPen(QPen(ring, 2))
        grown = rect.adjusted(-distance, -distance, distance, distance)
        painter.drawRoundedRect(grown, radius + distance, radius + distance)


@lru_cache(maxsize=64)
def pulse(color: str, core: str, radius: int) -> QPixmap:
    """Return a ready-made glowing dot: drawing a pixmap costs a fraction of a gradient."""
    scale = 2
    pixmap = QPixmap(2 * radius * scale, 2 * radius * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gradient = QRadialGradient(radius, radius, radius)
        for place, opacity in ((0.0, 0.9), (0.3, 0.38), (0.6, 0.11), (1.0, 0.0)):
            stop = QColor(color)
            stop.setAlphaF(opacity)
            gradient.setColorAt(place, stop)
        painter.setBrush(gradient)
        painter.drawEllipse(QPointF(radius, radius), radius, radius)
        painter.setBrush(QColor(core))
        painter.drawEllipse(QPointF(radius, radius), radius / 4, radius / 4)
    return pixmap


@lru_cache(maxsize=512)
def icon_pixmap(name: str, color: str, size: int, scale: float = 2.0) -> QPixmap:
    """Return one of our own icons (resources/icons/NAME.svg, drawn in `currentColor`) in a colour."""
    source = (resources.folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    pixmap = QPixmap(QSize(round(size * scale), round(size * scale)))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, size, size))
    return pixmap


def icon(name: str, color: str, size: int = 20) -> QIcon:
    return QIcon(icon_pixmap(name, color, size))


class _saved:  # noqa: N801 - reads as a statement: with _saved(painter)
    def __init__(self, painter: QPainter) -> None:
        self._painter = painter

    def __enter__(self) -> None:
        self._painter.save()

    def __exit__(self, *_: object) -> None:
        self._painter.restore()
