"""Paints a placed diagram: its wires, its cards (kept as pictures while they stay the same) and what moves on them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from visualizer.core.timeline import Pulse, SceneState
from visualizer.ui import paint
from visualizer.ui.canvas.card_plan import MARGIN, CardPlan
from visualizer.ui.canvas.cards import CardPainter, fitting
from visualizer.ui.canvas.detail import is_far, paint_far, paint_numbers
from visualizer.ui.canvas.drawing import Instant
from visualizer.ui.canvas.edges import paint_far_wire, paint_pulse, paint_shape, paint_wire
from visualizer.ui.canvas.maps import MapCache, draw_filling
from visualizer.ui.canvas.measures import Placed
from visualizer.ui.canvas.scene import Wire, is_vector, source_of
from visualizer.ui.canvas.states import CardState, Moment, WireState, card_state, moment, wire_state
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.words import size_texts
from visualizer.ui.store import View
from visualizer.ui.theme import Theme, font

_AT_ONCE = 16  # blocks
_LARGEST_PICTURE = 4_000_000  # pixels; a card seen from nearer is painted directly


class DiagramPainter:
    """Paints one placed diagram of a subject."""

    def __init__(
        self, placed: Placed, subject: Subject, theme: Theme, maps: MapCache, dense: bool, small: bool = False
    ) -> None:
        self.small = small
        layers = [layer for card in placed.diagram.cards for layer in card.layers]
        self.frozen = small and subject.is_frozen(tuple(layers))
        self.placed, self.subject, self.theme, self.maps = placed, subject, theme, maps
        self.plans = {card.id: CardPlan(card, placed.rects[card.id], dense, small) for card in placed.diagram.cards}
        self.cards = CardPainter(subject, theme, maps)
        self._states: tuple[tuple[Moment, View], dict[str, CardState]] | None = None
        self._pictures: dict[str, tuple[tuple[CardState, float], QPixmap]] = {}

    def states(self, scene: SceneState | None, view: View) -> dict[str, CardState]:
        """Return how every card looks."""
        key = (moment(scene), view)
        if self._states is None or self._states[0] != key:
            cards = self.placed.diagram.cards
            states = {card.id: card_state(card, self.subject, scene, view) for card in cards}
            if self.frozen:
                states = {name: state._replace(frozen=True) for name, state in states.items()}
            self._states = (key, states)
        return self._states[1]

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        states = self.states(instant.scene, instant.view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for wire in self.placed.diagram.wires:
            self._wire(painter, wire, instant, states, seen)
        for link in self.placed.arcs:
            self._carried(painter, link, states)
        for name, plan in self.plans.items():
            if name in self.placed.pills:
                self.cards.pill(painter, plan, states[name])
            elif _around(plan).intersects(seen):
                self._card(painter, plan, states[name], instant, seen)

    def _wire(
        self, painter: QPainter, wire: Wire, instant: Instant, states: dict[str, CardState], seen: QRectF
    ) -> None:
        path = self.placed.lines.get((wire.source, wire.target))
        if path is None or not path.boundingRect().adjusted(-20, -24, 20, 24).intersects(seen):
            return
        state = self.wire_state(wire, instant.scene, states)
        if instant.zoom < 0.4:
            paint_far_wire(painter, path, state, self.theme)
            return
        arc = (wire.source, wire.target) in self.placed.arcs
        paint_wire(painter, path, state, self.theme, thin=self.small and not arc, ice=arc and self.frozen)
        if not self.small and not arc and self.placed.row:
            signal = bool(wire.edges) and self.subject.is_signal(source_of(wire.edges[0]))
            paint_shape(painter, path, size_texts(wire.shape, signal=signal), state, self.theme)

    def _carried(self, painter: QPainter, link: tuple[str, str], states: dict[str, CardState]) -> None:
        """Say on an arc into a sum what it carries."""
        card, source = self.placed.diagram.card, self.placed.diagram.card[link[0]]
        if card[link[1]].title != "+" or self.placed.pills & set(link):
            return
        path, face = self.placed.lines[link], font(10, 500)
        left, right = self.placed.rects[link[0]].center().x(), self.placed.rects[link[1]].center().x()
        title = "the sum" if source.kind == "sign" else source.title
        wordings = (
            f"residual: {title} is carried over unchanged",
            f"residual: {title} unchanged",
            "residual",
            "",
        )
        words = fitting(wordings, face, right - left - 96)
        if words:
            width = paint.width_of(words, face) + 16
            spot = QRectF((left + right - width) / 2, path.boundingRect().top() - 8, width, 16)
            paint.rounded(painter, spot, 8, self.theme.color("sunk" if self.small else "panel"))
            token = "ice" if states[link[1]].frozen or self.frozen else "text2"
            paint.text(painter, spot, words, face, self.theme.color(token), Qt.AlignmentFlag.AlignHCenter)

    def wire_state(self, wire: Wire, scene: SceneState | None, states: dict[str, CardState]) -> WireState:
        return wire_state(wire, self.placed.diagram, self.subject, scene, states)

    def _card(self, painter: QPainter, plan: CardPlan, state: CardState, instant: Instant, seen: QRectF) -> None:
        if is_far(plan, instant.zoom):
            paint_far(painter, plan, state, self.theme)
            return
        self._near(painter, plan, state)
        if instant.zoom > 3 and plan.rect.intersects(seen):
            for node, look, gradient, grid in self.cards.grids(plan, state):
                tensor = self.cards.shown(node, look, gradient)[0]
                if tensor is not None and "active" not in (look, gradient):
                    paint_numbers(painter, grid, tensor, seen, self.theme)

    def prepare(self, instant: Instant, scale: float) -> Iterator[None]:
        for name, state in self.states(instant.scene, instant.view).items():
            plan = self.plans[name]
            if name not in self.placed.pills and not is_far(plan, instant.zoom) and not _is_large(plan, scale):
                yield from self._maps(plan, state)
                self._picture(plan, state, scale)
                yield

    def _maps(self, plan: CardPlan, state: CardState) -> Iterator[None]:
        """Make the maps of a card with many blocks, some at a time."""
        for number, (node, look, gradient, grid) in enumerate(self.cards.grids(plan, state), 1):
            tensor, tint, _ = self.cards.shown(node, look, gradient)
            if tensor is not None and not is_vector(self.subject.shape_of(node)):
                self.maps.images(tensor, tint, grid.count)
            if number % _AT_ONCE == 0:
                yield

    def _near(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatio()
        if _is_large(plan, scale):
            self.cards.paint(painter, plan, state)
        else:
            painter.drawPixmap(_around(plan).topLeft(), self._picture(plan, state, scale))

    def _picture(self, plan: CardPlan, state: CardState, scale: float) -> QPixmap:
        kept = self._pictures.get(plan.card.id)
        if kept is None or kept[0] != (state, scale):
            kept = ((state, scale), self._painted(plan, state, scale))
            self._pictures[plan.card.id] = kept
        return kept[1]

    def _painted(self, plan: CardPlan, state: CardState, scale: float) -> QPixmap:
        around = _around(plan)
        pixmap = QPixmap(round(around.width() * scale), round(around.height() * scale))
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.translate(-around.x(), -around.y())
            self.cards.paint(painter, plan, state)
        return pixmap

    def active(self, instant: Instant) -> list[tuple[CardPlan, CardState]]:
        """Return the cards in which something is being written."""
        states = self.states(instant.scene, instant.view)
        return [(self.plans[n], s) for n, s in states.items() if "active" in (s.look, s.gradient)]

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        scene = instant.scene
        if scene is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for plan, state in self.active(instant):
            if is_far(plan, instant.zoom):
                continue
            self._filling(painter, plan, state, instant.fill)
        states = self.states(scene, instant.view)
        for pulse, wire in self._pulses(scene) if not instant.view.reduced_motion else ():
            path = self.placed.lines.get((wire.source, wire.target))
            if path is not None and not (pulse.backward and states[wire.source].gradient == "none"):
                share = self.wire_state(wire, scene, states).share
                paint_pulse(painter, path, pulse, share, self.theme)

    def _pulses(self, scene: SceneState) -> list[tuple[Pulse, Wire]]:
        found: dict[tuple[str, str], tuple[Pulse, Wire]] = {}
        for pulse in scene.pulses:
            wire = self.placed.diagram.wire_of.get(pulse.edge)
            if wire is not None:
                found[wire.source, wire.target] = (pulse, wire)
        return list(found.values())

    def _filling(self, painter: QPainter, plan: CardPlan, state: CardState, fill: float) -> None:
        if plan.card.kind == "output":
            self._filling_bars(painter, plan, fill)
            return
        node, look, gradient, block = state.node, state.look, state.gradient, -1
        for number, inside in enumerate(state.blocks):
            if "active" in (inside.look, inside.gradient):
                node, look, gradient, block = inside.node, inside.look, inside.gradient, number
        if plan.card.kind == "sign" or (plan.blocks and block < 0) or not plan.has_picture:
            return
        tensor, tint, _ = self.cards.shown(node, look, gradient)
        if tensor is None:
            return
        grid = plan.grid(self.subject.shape_of(node), block)
        if is_vector(self.subject.shape_of(node)):
            self.cards.column_cells(painter, grid, node, look, gradient, round(fill * grid.count))
        else:
            draw_filling(painter, grid, self.maps.images(tensor, tint, grid.count), self.theme, fill)

    def _filling_bars(self, painter: QPainter, plan: CardPlan, fill: float) -> None:
        recording = self.subject.recording
        if recording is None:
            return
        for number, bar in self.cards.bar_rects(plan):
            self.cards.bar(painter, bar, float(recording.probabilities[number]), number == recording.target, fill)

    def moving(self, instant: Instant) -> list[QRectF]:
        scene = instant.scene
        if scene is None:
            return []
        rects = [plan.rect for plan, _ in self.active(instant)]
        for _, wire in self._pulses(scene):
            path = self.placed.lines.get((wire.source, wire.target))
            if path is not None:
                rects.append(path.boundingRect().adjusted(-16, -16, 16, 16))
        return rects

    def plan_at(self, point: QPointF) -> CardPlan | None:
        card = self.placed.card_at(point)
        return self.plans[card.id] if card is not None else None

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        """Return the cards as rectangles with the colour of their state."""
        states = self.states(instant.scene, instant.view)
        tokens = {"done": "text3", "dim": "line2", "idle": "line2", "active": "accent"}
        return [
            (plan.rect, "grad" if states[name].gradient == "active" else tokens[states[name].look])
            for name, plan in self.plans.items()
        ]


def _around(plan: CardPlan) -> QRectF:
    """Return the card with its glow."""
    return plan.rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def _is_large(plan: CardPlan, scale: float) -> bool:
    """Return whether a card is seen from so near that no picture of it is kept."""
    around = _around(plan)
    return bool(around.width() * around.height() * scale * scale > _LARGEST_PICTURE)
