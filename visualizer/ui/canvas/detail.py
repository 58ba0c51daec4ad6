"""How much is drawn from how near: names only from far away, the numbers themselves from very near."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from visualizer.core.frames import TensorView
from visualizer.core.numbers import cell
from visualizer.ui import paint
from visualizer.ui.canvas.card_plan import CardPlan
from visualizer.ui.canvas.maps import Grid, flat, planes
from visualizer.ui.canvas.states import CardState
from visualizer.ui.theme import Theme, font

FAR = 46.0
"""A card narrower than this many pixels on the screen shows its name only."""

_NUMBER_WIDTH = 30.0
_MOST_NUMBERS = 3000


def is_far(plan: CardPlan, zoom: float) -> bool:
    return zoom < 0.6 and plan.rect.width() * zoom < FAR


def paint_far(painter: QPainter, plan: CardPlan, state: CardState, theme: Theme) -> None:
    """Paint a card from far away: its state, and its name if that can be read."""
    zoom = painter.worldTransform().m11()
    active = "active" in (state.look, state.gradient)
    token = ("grad" if state.gradient else "accent") if active else "ice" if state.frozen else "line2"
    fill = theme.mix("raised", token, 0.5 if active else 0.1)
    edge = theme.color("err" if plan.card.error else "accent" if state.selected else token)
    line = 2 if state.selected or plan.card.error else 1
    paint.rounded(painter, plan.rect, 6, fill, edge, line / zoom)
    if plan.rect.width() * zoom < 18 or plan.rect.height() * zoom < 12:
        return
    with Screen(painter, plan.rect) as area:
        words = plan.card.title
        while words and paint.width_of(words, font(10)) > area.width() - 2:
            words = words[:-1]
        paint.text(painter, area, words, font(10), theme.color("text"), Qt.AlignmentFlag.AlignHCenter)


def paint_numbers(painter: QPainter, grid: Grid, tensor: TensorView, seen: QRectF, theme: Theme) -> None:
    """Write the values into the cells of maps that are seen from so near that they can be read."""
    _, height, width = planes(tensor.shape)
    zoom = painter.worldTransform().m11()
    across, down = grid.width / width, grid.height / height
    if across * zoom < _NUMBER_WIDTH or down * zoom < 13:
        return
    values = flat(tensor.values)
    written, face = 0, font(min(across * zoom / 3.4, 13), 500, tabular=True)
    for number in range(min(grid.count, len(values))):
        place = grid.cell(number)
        part = place.intersected(seen)
        if part.isEmpty():
            continue
        rows = range(
            int((part.top() - place.top()) / down), min(math.ceil((part.bottom() - place.top()) / down), height)
        )
        columns = range(
            int((part.left() - place.left()) / across), min(math.ceil((part.right() - place.left()) / across), width)
        )
        for row in rows:
            for column in columns:
                written += 1
                if written > _MOST_NUMBERS:
                    return
                value = QRectF(place.left() + column * across, place.top() + row * down, across, down)
                with Screen(painter, value) as area:
                    _pill(painter, area, cell(float(values[number, row, column])), face, theme)


def _pill(painter: QPainter, area: QRectF, words: str, face: QFont, theme: Theme) -> None:
    """Write a number on a ground of its own, as no text is read well on a busy map."""
    width = paint.width_of(words, face) + 6
    spot = QRectF(area.center().x() - width / 2, area.center().y() - 8, width, 16)
    paint.rounded(painter, spot, 4, theme.color("panel", 0.72))
    paint.text(painter, spot, words, face, theme.color("text"), Qt.AlignmentFlag.AlignHCenter)


class Screen:
    """Paints in the pixels of the screen within `with`; gives a rectangle of the drawing in those pixels."""

    def __init__(self, painter: QPainter, rect: QRectF) -> None:
        self._painter = painter
        self._rect = QRectF(
            painter.worldTransform().map(rect.topLeft()), painter.worldTransform().map(rect.bottomRight())
        )

    def __enter__(self) -> QRectF:
        self._painter.save()
        self._painter.resetTransform()
        return self._rect

    def __exit__(self, *_: object) -> None:
        self._painter.restore()
