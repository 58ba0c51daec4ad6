"""Paints one layer card: its ground, its words and its maps, in every state it can be in."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from visualizer.core.frames import TensorView
from visualizer.core.topics.pictures import OWN
from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.card_plan import CardPlan
from visualizer.ui.canvas.halo import glow
from visualizer.ui.canvas.maps import Grid, MapCache, Tint, color_picture, draw_cells, draw_maps
from visualizer.ui.canvas.measures import LONGEST_NAME
from visualizer.ui.canvas.output_rows import paint_rows
from visualizer.ui.canvas.output_steps import paint_steps, step_answers
from visualizer.ui.canvas.scene import Shape, is_vector
from visualizer.ui.canvas.seen import InputPicture
from visualizer.ui.canvas.states import BlockState, CardState, Gradient, Look
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.theme import LAYER_RADIUS, Theme, font

DIM = 0.42
_GREY = 0.6


class CardPainter:
    """Paints cards of one subject in one theme."""

    def __init__(self, subject: Subject, theme: Theme, maps: MapCache) -> None:
        self.subject, self.theme, self.maps = subject, theme, maps

    def paint(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        """Paint all of a card that does not move."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, plan, state)
        kind = plan.card.kind
        if kind == "sign":
            self._sign(painter, plan, state)
        elif plan.small:
            self._small(painter, plan, state)
        elif kind == "output":
            self._words(painter, plan, state)
            self._probabilities(painter, plan, state)
        elif kind == "input":
            self._input(painter, plan, state)
        elif kind == "column":
            self._column(painter, plan, state)
        else:
            self._words(painter, plan, state)
            self._maps(painter, plan, state)
        self._badges(painter, plan, state)

    def _ground(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        theme, rect, radius = self.theme, plan.rect, min(LAYER_RADIUS, plan.rect.width() / 2)
        active = "active" in (state.look, state.gradient)
        if active:
            token = "grad" if state.gradient else "accent"
            glow(painter, rect, radius, theme.color(token), strength=1.0 if theme.dark else 0.62)
            paint.rounded(painter, rect, radius, theme.mix("raised", token, 0.08), theme.color(token), 2)
        elif plan.card.error:
            paint.rounded(painter, rect, radius, theme.mix("raised", "err", 0.08), theme.color("err"), 2)
        elif state.look == "dim":
            paint.rounded(painter, rect, radius, theme.color("raised", 0.45))
            dotted(painter, rect, radius, theme.color("line2", 0.7))
        else:
            paint.rounded(painter, rect, radius, theme.color("raised"), theme.color("line"))
        if state.frozen and not plan.small:
            paint.hatch(painter, rect, radius, theme.color("ice", 0.13 if theme.dark else 0.16))
        if state.frozen and not active:
            edge = theme.color("ice", 0.45 if plan.small else 0.85)
            paint.rounded(painter, rect, radius, None, edge, 1 if plan.small else 1.5)
        if state.selected:
            ring = rect.adjusted(-4, -4, 4, 4)
            paint.rounded(painter, ring, radius + 4, None, theme.color("accent"), 2)

    def _words(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        rect, theme, dim = plan.rect, self.theme, state.look == "dim"
        width = rect.width() - 18
        title = QRectF(rect.x() + 10, rect.y() + (7 if plan.has_fact else 3), width, 18)
        name = plan.card.title
        if paint.width_of(name, plan.title_font) > width:
            title = title.adjusted(-4, 0, 4, 0)
            first = self.subject.graph.node[plan.card.output]
            short = words.short_operation(first) if name == words.operation_title(first) else name
            name = fitting((name, short), plan.title_font, title.width()) or name
        paint.text(painter, title, name, plan.title_font, theme.color("text2" if dim else "text"))
        if plan.has_fact:
            color = "err" if plan.card.error else "text3" if dim else "text2"
            fact = fitting(state.facts, font(10), width)
            paint.text(painter, QRectF(rect.x() + 10, rect.y() + 24, width, 14), fact, font(10), theme.color(color))
        if plan.has_footnote:
            note = fitting(self._footnote(state, self.subject.shape_of(state.node)), font(10), width)
            below = QRectF(rect.x() + 10, rect.bottom() - 24, width, 14)
            paint.text(painter, below, note, font(10), theme.color("text2"))

    def _footnote(self, state: CardState, shape: Shape) -> tuple[str, ...]:
        if self.subject.is_signal(state.node):
            return (f"{shape[0]} channels → · {shape[1]} positions ↓", "channels →, positions ↓", "")
        if len(shape) == 2:
            return (f"{shape[0]} steps → · {shape[1]} features ↓", "steps →, features ↓", "")
        count = f"{shape[0]} maps" if len(shape) > 2 else "1 map"
        tensor = self.subject.activation(state.node)
        signed = tensor is not None and tensor.minimum < 0
        return (f"{count}, signed", count, "") if signed else (count, "")

    def _maps(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        for area, block in zip(plan.blocks, state.blocks, strict=True):
            self._block_ground(painter, area, block, state)
        for node, look, gradient, grid in self.grids(plan, state):
            self.tensor(painter, grid, node, look, gradient)

    def grids(self, plan: CardPlan, state: CardState) -> list[tuple[str, Look, Gradient, Grid]]:
        """Return the nodes whose values are seen in a card, how far they are, and where."""
        if plan.card.kind in ("sign", "output") or plan.card.error:
            return []
        if not plan.blocks:
            grid = plan.grid(self.subject.shape_of(state.node))
            return [(state.node, state.look, state.gradient, grid)]
        return [
            (block.node, block.look, block.gradient, plan.grid(self.subject.shape_of(block.node), number))
            for number, block in enumerate(state.blocks)
        ]

    def _block_ground(self, painter: QPainter, area: QRectF, block: BlockState, state: CardState) -> None:
        theme, radius = self.theme, min(6.0, area.width() / 5)
        if "active" in (block.look, block.gradient):
            token = "grad" if block.gradient else "accent"
            paint.rounded(painter, area, radius, theme.color("panel"), theme.color(token), 1.5)
        elif block.look == "dim":
            if state.look != "dim":
                paint.rounded(painter, area, radius, theme.color("panel"))
            dotted(painter, area, radius, theme.color("line2", 0.55))
        else:
            paint.rounded(painter, area, radius, theme.color("panel"), theme.color("line"))
        if block.frozen and not state.frozen:
            paint.hatch(painter, area, radius, theme.color("ice", 0.13))
            paint.rounded(painter, area, radius, None, theme.color("ice", 0.6))
        if block.opened:
            edge = theme.color("ice" if block.frozen else "text3", 0.95)
            paint.rounded(painter, area, radius, None, edge, 1.5)

    def tensor(self, painter: QPainter, grid: Grid, node: str, look: Look, gradient: Gradient) -> None:
        """Paint the maps of a tensor as far as they do not move: those being written are left as empty cells."""
        tensor = self.subject.activation(node)
        if is_vector(self.subject.shape_of(node)):
            self._cells(painter, grid, node, look, gradient)
            return
        if tensor is None or look == "idle":
            draw_cells(painter, grid, self.theme)
            return
        if "active" in (look, gradient):
            if gradient:
                draw_maps(painter, grid, self.maps.images(tensor, "grey", grid.count), opacity=_GREY / 2)
            else:
                draw_cells(painter, grid, self.theme)
            return
        shown, tint, opacity = self.shown(node, look, gradient)
        if shown is not None:
            draw_maps(painter, grid, self.maps.images(shown, tint, grid.count), opacity=opacity)

    def shown(self, node: str, look: Look, gradient: Gradient) -> tuple[TensorView | None, Tint, float]:
        """Return which tensor of a node is shown, how it is coloured and how strongly."""
        slope = self.subject.gradient(node)
        if gradient in ("active", "done") and slope is not None:
            return slope, "gradient", 1.0
        activation = self.subject.activation(node)
        if gradient:
            return activation, "grey", _GREY
        is_input = self.subject.graph.node[node].kind == "input"
        is_picture = is_input and activation is not None and activation.minimum >= 0 and len(activation.shape) == 3
        return activation, "picture" if is_picture else "value", DIM if look == "dim" else 1.0

    def _input(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        rect, theme = plan.rect, self.theme
        title = QRectF(rect.x() + 8, rect.y() + 6, rect.width() - 12, 18)
        paint.text(painter, title, plan.card.title, plan.title_font, theme.color("text"))
        tensor, shape = self.subject.activation(plan.card.output), plan.card.shape
        positive, grid = self._input_grid(plan)
        if tensor is None:
            draw_cells(painter, grid, theme)
        elif positive and shape[0] == 3:
            draw_maps(painter, grid, [color_picture(tensor)])
        else:
            tint: Tint = "picture" if positive and shape[0] == 1 else "value"
            draw_maps(painter, grid, self.maps.images(tensor, tint, grid.count))
        recording = self.subject.recording
        if recording is not None and 0 <= recording.target < len(self.subject.classes):
            name = self.subject.classes[recording.target]
            width = rect.width() - 12
            own = recording.sample == OWN
            wordings = (f"your own, “{name}”", "your own") if own else (f"label “{name}”", f"“{name}”")
            label = fitting((*wordings, name), font(10), width)
            below = QRectF(rect.x() + 8, rect.bottom() - 15, width, 12)
            paint.text(painter, below, label or name, font(10), theme.color("text2"))

    def _input_grid(self, plan: CardPlan) -> tuple[bool, Grid]:
        """Return whether the input is a picture of values from 0 on, and where its maps go, coloured ones as one."""
        tensor, shape = self.subject.activation(plan.card.output), plan.card.shape
        positive = tensor is not None and tensor.minimum >= 0 and len(shape) == 3
        return positive, plan.grid((1, *shape[1:]) if positive and shape[0] == 3 else shape)

    def input_pictures(self, plan: CardPlan) -> list[InputPicture]:
        """Return where a card shows the input as a picture."""
        if plan.card.kind != "input" or plan.small or len(plan.card.shape) != 3:
            return []
        return pictures_in(self._input_grid(plan)[1])

    def _small(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        """Paint an operation inside a lens: its name, some maps, and what it does."""
        rect, theme, middle = plan.rect, self.theme, Qt.AlignmentFlag.AlignHCenter
        first = self.subject.graph.node[plan.card.output]
        parts = plan.card.title.split()
        ends = [" ".join(parts[start:]) for start in range(1, len(parts))]
        shorter = ends if plan.card.call or plan.card.title == "x" else [words.short_operation(first)]
        tries = [(plan.card.title, font(size, 600)) for size in (11, 10)] + [(end, font(10, 600)) for end in shorter]
        name, face = next((t for t in tries if paint.width_of(*t) <= rect.width() - 6), tries[-1])
        line = QRectF(rect.x() + 2, rect.y() + (3 if plan.dense else 5), rect.width() - 4, 14)
        paint.text(painter, line, name, face, theme.color("text"), middle)
        if plan.has_picture:
            self.tensor(painter, plan.grid(self.subject.shape_of(state.node)), state.node, state.look, state.gradient)
        if plan.has_footnote:
            note = fitting((plan.card.footnote, ""), font(10), rect.width() - 4)
            below = QRectF(rect.x() + 2, rect.bottom() - 19, rect.width() - 4, 14)
            paint.text(painter, below, note, font(10), theme.color("text2"), middle)

    def pill(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        """Paint a card that rides on an arc: its name only."""
        active = "active" in (state.look, state.gradient)
        token = "accent" if active or state.selected else "ice" if state.frozen else "line2"
        paint.rounded(painter, plan.rect, 10, self.theme.color("raised"), self.theme.color(token), 1.5)
        words = plan.rect.adjusted(6, 0, -6, 0)
        color = self.theme.color("text" if active or state.selected else "text2")
        paint.text(painter, words, plan.card.title, font(10, 500), color, Qt.AlignmentFlag.AlignHCenter)

    def _column(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        rect, theme = plan.rect, self.theme
        above = QRectF(rect.center().x() - LONGEST_NAME / 2, rect.y() - 18, LONGEST_NAME, 14)
        color = theme.color("text2" if state.look == "dim" else "text")
        paint.text(painter, above, plan.card.title, font(10, 600), color, Qt.AlignmentFlag.AlignHCenter)
        self._cells(painter, plan.grid(self.subject.shape_of(state.node)), state.node, state.look, state.gradient)

    def _cells(self, painter: QPainter, grid: Grid, node: str, look: Look, gradient: Gradient) -> None:
        if "active" in (look, gradient) or look == "idle":
            draw_cells(painter, grid, self.theme)
        else:
            self.column_cells(painter, grid, node, look, gradient, grid.count)

    def column_cells(
        self, painter: QPainter, grid: Grid, node: str, look: Look, gradient: Gradient, count: int
    ) -> None:
        """Paint the first `count` values of a vector as cells."""
        tensor, tint, _opacity = self.shown(node, look, gradient)
        if tensor is None:
            return
        values = tensor.values.reshape(-1)
        largest = float(abs(values).max()) or 1.0
        tokens = {"gradient": ("grad_pos", "grad_neg"), "grey": ("text3", "text3")}.get(tint, ("pos", "neg"))
        strength = 0.42 if look == "dim" else 0.85
        for number in range(min(count, grid.count)):
            value = float(values[number])
            color = self.theme.mix("panel", tokens[value < 0], 0.06 + strength * abs(value) / largest)
            paint.rounded(painter, grid.cell(number), min(2, grid.height / 3), color)

    def _sign(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        rect, theme = plan.rect, self.theme
        line = "accent" if "active" in (state.look, state.gradient) else "line2" if state.look == "dim" else "text2"
        paint.rounded(painter, rect, rect.width() / 2, theme.color("raised"), theme.color(line), 1.5)
        if plan.card.title == "+":
            arm = rect.width() * 0.19
            painter.setPen(QPen(theme.color("text"), 1.8))
            center = rect.center()
            painter.drawLine(QPointF(center.x() - arm, center.y()), QPointF(center.x() + arm, center.y()))
            painter.drawLine(QPointF(center.x(), center.y() - arm), QPointF(center.x(), center.y() + arm))
        else:
            paint.text(
                painter, rect, plan.card.title, font(13, 600), theme.color("text"), Qt.AlignmentFlag.AlignHCenter
            )

    def _probabilities(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        recording, theme = self.subject.recording, self.theme
        if recording is not None and not len(recording.probabilities):
            answers = step_answers(self.subject)
            if answers is None:
                paint_rows(painter, plan.rect.adjusted(10, plan.header + 2, -10, -6), self.subject, theme)
            else:
                paint_steps(painter, plan.picture, answers, theme, recording.loss)
            return
        for number, bar in self.bar_rects(plan):
            target = recording is not None and number == recording.target
            name = QRectF(plan.rect.x() + 10, bar.center().y() - 8, bar.x() - plan.rect.x() - 14, 16)
            color = theme.color("text" if target else "text2")
            paint.text(painter, name, self.subject.classes[number], font(10, 600 if target else 400), color)
            paint.rounded(painter, bar, 3, theme.color("line2", 0.22))
            if recording is not None and state.look != "active":
                self.bar(painter, bar, float(recording.probabilities[number]), target)

    def bar_rects(self, plan: CardPlan) -> list[tuple[int, QRectF]]:
        """Return the bars by class: all in their order or, where not all have room, the most probable first.

        There are none where the answer is not one class.
        """
        recording, classes = self.subject.recording, self.subject.classes
        if recording is not None and not len(recording.probabilities):
            return []
        probabilities = [] if recording is None else [float(p) for p in recording.probabilities]
        area = plan.rect.adjusted(10, plan.header + 2, -10, -6)
        room = max(int(area.height() // 12), 1)
        order = list(range(len(classes)))
        if len(order) > room:
            order.sort(key=lambda number: -probabilities[number] if probabilities else number)
            order = order[: min(room, 5)]
        height = min(area.height() / max(len(order), 1), 20.0)
        names = max((paint.width_of(classes[number], font(10, 600)) for number in order), default=0.0)
        left = min(names, area.width() * 0.6) + 6
        return [
            (n, QRectF(area.x() + left, area.y() + (row + 0.5) * height - 3, area.width() - left, 6))
            for row, n in enumerate(order)
        ]

    def bar(self, painter: QPainter, bar: QRectF, probability: float, target: bool, fill: float = 1.0) -> None:
        color = self.theme.mix("raised", "accent", 0.75) if target else self.theme.color("line2", 0.8)
        length = max(bar.width() * probability * fill, 4.0)
        paint.rounded(painter, QRectF(bar.x(), bar.y(), length, bar.height()), 3, color)

    def _badges(self, painter: QPainter, plan: CardPlan, state: CardState) -> None:
        theme, rect = self.theme, plan.rect
        if plan.card.error:
            spot = QRectF(rect.right() - 24, rect.top() - 10, 20, 20)
            paint.rounded(painter, spot, 10, theme.color("err"))
            paint.text(painter, spot, "!", font(11, 700), theme.color("panel"), Qt.AlignmentFlag.AlignHCenter)
        elif state.frozen and not plan.small:
            badge(painter, plan.switch.topRight(), theme, state.verified and rect.width() >= 60)


def badge(painter: QPainter, corner: QPointF, theme: Theme, verified: bool) -> None:
    """Paint the snowflake whose right end is at `corner`; the tick only where the weights were seen not to move."""
    width = 40 if verified else 24
    spot = QRectF(corner.x() - width, corner.y(), width, 20)
    paint.rounded(painter, spot, 10, theme.mix("panel", "ice", 0.16), theme.color("ice", 0.9))
    painter.drawPixmap(QPointF(spot.x() + 5, spot.y() + 3), paint.icon_pixmap("snow", theme.hex("ice"), 14))
    if verified:
        painter.drawPixmap(QPointF(spot.x() + 21, spot.y() + 3), paint.icon_pixmap("check", theme.hex("ice"), 14))


def switch(painter: QPainter, spot: QRectF, theme: Theme, *, hovered: bool) -> None:
    """Paint the switch that would freeze a card."""
    token = "ice" if hovered else "text2"
    paint.rounded(painter, spot, 10, theme.color("hover"), theme.color("ice" if hovered else "line2"))
    painter.drawPixmap(QPointF(spot.x() + 5, spot.y() + 3), paint.icon_pixmap("snow", theme.hex(token), 14))


def dotted(painter: QPainter, rect: QRectF, radius: float, color: QColor) -> None:
    paint.rounded(painter, rect, radius, None, color, 1, Qt.PenStyle.DotLine)


def fitting(wordings: tuple[str, ...], face: QFont, width: float) -> str:
    """Return the first wording, from the longest on, that has room."""
    return next((text for text in wordings if paint.width_of(text, face) <= width), "")


def pictures_in(grid: Grid) -> list[InputPicture]:
    """Return the maps of an input as pictures, each of a channel of its own where there are several."""
    return [InputPicture(grid.cell(number), number if grid.count > 1 else None) for number in range(grid.count)]
