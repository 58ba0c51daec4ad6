"""Draws a network as a trunk of layer cards with two lenses under it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from visualizer.ui.canvas.drawing import Direction, Hit, Instant
from visualizer.ui.canvas.lenses import InsideLens, first_block, paint_funnel
from visualizer.ui.canvas.maps import MapCache
from visualizer.ui.canvas.placing import place_trunk
from visualizer.ui.canvas.running_lens import RunningLens
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.trunk import DiagramPainter
from visualizer.ui.theme import Theme

_TOP = 16.0
_LEAST_LENS = 84.0


class CardDrawing:
    """The trunk and its lenses."""

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None:
        self.subject, self.theme = subject, theme
        maps = MapCache(theme)
        dense = size.width() < 1000
        gap = 40.0 if size.height() >= 360 else 24.0
        trunk = max(round((size.height() - _TOP - gap) * 0.515), 120)
        lens = size.height() - _TOP - gap - trunk
        if lens < _LEAST_LENS:
            trunk = size.height() - _TOP - 8
        self.placed = place_trunk(subject.diagram(), QRectF(0, _TOP, size.width(), trunk))
        self.trunk = DiagramPainter(self.placed, subject, theme, maps, dense)
        self.inside: InsideLens | None = None
        self.running: RunningLens | None = None
        width = self.placed.bounds.width()
        self.bounds = QRectF(0, 0, width, max(size.height(), self.placed.bounds.bottom()))
        call = opened if opened in subject.graph.call and opened else first_block(subject)
        if lens >= _LEAST_LENS and self.placed.row:
            top = _TOP + trunk + gap
            left = round(size.width() * 0.6 / 8) * 8 if call else 0
            if call:
                self.inside = InsideLens(call, QRectF(0, top, left, lens), subject, theme, maps, dense)
                left += 16
            self.running = RunningLens(QRectF(left, top, size.width() - left, lens), subject, theme, maps, dense)

    @staticmethod
    def suits(subject: Subject) -> bool:
        return True

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._funnels(painter, instant)
        self.trunk.paint_still(painter, instant, seen)
        for lens in (self.inside, self.running):
            if lens is not None and lens.rect.intersects(seen):
                lens.paint_still(painter, instant, seen)

    def _funnels(self, painter: QPainter, instant: Instant) -> None:
        if self.inside is not None and (source := self.place_of(self.inside.call)):
            paint_funnel(painter, source, self.inside.rect, self.theme, "ice" if self.inside.frozen else "line2")
        if self.running is not None:
            node = self.running.node(instant.scene, instant.view)
            active = self.running.is_running(instant.scene, node)
            if source := self.place_of(node):
                token = self.running.token(instant.scene) if active else "line2"
                paint_funnel(painter, source, self.running.rect, self.theme, token)

    def place_of(self, identity: str) -> QRectF | None:
        """Return the card, or the column in it, in which a call or node is to be seen in the trunk."""
        graph = self.subject.graph
        inside = graph.nodes_in(identity) if identity in graph.call else [graph.node[identity]]
        for plan in self.trunk.plans.values():
            if not inside or inside[0].id not in plan.card.holds:
                continue
            for area, block in zip(plan.blocks, plan.card.blocks, strict=True):
                if inside[0].id in block.nodes and plan.card.id != identity:
                    return area
            return plan.rect
        return None

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        self.trunk.paint_moving(painter, instant)
        if self.inside is not None:
            self.inside.inside.paint_moving(painter, instant)
        if self.running is not None:
            self.running.paint_moving(painter, instant)

    def moving(self, instant: Instant) -> list[QRectF]:
        rects = self.trunk.moving(instant)
        if self.inside is not None:
            rects += self.inside.inside.moving(instant)
        if self.running is not None and instant.scene is not None and instant.scene.active:
            rects.append(self.running.rect)
        return rects

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        plan = self.trunk.plan_at(point)
        return None if plan is None else Hit(plan.card.id, plan.rect, plan.card.title)

    def find(self, identity: str) -> Hit | None:
        return None

    def neighbour(self, identity: str, direction: Direction) -> str:
        return ""
