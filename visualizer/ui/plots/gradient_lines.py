"""The gradient of each layer over the steps; a frozen layer's line ends where it was frozen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QMenu

from visualizer.core.frames import Configured, Frame, Metrics
from visualizer.core.history import decimated
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, whole
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, decades, left_room, paint_grid, steps_scale
from visualizer.ui.plots.plot import Plot, add_now_or_steps, paint_empty, paint_note
from visualizer.ui.plots.table import history_table

_TOP, _RIGHT, _BOTTOM = 6, 10, 22
_POINTS = 200
_NEAR = 24.0


class GradientLines(Plot):
    """One line a layer on a logarithmic scale; hovering picks the nearest, the arrow keys any layer and step."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Gradient norm over the steps")
        self._axes: Axes | None = None
        self._layer = 0
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, (Metrics, Configured)):
            self.renew_soon()

    def draw(self, painter: QPainter) -> None:
        history = self.context.link.history
        norms = history.gradient_norms
        present = norms[np.isfinite(norms) & (norms > 0)]
        if not present.size:
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()), "Press Train to see how the gradients change")
            return
        scale = decades(float(np.percentile(present, 0.5)), float(present.max()))
        rect = QRectF(self.rect()).adjusted(0, _TOP, -_RIGHT, -_BOTTOM)
        rect.setLeft(left_room(scale, rect.height()))
        self._axes = Axes(rect, steps_scale(history), scale)
        paint_grid(painter, self.context.theme, self._axes)
        painter.setClipRect(rect.adjusted(-1, -1, 1, 1))
        for layer in range(norms.shape[1]):
            self._line(painter, layer, self.context.theme.color("grad", 0.55), 1.0)

    def _line(self, painter: QPainter, layer: int, color: QColor, width: float) -> None:
        assert self._axes is not None
        history = self.context.link.history
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in self._axes.lines(*decimated(history.steps, history.gradient_norms[:, layer], _POINTS)):
            painter.drawPolyline(line)

    def hover_count(self) -> int:
        return len(self.context.link.history) if self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        history = self.context.link.history
        if self._axes is None or not len(history):
            return -1
        step = self._axes.x.value((place.x() - self._axes.rect.left()) / self._axes.rect.width())
        row = int(np.clip(np.searchsorted(history.steps, step), 0, len(history) - 1))
        distance = np.abs(self._axes.ys(history.gradient_norms[row]) - place.y())
        if not np.isfinite(distance).any() or np.nanmin(distance) > _NEAR:
            return -1
        self._layer = int(np.nanargmin(distance))
        return row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = len(self.context.link.history.layers)
        if count and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._layer = (self._layer + (1 if event.key() == Qt.Key.Key_Down else -1)) % count
            self.tell(self.hovered)
            self.update()
        else:
            super().keyPressEvent(event)

    def number_of(self, element: int) -> Number | None:
        history = self.context.link.history
        if not 0 <= element < len(history) or self._layer >= len(history.layers):
            return None
        name = f"gradient_norm/{history.layers[self._layer]}"
        return Number(Explain(name, (int(history.steps[element]),), "metric"), "")

    def lines_of(self, element: int) -> list[str]:
        history = self.context.link.history
        if self._layer >= len(history.layers):
            return []
        value = float(history.gradient_norms[element, self._layer])
        norm = exact(value) if np.isfinite(value) else "no gradient"
        return [history.layers[self._layer], f"step {whole(int(history.steps[element]))}: {norm}"]

    def draw_hover(self, painter: QPainter) -> None:
        history, axes = self.context.link.history, self._axes
        if axes is None or self._layer >= len(history.layers):
            return
        theme = self.context.theme
        self._line(painter, self._layer, theme.color("accent"), 2.2)
        step, value = int(history.steps[self.hovered]), float(history.gradient_norms[self.hovered, self._layer])
        at = axes.point(step, value) if np.isfinite(value) else QPointF(float(axes.xs(step)), axes.rect.center().y())
        if np.isfinite(value):
            painter.setPen(QPen(theme.color("panel"), 2))
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(at, 4.5, 4.5)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def fill_menu(self, menu: QMenu) -> None:
        add_now_or_steps(menu, self.context)

    def table(self) -> str:
        return history_table(self.context.link.history)
