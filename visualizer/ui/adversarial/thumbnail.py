"""A few samples, very small: points as a cloud, pictures side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from visualizer.core.plane import HALF
from visualizer.ui import paint
from visualizer.ui.theme import Theme

Array = npt.NDArray[np.float32]
_CLOUD = 128  # points at most


def paint_samples(painter: QPainter, theme: Theme, area: QRectF, samples: Array, ink: QColor) -> None:
    """Paint points (count, 2) or pictures (count, 1, height, width) into an area; noise of many numbers as columns."""
    if samples.ndim == 4:
        _pictures(painter, theme, area, samples)
    elif samples.ndim == 2 and samples.shape[1] == 2:
        _cloud(painter, area, samples, ink)
    elif samples.ndim == 2:
        side = QRectF(area)
        rows = paint.image(samples[: max(int(area.height() // 5), 1)], theme, "signed", -2.5, 2.5)
        painter.drawImage(side, rows)


def _cloud(painter: QPainter, area: QRectF, points: Array, ink: QColor) -> None:
    side = min(area.width(), area.height())
    middle, unit = area.center(), side / (2 * HALF)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    radius = min(max(1.3, side / 80), 3.5)
    for x, y in np.clip(points[:_CLOUD], -HALF, HALF).tolist():
        painter.drawEllipse(QPointF(middle.x() + x * unit, middle.y() - y * unit), radius, radius)


def _pictures(painter: QPainter, theme: Theme, area: QRectF, pictures: Array) -> None:
    rows = 2 if area.height() >= 56 else 1
    side = (area.height() - (rows - 1) * 3) / rows
    columns = max(int((area.width() + 3) // (side + 3)), 1)
    left = area.center().x() - (columns * (side + 3) - 3) / 2
    for number, picture in enumerate(pictures[: rows * columns]):
        row, column = divmod(number, columns)
        place = QRectF(left + column * (side + 3), area.top() + row * (side + 3), side, side)
        painter.drawImage(place, paint.image(picture[0], theme, "picture", 0.0, 1.0))
