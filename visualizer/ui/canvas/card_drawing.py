"""Draws a network as a trunk of layer cards with two lenses under it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from visualizer.ui.canvas.camera import READABLE
from visualizer.ui.canvas.card_plan import CardPlan
from visualizer.ui.canvas.cards import switch
from visualizer.ui.canvas.drawing import Direction, Hit, Instant
from visualizer.ui.canvas.lenses import InsideLens, first_block, paint_funnel
from visualizer.ui.canvas.maps import MapCache
from visualizer.ui.canvas.measures import Placed
from visualizer.ui.canvas.notices import paint_error
from visualizer.ui.canvas.picking import pick, whole_card
from visualizer.ui.canvas.placing import place_trunk
from visualizer.ui.canvas.running_lens import RunningLens
from visualizer.ui.canvas.scene import Diagram
from visualizer.ui.canvas.seen import InputPicture
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.trunk import DiagramPainter
from visualizer.ui.store import View
from visualizer.ui.theme import Theme

_TOP = 16.0
_EDGE = 16.0
_LEAST_LENS = 84.0


class CardDrawing:
    """The trunk and its lenses, which stay in view where the trunk is longer than that."""

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None:
        self.subject, self.theme = subject, theme
        maps = MapCache(theme)
        dense = size.width() < 1000
        self.placed, top = _placed(subject, size)
        whole = size.width() / self.placed.bounds.width()
        if READABLE <= whole < 1:  # all of it is seen, a little smaller, and has so much more room
            size = size / whole
            self.placed, top = _placed(subject, size)
        self.trunk = DiagramPainter(self.placed, subject, theme, maps, dense)
        self.inside: InsideLens | None = None
        self.running: RunningLens | None = None
        self.error: QRectF | None = None
        self.bounds = QRectF(0, 0, self.placed.bounds.width(), max(size.height(), self.placed.bounds.bottom()))
        self._width, self._shift = size.width(), 0.0
        call = opened if opened in subject.graph.call and opened else first_block(subject)
        self.opened = call
        lens = size.height() - top
        if subject.graph.error:
            self.error = QRectF(0, top, size.width(), lens)
        elif lens >= _LEAST_LENS:
            left = round(size.width() * 0.6 / 8) * 8 if call else 0
            if call:
                self.inside = InsideLens(call, QRectF(0, top, left, lens), subject, theme, maps, dense)
                left += 16
            self.running = RunningLens(QRectF(left, top, size.width() - left, lens), subject, theme, maps)

    def follow(self, seen: QRectF) -> None:
        """Move the lenses as little as keeps them in view."""
        nearest = sorted((seen.left() + _EDGE, seen.right() - _EDGE - self._width))
        shift = min(max(self._shift, nearest[0]), nearest[1])
        self._shift = min(max(shift, 0.0), self.bounds.width() - self._width)

    def _moved(self, hit: Hit) -> Hit:
        """Return what was hit in a lens where it is now."""
        return replace(hit, rect=hit.rect.translated(self._shift, 0))

    @staticmethod
    def suits(subject: Subject) -> bool:
        return True

    def prepare(self, instant: Instant, scale: float) -> Iterator[None]:
        yield from self.trunk.prepare(instant, scale)
        if self.inside is not None:
            yield from self.inside.content.prepare(instant, scale)

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._funnels(painter, instant)
        self.trunk.paint_still(painter, instant, seen)
        painter.translate(self._shift, 0)
        seen = seen.translated(-self._shift, 0)
        for lens in (self.inside, self.running):
            if lens is not None and lens.rect.intersects(seen):
                lens.paint_still(painter, instant, seen)
        painter.translate(-self._shift, 0)
        if self.error is not None:
            place = next((card.title for card in self.placed.diagram.cards if card.error), "")
            paint_error(painter, self.error, place, self.subject.graph.error, self.theme)

    def _funnels(self, painter: QPainter, instant: Instant) -> None:
        if self.inside is not None and (source := self.place_of(self.inside.call)):
            paint_funnel(
                painter,
                source,
                self.inside.rect.translated(self._shift, 0),
                self.theme,
                "ice" if self.inside.frozen else "line2",
            )
        if self.running is not None:
            node = self.running.node(instant.scene, instant.view)
            active = self.running.is_running(instant.scene, node)
            if source := self.place_of(node):
                token = self.running.token(instant.scene) if active else "line2"
                paint_funnel(painter, source, self.running.rect.translated(self._shift, 0), self.theme, token)

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
        painter.translate(self._shift, 0)
        if self.inside is not None:
            self.inside.content.paint_moving(painter, instant)
        if self.running is not None:
            self.running.paint_moving(painter, instant)
        painter.translate(-self._shift, 0)
        for plan in self._offered(instant):
            switch(painter, plan.switch, self.theme, hovered=plan.card.path == instant.hovered)

    def _offered(self, instant: Instant) -> list[CardPlan]:
        """Return the cards of the trunk that show a switch: the hovered and the selected one, where not yet frozen."""
        states = self.trunk.states(instant.scene, instant.view)
        return [
            plan
            for name, plan in self.trunk.plans.items()
            if plan.card.path
            and not states[name].frozen
            and not plan.card.error
            and (plan.card.path == instant.hovered or instant.view.selected == name)
        ]

    def looked_at(self, view: View) -> tuple[object, ...]:
        return (view.selected, view.opened)

    def moving(self, instant: Instant) -> list[QRectF]:
        rects = self.inside.content.moving(instant) if self.inside is not None else []
        if self.running is not None and instant.scene is not None and instant.scene.active:
            rects.append(self.running.rect)
        return self.trunk.moving(instant) + [rect.translated(self._shift, 0) for rect in rects]

    def input_pictures(self, instant: Instant) -> list[InputPicture]:
        trunk = [place for plan in self.trunk.plans.values() for place in self.trunk.cards.input_pictures(plan)]
        lens = self.running.input_pictures(instant) if self.running is not None else []
        return trunk + [place._replace(rect=place.rect.translated(self._shift, 0)) for place in lens]

    def next_parameter(self, view: View) -> Hit | None:
        return None  # single weights are not drawn

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        shown: list[tuple[QRectF, str]] = []
        for lens in (self.inside, self.running):
            if lens is not None:
                shown.append((lens.rect, "raised"))
        inside = self.inside.content.outline(instant) if self.inside is not None else []
        return [(rect.translated(self._shift, 0), token) for rect, token in shown + inside] + self.trunk.outline(
            instant
        )

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        at = point - QPointF(self._shift, 0)
        for lens in (self.inside, self.running):
            if lens is not None and lens.rect.contains(at):
                hit = lens.hit(at, instant)
                return None if hit is None else self._moved(hit)
        return pick(self.trunk, point, instant)

    def find(self, identity: str) -> Hit | None:
        hits = self._hits()
        card = next((hit for name, hit in hits if identity in (name, hit.selects)), None)
        if card is not None:
            return card
        holders = [card.id for diagram in self._diagrams() for card in diagram.cards if identity in card.holds]
        return next((hit for name, hit in hits if holders and name == holders[0]), None)

    def _diagrams(self) -> list[Diagram]:
        return [*([self.subject.diagram(self.inside.call)] if self.inside is not None else []), self.placed.diagram]

    def _hits(self) -> list[tuple[str, Hit]]:
        """Return every card there is, those in the lens first."""
        trunk = [(name, whole_card(plan, self.subject)) for name, plan in self.trunk.plans.items()]
        inside = self.inside.content.hits() if self.inside is not None else []
        return [*((name, self._moved(hit)) for name, hit in inside), *trunk]

    def move(self, view: View, direction: Direction) -> Hit | None:
        hits = self._hits()
        here = self.find(view.selected) if view.selected else None
        if here is None:
            return next((hit for name, hit in hits if name in self.trunk.plans), None)
        name = next(name for name, hit in hits if hit == here)
        diagram = next(diagram for diagram in self._diagrams() if name in diagram.card)
        if direction in ("left", "right"):
            ahead = diagram.after(name) if direction == "right" else diagram.before(name)
            return next((hit for other, hit in hits if ahead and other == ahead[0]), None)
        return nearest(here.rect, [hit for _, hit in hits], direction)


def _placed(subject: Subject, size: QSizeF) -> tuple[Placed, float]:
    """Return the trunk, and where the lenses under it begin: below all there is where it leaves no room for them.

    Branches get more of the height than a row.
    """
    gap = 40.0 if size.height() >= 360 else 24.0
    room = size.height() - _TOP - gap
    usual = max(round(room * 0.515), 120)
    for height in (usual, round(0.6 * room), room - _LEAST_LENS) if room - usual >= _LEAST_LENS else ():
        placed = place_trunk(subject.diagram(), QRectF(0, _TOP, size.width(), height))
        fits = placed.bounds.height() <= height + 1 and (placed.row or height > usual)
        if fits or subject.graph.error:
            return placed, _TOP + height + gap
    return place_trunk(subject.diagram(), QRectF(0, _TOP, size.width(), size.height() - _TOP - 8)), size.height()


def nearest(here: QRectF, hits: list[Hit], direction: Direction) -> Hit | None:
    """Return what lies above or below and is nearest, None where nothing does."""
    sign = 1 if direction == "down" else -1

    def away(hit: Hit) -> float:
        step = hit.rect.center() - here.center()
        return float(abs(step.x()) + 2 * abs(step.y()))

    beyond = [hit for hit in hits if sign * (hit.rect.center().y() - here.center().y()) > here.height() / 2]
    return min(beyond, key=away, default=None)
