"""The activation curve inside a neuron that is seen from near, with the point it works at and the tangent there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from visualizer.core.activation_curves import curve_of
from visualizer.core.graph import Node
from visualizer.ui.theme import Theme

_NEAR = 40.0  # pixels of radius on the screen
_LEAST_REACH = 3.0


def is_near(painter: QPainter, radius: float) -> bool:
    return radius * painter.worldTransform().m11() >= _NEAR


def paint_working_point(painter: QPainter, disc: QRectF, node: Node, z: float, a: float, theme: Theme) -> bool:
    """Paint curve, point and tangent into the upper half of a disc; False for a function that is not known."""
    curve = curve_of(node)
    if curve is None or not (np.isfinite(z) and np.isfinite(a)):
        return False
    function, derivative = curve
    reach = max(_LEAST_REACH, 1.25 * abs(z))
    places = np.linspace(-reach, reach, 49)
    heights = function(places)
    low, high = float(heights.min()), float(heights.max())
    radius = disc.width() / 2
    room = QRectF(disc.center().x() - 0.62 * radius, disc.top() + 0.3 * radius, 1.24 * radius, 0.8 * radius)

    def point(x: float, y: float) -> QPointF:
        share = (y - low) / ((high - low) or 1.0)
        return QPointF(room.center().x() + x / reach * room.width() / 2, room.bottom() - share * room.height())

    line = 0.035 * radius
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("text3"), 0.5 * line))
    painter.drawLine(QLineF(point(0.0, low), point(0.0, high)))
    painter.setPen(QPen(theme.color("accent"), 1.6 * line))
    painter.drawPolyline(QPolygonF([point(float(x), float(y)) for x, y in zip(places, heights, strict=True)]))
    slope, half = float(derivative(np.array(z))), 0.3 * reach
    painter.setPen(QPen(theme.color("grad_pos"), 1.3 * line, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(point(z - half, a - half * slope), point(z + half, a + half * slope)))
    painter.setPen(QPen(theme.color("panel"), 0.7 * line))
    painter.setBrush(theme.color("text"))
    painter.drawEllipse(point(z, a), 2.6 * line, 2.6 * line)
    return True
