"""How the layers of the plane are painted; all of them take places through one `Frame`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from visualizer.core.plane import HALF
from visualizer.core.topics.adversarial import PlaneView
from visualizer.ui import paint
from visualizer.ui.plots.points import paint_point
from visualizer.ui.theme import Theme, font

Array = npt.NDArray[np.float32]
_LONGEST = 0.5  # of the arrows, in units of the plane


@dataclass(frozen=True)
class Frame:
    """The square of the widget that the plane fills."""

    area: QRectF

    def point(self, x: float, y: float) -> QPointF:
        unit = self.area.width() / (2 * HALF)
        return QPointF(self.area.center().x() + x * unit, self.area.center().y() - y * unit)

    def points(self, places: Array) -> list[QPointF]:
        return [self.point(x, y) for x, y in places.tolist()]

    def place(self, point: QPointF) -> tuple[float, float]:
        """Return the coordinates of a point of the widget."""
        unit = self.area.width() / (2 * HALF)
        return (point.x() - self.area.center().x()) / unit, (self.area.center().y() - point.y()) / unit


def square(width: float, height: float) -> Frame:
    """Return the largest plane that fits into a widget with its numbers at the left and below."""
    side = min(width - 36, height - 28)
    return Frame(QRectF(30 + (width - 36 - side) / 2, 4, side, side))


def paint_judgements(painter: QPainter, theme: Theme, frame: Frame, plane: PlaneView) -> None:
    image = paint.image(plane.judgements[::-1], theme, "signed", 0.0, 1.0)
    side = frame.area.width() * len(plane.axis) / (len(plane.axis) - 1)  # the outer cells are centred on the edge
    whole = QRectF(0, 0, side, side)
    whole.moveCenter(frame.area.center())
    painter.setOpacity(0.72)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(whole, image)
    painter.setOpacity(1.0)


def paint_manifold(painter: QPainter, theme: Theme, frame: Frame, plane: PlaneView, token: str) -> None:
    lines = plane.manifold
    middle = len(lines) // 2
    for number in range(len(lines)):
        strong = number in (0, middle, len(lines) - 1)
        painter.setPen(QPen(theme.color(token, 0.95 if strong else 0.5), 1.4 if strong else 0.8))
        for line in (lines[number], lines[:, number]):
            painter.drawPolyline(QPolygonF(frame.points(line)))


def paint_arrows(
    painter: QPainter, theme: Theme, frame: Frame, fakes: Array, arrows: Array, grown: float = 1.0
) -> None:
    """Paint an arrow at each fake; the longest is half a unit long."""
    lengths = np.linalg.norm(arrows, axis=1)
    longest = float(lengths.max(initial=0.0))
    if not longest > 0 or not math.isfinite(longest):
        return
    ends = fakes + arrows * (grown * _LONGEST / longest)
    lines = []
    for start, end in zip(frame.points(fakes), frame.points(ends), strict=True):
        line = QLineF(start, end)
        lines.append(line)
        if line.length() > 6:
            for turn in (150.0, 210.0):
                head = QLineF.fromPolar(4.0, line.angle() + turn)
                lines.append(head.translated(end))
    for color, width in ((theme.color("sunk"), 2.8), (theme.color("grad_pos"), 1.3)):
        painter.setPen(QPen(color, width))
        painter.drawLines(lines)


def paint_cloud(
    painter: QPainter, frame: Frame, places: Array, form: int, inks: list[QColor], rim: QColor, size: float
) -> None:
    """Paint points in one colour, or one each."""
    for number, point in enumerate(frame.points(places)):
        paint_point(painter, point, form, inks[number % len(inks)], rim, size)


def paint_modes(painter: QPainter, theme: Theme, frame: Frame, modes: Array, hits: npt.NDArray[np.int64]) -> None:
    """Paint a ring around each mode, dashed where no good sample hits it."""
    radius = 0.3 * frame.area.width() / (2 * HALF)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for point, count in zip(frame.points(modes), hits.tolist(), strict=True):
        hit = count > 0
        painter.setPen(QPen(theme.color("text2" if hit else "warn"), 1.2,
                            Qt.PenStyle.SolidLine if hit else Qt.PenStyle.DashLine))  # fmt: skip
        painter.drawEllipse(point, radius, radius)


def paint_edge(painter: QPainter, theme: Theme, frame: Frame) -> None:
    """Paint the edge of the plane and what lies along it."""
    area, style = frame.area, font(11, tabular=True)
    paint.rounded(painter, area, 4, None, theme.color("line2"))
    ink = theme.color("text2")
    for value, words in ((-HALF, "−3"), (0.0, "0"), (HALF, "3")):
        x, y = frame.point(value, 0).x(), frame.point(0, value).y()
        paint.text(painter, QRectF(x - 20, area.bottom() + 3, 40, 14), words, style, ink, Qt.AlignmentFlag.AlignHCenter)
        paint.text(painter, QRectF(area.left() - 24, y - 7, 20, 14), words, style, ink, Qt.AlignmentFlag.AlignRight)
    letter = font(12, 500, italic=True)
    paint.text(painter, QRectF(area.center().x() + 40, area.bottom() + 3, 40, 14), "x₁ →", letter, ink)
    paint.text(painter, QRectF(area.left() - 28, area.center().y() - 40, 26, 14), "x₂ ↑", letter, ink)
