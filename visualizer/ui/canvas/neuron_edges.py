"""Paints the weighted lines between columns of neurons, what travels on them, and the shares of the gradient."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.frames import Array
from visualizer.ui import paint
from visualizer.ui.canvas.neuron_state import ColumnState, scaled
from visualizer.ui.canvas.neurons import NeuronPlan
from visualizer.ui.theme import Theme, font

_LABELS = 8
_LEAST_SHARE = 0.03
_LEAST_BIAS = 0.3  # drawn as if it were so large: a short line has to be seen


def ends(plan: NeuronPlan, column: int, target: int, source: int) -> tuple[QPointF, QPointF]:
    """Return where a line begins and ends: at the rims of its two neurons."""
    a, b = plan.centers[column - 1][source], plan.centers[column][target]
    along = b - a
    length = (along.x() ** 2 + along.y() ** 2) ** 0.5 or 1.0
    rim = along * (plan.radius / length)
    return a + rim, b - rim


def paint_weights(
    painter: QPainter,
    plan: NeuronPlan,
    column: int,
    weights: Array | None,
    gradients: Array | None,
    state: ColumnState,
    theme: Theme,
    chosen: int | None,
) -> None:
    """Paint all lines into a column; where one of its neurons is chosen, the lines into the others step back."""
    shape = (len(plan.centers[column]), len(plan.centers[column - 1]))
    backward = state.weight_gradient in ("active", "done") and gradients is not None
    values = gradients if backward else weights
    sizes = np.zeros(shape) if values is None else scaled(values)[: shape[0], : shape[1]]
    thinner = max(painter.worldTransform().m11(), 1.0) ** -0.5  # seen from nearer, lines grow less than what they join
    for target in range(shape[0]):
        for source in range(shape[1]):
            value = float(sizes[target, source])
            pen = _pen(value, state, backward, theme, quiet=chosen not in (None, target))
            pen.setWidthF(pen.widthF() * thinner)
            if pen.style() == Qt.PenStyle.CustomDashLine:
                pen.setDashPattern([5.0 / pen.widthF(), 3.0 / pen.widthF()])
            painter.setPen(pen)
            painter.drawLine(*ends(plan, column, target, source))


def _pen(value: float, state: ColumnState, backward: bool, theme: Theme, *, quiet: bool) -> QPen:
    size = abs(value)
    if backward:
        color = theme.mix(
            "panel", "grad_pos" if value >= 0 else "grad_neg", (0.22 + 0.7 * size) * (0.4 if quiet else 1)
        )
        return QPen(color, 1 + 5 * size)
    if state.weight_gradient:  # gradients run, but not yet here, or never
        return QPen(theme.mix("panel", "ice" if state.frozen else "line2", 0.45), 1.2)
    if state.weights in ("idle", "later"):
        return QPen(theme.mix("panel", "line2", 0.5), 1, Qt.PenStyle.DotLine)
    strength = (0.16 + 0.7 * size) * (0.3 if quiet else 1.0)
    if state.weights == "active":
        strength = min(strength + 0.1, 1.0)
    color = theme.mix("panel", "pos_shape" if value >= 0 else "neg_shape", strength)
    style = Qt.PenStyle.SolidLine if value >= 0 else Qt.PenStyle.CustomDashLine
    return QPen(color, 0.8 + 3.2 * size, style, Qt.PenCapStyle.FlatCap)


def paint_biases(
    painter: QPainter,
    plan: NeuronPlan,
    column: int,
    biases: Array | None,
    gradients: Array | None,
    state: ColumnState,
    theme: Theme,
) -> None:
    """Paint the bias of every neuron as a short line that comes from a point of its own, the constant one."""
    if biases is None:
        return
    backward = state.weight_gradient in ("active", "done") and gradients is not None
    sizes = scaled(gradients if backward and gradients is not None else biases)
    for neuron in range(len(plan.centers[column])):
        start, end = plan.bias(column, neuron)
        visible = math.copysign(max(abs(float(sizes[neuron])), _LEAST_BIAS), float(sizes[neuron]))
        pen = _pen(visible, state, backward, theme, quiet=False)
        pen.setWidthF(max(pen.widthF() * 0.8, 1.4))
        if pen.style() == Qt.PenStyle.CustomDashLine:
            pen.setDashPattern([2.5 / pen.widthF(), 2.0 / pen.widthF()])
        painter.setPen(pen)
        painter.drawLine(start, end)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawEllipse(start, 2.6, 2.6)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_chosen(painter: QPainter, plan: NeuronPlan, column: int, number: tuple[int, ...], theme: Theme) -> None:
    """Mark the weight or bias that keys set."""
    start, end = plan.bias(column, number[0]) if len(number) == 1 else ends(plan, column, *number)
    painter.setPen(QPen(theme.color("accent", 0.45), 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(start, end)


def paint_travel(
    painter: QPainter,
    plan: NeuronPlan,
    column: int,
    values: Array | None,
    position: float,
    backward: bool,
    theme: Theme,
) -> None:
    """Paint one dot with a tail on every line into a column, larger where the value is."""
    if values is None:
        return
    sizes = scaled(values)[: len(plan.centers[column]), : len(plan.centers[column - 1])]
    crowded = sizes.size > 30
    lag = 0.09 if backward else -0.09
    for (target, source), value in np.ndenumerate(sizes):
        size = abs(float(value))
        if size < (0.2 if crowded else 0.06):
            continue
        start, end = ends(plan, column, target, source)
        head, tail = _between(start, end, position), _between(start, end, position + lag)
        token = ("grad_pos" if value >= 0 else "grad_neg") if backward else "accent"
        painter.setPen(QPen(theme.color(token, 0.75), 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(tail, head)
        radius = round((6 + 7 * size) * (0.7 if crowded else 1.0))
        dot = paint.pulse(theme.hex(token), theme.hex("core"), radius)
        painter.drawPixmap(QPointF(head.x() - radius, head.y() - radius), dot)


def _between(start: QPointF, end: QPointF, share: float) -> QPointF:
    return start + (end - start) * min(max(share, 0.0), 1.0)


def around_neuron(center: QPointF, radius: float) -> QRectF:
    """Return the room of a neuron with the number to its right."""
    return QRectF(center.x() - radius, center.y() - radius, 2 * radius + 58, 2 * radius)


def paint_shares(painter: QPainter, plan: NeuronPlan, column: int, gradients: Array, theme: Theme) -> None:
    """Write on the strongest lines which share of the layer's gradient they carry, where there is room."""
    total = float(np.abs(gradients).sum()) or 1.0
    drawn = gradients[: len(plan.centers[column]), : len(plan.centers[column - 1])]
    shares = sorted(((abs(float(v)) / total, place) for place, v in np.ndenumerate(drawn)), reverse=True)
    face = font(11, 600)
    taken = [
        around_neuron(center, plan.radius) for centers in plan.centers[column - 1 : column + 1] for center in centers
    ]
    for share, (target, source) in shares[:_LABELS]:
        if share < _LEAST_SHARE:
            break
        start, end = ends(plan, column, target, source)
        words = f"{100 * share:.0f} %"
        width = paint.width_of(words, face) + 12
        for place in (0.28, 0.4, 0.52, 0.64, 0.76):
            at = _between(start, end, place)
            spot = QRectF(at.x() - width / 2, at.y() - 9, width, 18)
            if not any(spot.adjusted(-3, -2, 3, 2).intersects(other) for other in taken):
                taken.append(spot)
                paint.rounded(painter, spot, 9, theme.color("panel"), theme.color("line"))
                paint.text(painter, spot, words, face, theme.color("text2"), Qt.AlignmentFlag.AlignHCenter)
                break
