"""Paints one time step of the unrolled network: loss, output, cell, input and number, and the wires to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.sequences.lanes import Lanes
from visualizer.ui.sequences.playhead import Moment
from visualizer.ui.sequences.words import input_of, said_at
from visualizer.ui.theme import Theme, font

_CENTER = Qt.AlignmentFlag.AlignHCenter
_GREY, _PALE = 0.28, 0.4
_WIDEST_GRADIENT, _DECADES = 6.0, 6.0
_TRAVEL = 0.6  # of a step's time its pulse is under way; then its values appear
CELL_STATE, HIDDEN_STATE = 0.26, 0.72
"""How far down a cell the two states leave it."""


@dataclass(frozen=True)
class Scene:
    """All that a column is painted from; `values` and `gradients` are pictures of (units, steps)."""

    frame: Unrolled
    values: QImage
    gradients: QImage
    moment: Moment
    unit: int
    theme: Theme
    lanes: Lanes

    def rank(self, place: int) -> int:
        """Return when a place is read, counted from 0."""
        return len(self.frame.names) - 1 - place if self.frame.reverse else place

    def is_read(self, place: int) -> bool:
        """Whether the values of a place have been computed."""
        return self.moment.phase != "forward" or self.rank(place) <= self.rank(self.moment.place)

    def has_gradient(self, place: int) -> bool:
        """Whether the gradient has come back to a place; to a layer without gradient none ever comes."""
        comes = self.moment.phase == "backward" and not self.gradients.isNull()
        return comes and self.rank(place) >= self.rank(self.moment.place)

    def is_now(self, place: int) -> bool:
        return place == self.moment.place

    @property
    def appeared(self) -> float:
        """How much of the values of the place at work is there."""
        return min(max((self.moment.fill - _TRAVEL) / (1 - _TRAVEL), 0.0), 1.0)


def paint_column(painter: QPainter, scene: Scene, place: int) -> None:
    """Draw one time step; padding behind the sequence is pale."""
    strength = 1.0 if scene.frame.names[place] else _PALE
    painter.setOpacity(strength)
    _paint_box(painter, scene, place)
    _paint_input(painter, scene, place)
    _paint_values(painter, scene, place, strength)
    painter.setOpacity(scene.appeared if scene.is_now(place) and scene.moment.phase == "forward" else 1.0)
    _paint_output(painter, scene, place)
    painter.setOpacity(1.0)


def paint_strips(painter: QPainter, scene: Scene, places: range) -> None:
    """Draw the values of steps that are too narrow for cells of their own."""
    lanes, count = scene.lanes, len(scene.frame.vectors[0].values[0])
    first, last = lanes.cell(places[0]), lanes.cell(places[-1])
    whole = QRectF(first.topLeft(), last.bottomRight())
    paint.rounded(painter, whole, 2, scene.theme.color("sunk"))
    shown = [place for place in places if scene.is_read(place)]
    if shown:
        painter.setOpacity(_GREY if scene.moment.phase == "backward" else 1.0)
        area = QRectF(lanes.cell(min(shown)).topLeft(), lanes.cell(max(shown)).bottomRight())
        painter.drawImage(area, scene.values, QRectF(min(shown), 0, len(shown), count))
        painter.setOpacity(1.0)
    back = [place for place in places if scene.has_gradient(place)]
    if back:
        area = QRectF(lanes.cell(min(back)).topLeft(), lanes.cell(max(back)).bottomRight())
        painter.drawImage(area, scene.gradients, QRectF(min(back), 0, len(back), count))
    now = lanes.cell(scene.moment.place)
    if now.right() >= whole.left() and now.left() <= whole.right():
        paint.rounded(painter, now.adjusted(-2, -2, 2, 2), 2, None, scene.theme.color("accent"), 2)


def _paint_box(painter: QPainter, scene: Scene, place: int) -> None:
    theme, box = scene.theme, scene.lanes.cell(place)
    now, read = scene.is_now(place), scene.is_read(place)
    if now:
        paint.glow(painter, box, 8, theme.color("accent"), 10)
    line = theme.color("accent" if now else "line2" if read else "line")
    style = Qt.PenStyle.SolidLine if read else Qt.PenStyle.DashLine
    paint.rounded(painter, box, 8, theme.color("raised" if read else "panel"), line, 2 if now else 1, style)


def _paint_values(painter: QPainter, scene: Scene, place: int, strength: float) -> None:
    strip, now = scene.lanes.strip(place), scene.is_now(place)
    source = QRectF(place, 0, 1, scene.values.height())
    appeared = scene.appeared if now else 1.0
    if scene.is_read(place):
        painter.setOpacity(strength * (_GREY if scene.moment.phase == "backward" else appeared))
        painter.drawImage(strip, scene.values, source)
    if scene.has_gradient(place):
        painter.setOpacity(strength * appeared)
        painter.drawImage(strip, scene.gradients, source)
    painter.setOpacity(1.0)
    if now:
        high = strip.height() / scene.values.height()
        ring = QRectF(strip.left(), strip.top() + scene.unit * high, strip.width(), high)
        paint.rounded(painter, ring.adjusted(-2, -2, 2, 2), 2, None, scene.theme.color("text"), 1.5)


def _paint_input(painter: QPainter, scene: Scene, place: int) -> None:
    theme, pill, cell = scene.theme, scene.lanes.input(place), scene.lanes.cell(place)
    known = bool(scene.frame.names[place])
    middle = cell.center().x()
    painter.setPen(QPen(theme.color("line2"), 1.2))
    painter.drawLine(QPointF(middle, pill.top()), QPointF(middle, cell.bottom()))
    paint.rounded(painter, pill, 7, theme.color("sunk"), theme.color("line"))
    ink = theme.color("text" if known else "text3")
    paint.text(painter, pill, input_of(scene.frame, place), font(13, 600), ink, _CENTER)
    now = scene.is_now(place)
    words = scene.frame.names[place] if scene.frame.inputs.shape[1] == 1 and known else str(place + 1)
    style, ink = font(11, 600 if now else 400, tabular=True), theme.color("accent" if now else "text3")
    paint.text(painter, scene.lanes.number(place), words, style, ink, _CENTER)


def _paint_output(painter: QPainter, scene: Scene, place: int) -> None:
    said = said_at(scene.frame, place) if scene.is_read(place) else None
    if said is None:
        return
    theme, pill, cell = scene.theme, scene.lanes.output(place), scene.lanes.cell(place)
    back = scene.moment.phase == "backward"
    middle = cell.center().x()
    painter.setPen(QPen(theme.color("grad" if back else "line2"), 1.2))
    painter.drawLine(QPointF(middle, cell.top()), QPointF(middle, pill.bottom()))
    paint.rounded(painter, pill, 7, theme.color("panel"), theme.color("line2"))
    paint.text(painter, pill, said.short, font(11, 600, tabular=True), theme.color("text"), _CENTER)
    lost = theme.color("warn")
    paint.text(painter, scene.lanes.loss(place), rounded(said.loss, 2), font(11, tabular=True), lost, _CENTER)


def paint_wires(painter: QPainter, scene: Scene, place: int, thickest: float) -> None:
    """Draw what goes from a place to the next: the states forward, or the gradient back; `thickest` is its norm."""
    first, second = (place + 1, place) if scene.frame.reverse else (place, place + 1)
    cut = (place + 1 if not scene.frame.reverse else place) in scene.frame.cuts
    if scene.moment.phase == "backward":
        _paint_gradient_wire(painter, scene, place, first, second, thickest, cut)
    else:
        for share, token, width in _states(scene.frame):
            gap = scene.lanes.between(place, share)
            _paint_state_wire(painter, scene, gap, second, token, width)
    if cut:
        _paint_cut(painter, scene, place)


def _states(frame: Unrolled) -> list[tuple[float, str, float]]:
    hidden = (HIDDEN_STATE, "text2", 1.8)
    return [(CELL_STATE, "series3", 3.0), hidden] if frame.kind == "lstm" else [hidden]


def _paint_state_wire(painter: QPainter, scene: Scene, gap: QRectF, second: int, token: str, width: float) -> None:
    theme, read = scene.theme, scene.is_read(second)
    begin, end = _ends(gap, scene.frame.reverse)
    if not read:
        painter.setPen(QPen(theme.color("line2"), 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(begin, end)
        return
    _arrow(painter, begin, end, theme.color(token), width)
    if scene.is_now(second) and scene.moment.phase == "forward" and scene.moment.fill < _TRAVEL:
        _pulse(painter, scene, begin, end)


def _paint_gradient_wire(
    painter: QPainter, scene: Scene, place: int, first: int, second: int, thickest: float, cut: bool
) -> None:
    theme = scene.theme
    begin, end = reversed(_ends(scene.lanes.between(place, (CELL_STATE + HIDDEN_STATE) / 2), scene.frame.reverse))
    norm = float(find_norms(scene.frame)[first]) if scene.has_gradient(first) else 0.0
    if cut or not norm > 0:
        painter.setPen(QPen(theme.color("line2"), 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(begin, end)
        return
    _arrow(painter, begin, end, theme.color("grad"), gradient_width(norm, thickest))
    if scene.is_now(first) and scene.moment.fill < _TRAVEL:
        _pulse(painter, scene, begin, end)


def gradient_width(norm: float, thickest: float) -> float:
    """Return how thick a gradient is drawn, by the decades that it lies below the thickest; 1 to 6 pixels."""
    if not norm > 0 or not thickest > 0:
        return 1.0
    below = np.log10(thickest) - np.log10(norm)
    return float(1.0 + (_WIDEST_GRADIENT - 1.0) * np.clip(1.0 - below / _DECADES, 0.0, 1.0))


def find_norms(frame: Unrolled) -> np.ndarray:
    """Return the norm of the gradient at the hidden state of each step."""
    return next(vector.norms for vector in frame.vectors if vector.name == "h")


def _ends(gap: QRectF, reverse: bool) -> tuple[QPointF, QPointF]:
    begin, end = QPointF(gap.left(), gap.top()), QPointF(gap.right(), gap.top())
    return (end, begin) if reverse else (begin, end)


def _arrow(painter: QPainter, begin: QPointF, end: QPointF, ink: QColor, width: float) -> None:
    painter.setPen(QPen(ink, width))
    painter.drawLine(begin, end)
    way = 1.0 if end.x() > begin.x() else -1.0
    size = 2.6 + 0.6 * width
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    back = QPointF(end.x() - way * 1.6 * size, end.y())
    painter.drawPolygon([end, back + QPointF(0, size), back - QPointF(0, size)])


def _pulse(painter: QPainter, scene: Scene, begin: QPointF, end: QPointF) -> None:
    at = begin + (end - begin) * (scene.moment.fill / _TRAVEL)
    back = scene.moment.phase == "backward"
    picture = paint.pulse(scene.theme.hex("grad" if back else "accent"), scene.theme.hex("core"), 11)
    painter.drawPixmap(at - QPointF(11, 11), picture)


def _paint_cut(painter: QPainter, scene: Scene, place: int) -> None:
    gap = scene.lanes.between(place, 0.5)
    middle, cell = gap.center().x(), scene.lanes.cell(place)
    painter.setPen(QPen(scene.theme.color("err"), 1.6, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(middle, cell.top() - 6, middle, cell.bottom() + 6))
