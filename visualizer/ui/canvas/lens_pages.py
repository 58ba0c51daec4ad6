"""The content of a lens: a row of cards, turned like pages where it is too long, or a branching graph made smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QTransform

from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.maps import MapCache
from visualizer.ui.canvas.picking import pick, whole_card
from visualizer.ui.canvas.placing import place_lens
from visualizer.ui.canvas.scene import Diagram
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.trunk import DiagramPainter
from visualizer.ui.theme import Theme

_COMFORTABLE = 96.0  # a card with the gap after it


class LensPages:
    """Paints a diagram inside an area that it never leaves."""

    def __init__(
        self, diagram: Diagram, area: QRectF, subject: Subject, theme: Theme, maps: MapCache, dense: bool
    ) -> None:
        self.subject = subject
        whole = place_lens(diagram, area)
        most = max(int(area.width() / _COMFORTABLE), 3)
        parts = [whole]
        if whole.row and whole.bounds.width() > area.width() + 1:
            parts = [place_lens(page, area) for page in pages_of(diagram, most)]
        elif whole.bounds.width() > area.width() + 1:  # made smaller it has the more room downwards
            wide = whole.bounds.width()
            parts = [place_lens(diagram, QRectF(area.x(), area.y(), wide, area.height() * wide / area.width()))]
        self.pages = [DiagramPainter(placed, subject, theme, maps, dense, small=True) for placed in parts]
        bounds = parts[0].bounds
        self.scale = min(area.width() / bounds.width(), area.height() / bounds.height(), 1.0)
        if self.scale > 0.99:
            self.scale = 1.0
        self._way = QTransform().translate(area.x(), area.y()).scale(self.scale, self.scale)
        self._way.translate(-area.x(), -area.y())

    def page(self, instant: Instant) -> DiagramPainter:
        """Return the page with the selected card, or else with the one in which something runs or is selected."""
        selected, active = instant.view.selected, instant.scene.active if instant.scene is not None else ""
        here = next((page for page in self.pages if selected in page.plans), None)
        if here is not None:
            return here
        inside = (page for wanted in (active, selected) for page in self.pages if _holds(page, wanted))
        return next(inside, self.pages[0])

    def _near(self, instant: Instant) -> Instant:
        return replace(instant, zoom=instant.zoom * self.scale)

    def prepare(self, instant: Instant, scale: float) -> Iterator[None]:
        return self.page(instant).prepare(self._near(instant), scale * self.scale)

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        painter.save()
        painter.setTransform(self._way, combine=True)
        self.page(instant).paint_still(painter, self._near(instant), self._way.inverted()[0].mapRect(seen))
        painter.restore()

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        painter.save()
        painter.setTransform(self._way, combine=True)
        self.page(instant).paint_moving(painter, self._near(instant))
        painter.restore()

    def moving(self, instant: Instant) -> list[QRectF]:
        return [self._way.mapRect(rect) for rect in self.page(instant).moving(instant)]

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        return [(self._way.mapRect(rect), token) for rect, token in self.page(instant).outline(instant)]

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        hit = pick(self.page(instant), self._way.inverted()[0].map(point), self._near(instant))
        return None if hit is None else replace(hit, rect=self._way.mapRect(hit.rect))

    def hits(self) -> list[tuple[str, Hit]]:
        """Return the cards of all pages."""
        plans = [plan for page in self.pages for plan in page.plans.values()]
        found = [(plan.card.id, whole_card(plan, self.subject)) for plan in plans]
        return [(name, replace(hit, rect=self._way.mapRect(hit.rect))) for name, hit in found]


def _holds(page: DiagramPainter, node: str) -> bool:
    return any(node in plan.card.holds for plan in page.plans.values())


def pages_of(diagram: Diagram, most: int) -> list[Diagram]:
    """Return a row in parts of at most so many cards, with the wires inside each."""
    parts = []
    for start in range(0, len(diagram.cards), most):
        cards = diagram.cards[start : start + most]
        names = {card.id for card in cards}
        wires = tuple(wire for wire in diagram.wires if wire.source in names and wire.target in names)
        parts.append(Diagram(diagram.inside, cards, wires))
    return parts
