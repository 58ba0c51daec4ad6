"""Lights the neurons of a single step of arithmetic, and the line between them, in a network drawn by neurons."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.ui import paint
from visualizer.ui.canvas.neuron_edges import ends
from visualizer.ui.canvas.neurons import NeuronPlan
from visualizer.ui.store import View
from visualizer.ui.theme import Theme


def paint_micro(painter: QPainter, plan: NeuronPlan, view: View, theme: Theme) -> None:
    """Ring the neurons that the view names as those of a step; between those of two layers draw the line."""
    spots = [spot for tensor, index in view.micro if (spot := _spot(plan, tensor, index)) is not None]
    if not spots:
        return
    accent = theme.color("accent")
    if len(spots) == 2 and abs(spots[0][0] - spots[1][0]) == 1:
        (left, source), (right, target) = sorted(spots)
        assert right == left + 1
        start, end = ends(plan, right, target, source)
        for color, width in ((theme.color("accent", 0.28), 11.0), (accent, 3.5)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(start, end)
        dot = paint.pulse(theme.hex("accent"), theme.hex("core"), 11)
        middle = (start + end) / 2
        painter.drawPixmap(QPointF(middle.x() - 11, middle.y() - 11), dot)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, (column, neuron) in enumerate(spots):
        radius = plan.radius + 4
        painter.setPen(QPen(accent if number == 0 else theme.color("accent", 0.7), 3 if number == 0 else 2))
        painter.drawEllipse(plan.centers[column][neuron], radius, radius)


def _spot(plan: NeuronPlan, tensor: str, index: tuple[int, ...]) -> tuple[int, int] | None:
    """Return column and number of a neuron, None where it is not drawn."""
    node = tensor.partition(":")[0]
    for number, column in enumerate(plan.columns):
        if node in column.nodes and index and index[-1] < column.drawn:
            return number, index[-1]
    return None
