"""Paints wires and what travels along them."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from visualizer.core.timeline import Pulse
from visualizer.ui import paint
from visualizer.ui.canvas.states import WireState
from visualizer.ui.theme import Theme, font

_TAIL = 0.09
_TRAIN = (0.0, 0.37)  # a pulse comes in two, the second this far behind


def paint_wire(
    painter: QPainter, path: QPainterPath, state: WireState, theme: Theme, *, thin: bool = False, ice: bool = False
) -> None:
    """Paint a wire that stands still; `ice` where it belongs to a frozen part."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = 1.5 if thin else 2.0
    if state.look == "later":
        pen = QPen(theme.mix("panel", "line2", 0.75), 1.5, Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawPath(path)
    elif state.look == "active":
        painter.setPen(QPen(theme.color("accent", 0.25), 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)
        _arrow(painter, path, theme.color("accent"), width, forward=True)
    elif state.look == "gradient":
        color = theme.color("grad_pos" if state.share >= 0 else "grad_neg")
        _arrow(painter, path, color, 1 + 4 * math.sqrt(abs(state.share)), forward=False)
    elif state.look == "frozen" or (ice and state.look == "done"):
        _arrow(painter, path, theme.mix("panel", "ice", 0.75), width, forward=True)
    elif state.look == "error":
        _broken(painter, path, theme.color("err"))
    else:
        _arrow(painter, path, theme.mix("panel", "text2", 0.75 if not thin else 0.7), width, forward=True)


def paint_far_wire(painter: QPainter, path: QPainterPath, state: WireState, theme: Theme) -> None:
    """Paint a wire seen from far away: a hair line in the colour of its state."""
    token = {"active": "accent", "gradient": "grad", "error": "err", "frozen": "ice"}.get(state.look, "line2")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(theme.color(token), 0))
    painter.drawPath(path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _arrow(painter: QPainter, path: QPainterPath, color: QColor, width: float, *, forward: bool) -> None:
    """Stroke a path with an open arrow head at its end, or at its beginning."""
    painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawPath(path)
    tip = path.pointAtPercent(1.0 if forward else 0.0)
    back = path.pointAtPercent(_near(path, 0.97) if forward else 1 - _near(path, 0.97))
    angle = math.atan2(tip.y() - back.y(), tip.x() - back.x())
    head = 4.0 + width
    ends = [
        QPointF(tip.x() - head * math.cos(angle + turn), tip.y() - head * math.sin(angle + turn))
        for turn in (-0.55, 0.55)
    ]
    pen = QPen(
        color, max(min(width, 2.5), 1.5), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )
    painter.setPen(pen)
    painter.drawPolyline([ends[0], tip, ends[1]])


def _near(path: QPainterPath, least: float) -> float:
    """Return the place four pixels before the end, for the direction of the arrow."""
    return max(1 - 4 / max(path.length(), 5.0), 0.0) if path.length() < 120 else least


def _broken(painter: QPainter, path: QPainterPath, color: QColor) -> None:
    painter.setPen(QPen(color, 2, Qt.PenStyle.DashLine))
    painter.drawPath(path)
    middle = path.pointAtPercent(0.6)
    painter.setPen(QPen(color, 2))
    for rise in (-5, 5):
        painter.drawLine(QLineF(middle.x() - 5, middle.y() - rise, middle.x() + 5, middle.y() + rise))


def paint_shape(
    painter: QPainter, path: QPainterPath, texts: tuple[str, str, str], state: WireState, theme: Theme
) -> None:
    """Write the channels above a level wire and the size below it, shortened or left out where there is no room.

    `texts` are the channels, the size and the shortened size.
    """
    start, end = path.pointAtPercent(0), path.pointAtPercent(1)
    room, center = end.x() - start.x(), (start.x() + end.x()) / 2
    channels, size, short = texts
    strong = state.look == "active"
    color = theme.color("text" if strong else "text3" if state.look == "later" else "text2")
    faces = (font(11, 600, tabular=True), font(10, 600, tabular=True))
    face = next((face for face in faces if paint.width_of(channels, face) <= room - 1), None)
    if face is not None:
        above = QRectF(center - 30, start.y() - 22, 60, 16)
        paint.text(painter, above, channels, face, color, Qt.AlignmentFlag.AlignHCenter)
    small = font(10, tabular=True)
    tries = (size, short) if face is not None else (short,)
    words = next((words for words in tries if words and paint.width_of(words, small) <= room - 6), "")
    if words:
        below = QRectF(center - 40, start.y() + 6, 80, 16)
        quiet = theme.color("text3" if state.look == "later" else "text2")
        paint.text(painter, below, words, small, quiet, Qt.AlignmentFlag.AlignHCenter)


def paint_pulse(painter: QPainter, path: QPainterPath, pulse: Pulse, share: float, theme: Theme) -> None:
    """Paint what travels: two bright dots with tails; gradients in their sign's colour, sized by their share."""
    if pulse.backward:
        token = "grad_pos" if share >= 0 else "grad_neg"
        radius = round(9 + 5 * math.sqrt(abs(share)))
    else:
        token, radius = "accent", 12
    dot = paint.pulse(theme.hex(token), theme.hex("core"), radius)
    ways = (1, -1)[pulse.backward]
    for lag in _TRAIN:
        place = pulse.position - ways * lag
        if not 0 <= place <= 1:
            continue
        head = path.pointAtPercent(place)
        tail = path.pointAtPercent(min(max(place - ways * _TAIL * 2, 0), 1))
        painter.setPen(QPen(theme.color(token, 0.75), 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(tail, head)
        painter.drawPixmap(QPointF(head.x() - radius, head.y() - radius), dot)
