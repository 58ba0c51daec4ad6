"""The activation curve of a neuron with the point it works at and the tangent there, in the neuron or beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from visualizer.core.activation_curves import curve_of
from visualizer.core.graph import Node
from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.cards import fitting
from visualizer.ui.theme import Theme, font

_NEAR = 40.0  # pixels of radius on the screen
_LEAST_REACH = 3.0
_CALLOUT, _BESIDE = (176.0, 136.0), 52.0


def is_near(painter: QPainter, radius: float) -> bool:
    return radius * painter.worldTransform().m11() >= _NEAR


def paint_working_point(painter: QPainter, disc: QRectF, node: Node, z: float, a: float, theme: Theme) -> bool:
    """Paint curve, point and tangent into the upper half of a disc; False for a function that is not known."""
    radius = disc.width() / 2
    room = QRectF(disc.center().x() - 0.62 * radius, disc.top() + 0.3 * radius, 1.24 * radius, 0.8 * radius)
    return _paint_curve(painter, room, 0.035 * radius, node, z, a, theme)


def paint_callout(
    painter: QPainter, at: QPointF, radius: float, seen: QRectF, node: Node, z: float, a: float, theme: Theme
) -> None:
    """Paint curve, point and tangent with their numbers beside a disc, inside of what is seen."""
    curve = curve_of(node)
    if curve is None or not (np.isfinite(z) and np.isfinite(a)):
        return
    width, height = _CALLOUT
    left = at.x() + radius + _BESIDE
    if left + width > seen.right():
        left = at.x() - radius - _BESIDE - width
    top = min(max(at.y() - height / 2, seen.top() + 4), seen.bottom() - height - 4)
    box = QRectF(left, top, width, height)
    paint.rounded(painter, box, 10, theme.color("panel"), theme.color("line2"))
    name, slope = words.operation_title(node), float(curve[1](np.array(z)))
    face = font(11, 600, tabular=True)
    digits = (f"{name}({rounded(z, count)}) = {rounded(a, count)}" for count in (3, 2, 1))
    rows = (fitting(tuple(digits), face, width - 24), f"slope there {rounded(slope, 3)}")
    for row, (text, token) in enumerate(zip(rows, ("text", "grad_pos"), strict=True)):
        line = QRectF(box.x() + 12, box.bottom() - 38 + 16 * row, box.width() - 24, 16)
        paint.text(painter, line, text, face, theme.color(token))
    painter.save()
    painter.setClipRect(box.adjusted(4, 4, -4, -40))
    _paint_curve(painter, box.adjusted(14, 14, -14, -46), 1.2, node, z, a, theme)
    painter.restore()


def _paint_curve(painter: QPainter, room: QRectF, line: float, node: Node, z: float, a: float, theme: Theme) -> bool:
    curve = curve_of(node)
    if curve is None or not (np.isfinite(z) and np.isfinite(a)):
        return False
    function, derivative = curve
    reach = max(_LEAST_REACH, 1.25 * abs(z))
    places = np.linspace(-reach, reach, 49)
    heights = function(places)
    low, high = float(heights.min()), float(heights.max())

    def point(x: float, y: float) -> QPointF:
        share = (y - low) / ((high - low) or 1.0)
        return QPointF(room.center().x() + x / reach * room.width() / 2, room.bottom() - share * room.height())

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
