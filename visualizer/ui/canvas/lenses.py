"""The two lenses under the trunk: the inside of an opened part, and the layer that is running, seen large."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.lens_pages import LensPages
from visualizer.ui.canvas.maps import MapCache
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.theme import LAYER_RADIUS, Theme, font


class InsideLens:
    """What is inside a call, as a row of small cards, with the way back up in its title."""

    def __init__(self, call: str, rect: QRectF, subject: Subject, theme: Theme, maps: MapCache, dense: bool) -> None:
        self.call, self.rect, self.subject, self.theme = call, rect, subject, theme
        area = rect.adjusted(12, 26, -12, -10) if rect.height() < 150 else rect.adjusted(12, 32, -12, -12)
        self.content = LensPages(subject.diagram(call), area, subject, theme, maps, dense)
        self.placed = self.content.pages[0].placed
        self.frozen = all(page.frozen for page in self.content.pages)

    @property
    def crumbs(self) -> list[tuple[str, str, QRectF]]:
        """The calls from the outermost to the opened one: id, word, and where the word is."""
        left, found = self.rect.x() + 12, []
        chain = self.subject.graph.call_chains[self.call]
        for number, call in enumerate(chain):
            word = words.call_words(self.subject.graph, call)
            width = paint.width_of(word, font(12, 600))
            found.append((call, word, QRectF(left, self.rect.y() + 7, width + 1, 18)))
            left += width + paint.width_of(" · ", font(12, 600)) * (number < len(chain) - 1)
        return found

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        theme, rect = self.theme, self.rect
        paint.rounded(painter, rect, LAYER_RADIUS, theme.color("sunk"))
        if self.frozen:
            paint.hatch(painter, rect, LAYER_RADIUS, theme.color("ice", 0.05))
        edge = theme.color("ice", 0.6) if self.frozen else theme.color("line")
        paint.rounded(painter, rect, LAYER_RADIUS, None, edge)
        self._title(painter, instant)
        self.content.paint_still(painter, instant, seen)

    def _title(self, painter: QPainter, instant: Instant) -> None:
        theme, rect = self.theme, self.rect
        face, crumbs = font(12, 600), self.crumbs
        for number, (_, word, place) in enumerate(crumbs):
            last = number == len(crumbs) - 1
            paint.text(painter, place, word, face, theme.color("text" if last else "text2"))
            if not last:
                paint.text(painter, place.translated(place.width(), 0), " · ", face, theme.color("text3"))
        left, right = crumbs[-1][2].right() + 12, rect.right() - 12
        if self.frozen:
            spot = QPointF(right - 15, rect.y() + 8)
            painter.drawPixmap(spot, paint.icon_pixmap("snow", theme.hex("ice"), 15))
            right -= 23
        for text, align in (
            (self.sample(instant), Qt.AlignmentFlag.AlignRight),
            (self.formula(), Qt.AlignmentFlag.AlignLeft),
        ):
            width = paint.width_of(text, font(11))
            if text and width < right - left:
                paint.text(
                    painter, QRectF(left, rect.y() + 7, right - left, 18), text, font(11), theme.color("text2"), align
                )
                right -= width + 16 if align == Qt.AlignmentFlag.AlignRight else 0

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        """Return what lies at a point: a step of the way up, a card, or nothing in particular."""
        for call, word, place in self.crumbs[:-1]:
            if place.contains(point):
                return Hit("", place, f"Open {word}", opens=call, at_once=True)
        return self.content.hit(point, instant)

    def sample(self, instant: Instant) -> str:
        """Return which part of the row and how many of the maps are shown, where not all are."""
        page = self.content.page(instant)
        pages = len(self.content.pages)
        parts = [f"page {self.content.pages.index(page) + 1} of {pages}"] if pages > 1 else []
        for plan in page.plans.values():
            if plan.card.kind in ("maps", "stage") and len(plan.card.shape) == 3:
                grid = plan.grid(plan.card.shape)
                if grid.count < grid.total:
                    parts.append(f"{grid.count} of {grid.total} maps shown")
                    break
        return " · ".join(parts)

    def formula(self) -> str:
        """Return a residual block in one line, "" for anything else."""
        diagram = self.placed.diagram
        sums = [card for card in diagram.cards if card.title == "+"]
        if len(sums) != 1 or not self.placed.arcs:
            return ""
        carried = "S(x)" if self.placed.pills else "x"
        rest = [
            self.subject.graph.node[node].operation
            for card in diagram.after(sums[0].id)
            for node in diagram.card[card].nodes
        ]
        return f"out = {rest[0]}( F(x) + {carried} )" if len(rest) == 1 else f"out = F(x) + {carried}"


def first_block(subject: Subject) -> str:
    """Return the call that is opened where nobody has chosen one: the first block of the first stage."""
    for card in subject.diagram().cards:
        if card.blocks:
            return card.blocks[0].call
    return next((card.call for card in subject.diagram().cards if card.call), "")


def paint_funnel(painter: QPainter, source: QRectF, lens: QRectF, theme: Theme, token: str) -> None:
    """Tie a lens to what it is a lens of."""
    strength = 0.10 if token != "ice" else 0.07 if theme.dark else 0.09
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(token, strength))
    corners = [
        QPointF(source.left(), source.bottom()),
        QPointF(source.right(), source.bottom()),
        QPointF(lens.right() - 4, lens.top() + 1),
        QPointF(lens.left() + 4, lens.top() + 1),
    ]
    painter.drawPolygon(QPolygonF(corners))
