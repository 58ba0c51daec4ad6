"""Draws a network as a trunk of layer cards."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from visualizer.ui.canvas.drawing import Direction, Hit, Instant
from visualizer.ui.canvas.maps import MapCache
from visualizer.ui.canvas.placing import place_trunk
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.trunk import DiagramPainter
from visualizer.ui.theme import Theme


class CardDrawing:
    """The trunk."""

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None:
        self.subject, self.theme = subject, theme
        self.maps = MapCache(theme)
        dense = size.width() < 1000
        high = size.height()
        gap = 40.0 if high >= 360 else 24.0
        top = 16.0
        trunk = max(round((high - top - gap) * 0.515), 112)
        self.placed = place_trunk(subject.diagram(), QRectF(0, top, size.width(), trunk))
        self.trunk = DiagramPainter(self.placed, subject, theme, self.maps, dense)
        self.bounds = QRectF(0, 0, self.placed.bounds.width(), high)

    @staticmethod
    def suits(subject: Subject) -> bool:
        return True

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        self.trunk.paint_still(painter, instant, seen)

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        self.trunk.paint_moving(painter, instant)

    def moving(self, instant: Instant) -> list[QRectF]:
        return self.trunk.moving(instant)

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        plan = self.trunk.plan_at(point)
        return None if plan is None else Hit(plan.card.id, plan.rect, plan.card.title)

    def find(self, identity: str) -> Hit | None:
        return None

    def neighbour(self, identity: str, direction: Direction) -> str:
        return ""
