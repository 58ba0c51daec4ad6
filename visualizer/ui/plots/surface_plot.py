"""The loss on a plane as filled contours, with the way that the weights have gone."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QMenu

from visualizer.core.frames import Surface
from visualizer.core.numbers import exact, rounded, whole
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.asked import on_surface
from visualizer.ui.plots.axes import Axes, Scale
from visualizer.ui.plots.plot import Plot, add_choice, paint_empty, paint_note
from visualizer.ui.plots.relief import BANDS, Relief, relief
from visualizer.ui.plots.scanner import Scanner
from visualizer.ui.theme import font

_NEAR = 10.0
_RADIUS = 8
_ABOUT = {
    "random": "Two random directions, each filter as long as the weights'",
    "path": "The two directions along which this run has moved most",
}


class SurfacePlot(Plot):
    """Contours, trajectory, and the true loss under the pointer."""

    def __init__(self, context: Context, scanner: Scanner) -> None:
        super().__init__(context, "Loss surface")
        self._scanner = scanner
        self._relief: Relief | None = None
        self._of: Surface | None = None
        self._axes: Axes | None = None
        scanner.changed.connect(self._changed)

    def _changed(self) -> None:
        if self._scanner.surface is not self._of:
            self.renew()

    def prepare(self) -> None:
        surface = self._scanner.surface
        if surface is not self._of:
            self._of = surface
            self._relief = relief(surface.values) if surface is not None else None
            if surface is not None:
                self.context.link.credit("surface")
        self.setAccessibleDescription(about(surface) if surface is not None else "Not scanned yet.")

    def draw(self, painter: QPainter) -> None:
        surface, shape = self._of, self._relief
        rect = QRectF(self.rect())
        self._axes = None
        if surface is None or shape is None:
            words = "Computing the first points …" if self._scanner.running else ""
            paint_empty(painter, self.context, rect, words)
            return
        self._axes = Axes(rect, _scale(surface.x), _scale(surface.y))
        corners = QPainterPath()
        corners.addRoundedRect(rect, _RADIUS, _RADIUS)
        painter.setClipPath(corners)
        self._paint_relief(painter, rect, shape, surface)
        self._paint_path(painter, self._axes, surface)

    def _paint_relief(self, painter: QPainter, rect: QRectF, shape: Relief, surface: Surface) -> None:
        theme = self.context.theme
        table = theme.table("loss")
        rows, columns = surface.values.shape
        place = QTransform.fromTranslate(rect.left(), rect.bottom())
        place.scale(rect.width() / (columns - 1), -rect.height() / (rows - 1))
        painter.fillRect(rect, QColor(*table[0]))
        painter.setPen(QPen(theme.color("text", 0.16), 1))
        for number, region in enumerate(shape.above, start=1):
            painter.setBrush(QColor(*table[round(number / (BANDS - 1) * 255)]))
            painter.drawPath(place.map(region))

    def _paint_path(self, painter: QPainter, axes: Axes, surface: Surface) -> None:
        theme = self.context.theme
        points = [axes.point(float(x), float(y)) for x, y in surface.trajectory]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((theme.color("panel", 0.7), 5.0), (theme.color("series1"), 2.4)):
            style = Qt.PenStyle.SolidLine
            painter.setPen(QPen(color, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("series1"))
        for point in _spaced(points):
            painter.drawEllipse(point, 2.4, 2.4)
        if len(points) > 1:
            painter.setPen(QPen(theme.color("series1"), 2))
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(points[0], 4, 4)
        if points:
            self._paint_now(painter, points[-1])
            self._label(painter, points[-1], f"step {whole(surface.step)}", -22)
        if len(points) > 1 and (points[0] - points[-1]).manhattanLength() > 60:
            self._label(painter, points[0], "start", 8)

    def _paint_now(self, painter: QPainter, point: QPointF) -> None:
        theme = self.context.theme
        halo = paint.pulse(theme.hex("accent"), theme.hex("core"), 20)
        painter.drawPixmap(point - QPointF(20, 20), halo)
        painter.setPen(QPen(theme.color("accent"), 2.5))
        painter.setBrush(theme.color("panel") if not theme.dark else theme.color("core"))
        painter.drawEllipse(point, 5.5, 5.5)

    def _label(self, painter: QPainter, point: QPointF, words: str, below: float) -> None:
        theme, style = self.context.theme, font(10, 600)
        wide = paint.width_of(words, style) + 14
        left = min(max(point.x() + 10, 4.0), self.width() - wide - 4.0)
        top = min(max(point.y() + below, 4.0), self.height() - 22.0)
        area = QRectF(left, top, wide, 18)
        paint.rounded(painter, area, 9, theme.color("panel", 0.88))
        paint.text(painter, area, words, style, theme.color("text"), Qt.AlignmentFlag.AlignHCenter)

    def hover_count(self) -> int:
        surface = self._of
        return len(surface.trajectory) + surface.values.size if surface is not None and self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        surface, axes = self._of, self._axes
        if surface is None or axes is None or not self.rect().contains(place.toPoint()):
            return -1
        path = np.hypot(axes.xs(surface.trajectory[:, 0]) - place.x(), axes.ys(surface.trajectory[:, 1]) - place.y())
        if len(path) and path.min() < _NEAR:
            return int(path.argmin())
        column = int(np.abs(axes.xs(surface.x) - place.x()).argmin())
        row = int(np.abs(axes.ys(surface.y) - place.y()).argmin())
        return len(path) + row * len(surface.x) + column

    def stride(self) -> int:
        return len(self._of.x) if self._of is not None else 1

    def _place_of(self, surface: Surface, element: int) -> tuple[float, float, float, str]:
        """Return where an element lies, the loss there, and how it is called: a step of the way, or a place."""
        count = len(surface.trajectory)
        if element < count:
            x, y = (float(place) for place in surface.trajectory[element])
            return x, y, float(surface.trajectory_loss[element]), f"step {whole(surface.trajectory_steps[element])}"
        row, column = divmod(element - count, len(surface.x))
        x, y = float(surface.x[column]), float(surface.y[row])
        return x, y, float(surface.values[row, column]), f"x {rounded(x)}, y {rounded(y)}"

    def lines_of(self, element: int) -> list[str]:
        if self._of is None:
            return []
        _, _, loss, title = self._place_of(self._of, element)
        return [title, "not computed yet" if np.isnan(loss) else f"loss {exact(loss)}"]

    def draw_hover(self, painter: QPainter) -> None:
        if self._of is None or self._axes is None:
            return
        x, y, *_ = self._place_of(self._of, self.hovered)
        at = self._axes.point(x, y)
        painter.setPen(QPen(self.context.theme.color("text"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 5, 5)
        room = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, room)

    def number_of(self, element: int) -> Number | None:
        return on_surface(self._of, element) if self._of is not None and 0 <= element < self.hover_count() else None

    def fill_menu(self, menu: QMenu) -> None:
        plane, look = self.context.store.view.plane, self.context.store.look
        add_choice(menu, "Random directions", plane == "random", lambda: look(plane="random"))
        add_choice(menu, "Directions of the path", plane == "path", lambda: look(plane="path"))
        menu.addSeparator()

    def table(self) -> str:
        surface = self._of
        if surface is None:
            return ""
        rows = [
            f"{x},{y},{loss}"
            for y, line in zip(surface.y, surface.values, strict=True)
            for x, loss in zip(surface.x, line, strict=True)
            if not np.isnan(loss)
        ]
        return "\n".join(["x,y,loss", *rows]) + "\n"


def about(surface: Surface) -> str:
    """Return what the plane is and how the loss on it was computed."""
    return (
        f"{_ABOUT[surface.plane]}; {share(surface)} of this run's path lies in this plane. "
        f"Mean loss of {whole(surface.sample_count)} held-out samples, contours even in its logarithm."
    )


def share(surface: Surface) -> str:
    """Return how much of the path lies in the plane."""
    per_cent = 100 * surface.explained
    return f"{per_cent:.0f} %" if per_cent >= 1 or per_cent == 0 else "less than 1 %"


def _scale(values: np.ndarray) -> Scale:
    return Scale(float(values[0]), float(values[-1]))


def _spaced(points: list[QPointF]) -> list[QPointF]:
    """Return the points that are far enough from the one before to be seen apart."""
    kept: list[QPointF] = []
    for point in points:
        if not kept or (point - kept[-1]).manhattanLength() > 8:
            kept.append(point)
    return kept
