"""The right lens: the layer that is running, or the selected one, large and with its facts."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from visualizer.core.frames import Array, TensorView
from visualizer.core.graph import Node
from visualizer.core.numbers import cell, rounded, shape_text, whole
from visualizer.core.timeline import SceneState
from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.cards import CardPainter, fitting, pictures_in
from visualizer.ui.canvas.drawing import Hit, Instant
from visualizer.ui.canvas.edges import paint_wire
from visualizer.ui.canvas.halo import glow
from visualizer.ui.canvas.maps import (
    Grid,
    MapCache,
    Tint,
    best_grid,
    draw_cells,
    draw_filling,
    draw_maps,
    element,
    flat_element,
)
from visualizer.ui.canvas.picking import value_hit
from visualizer.ui.canvas.scene import Shape, is_vector
from visualizer.ui.canvas.seen import InputPicture
from visualizer.ui.canvas.states import WireState
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import View
from visualizer.ui.theme import LAYER_RADIUS, Theme, font

_FACTS_WIDTH = 116.0
_WIDE = 800.0
_NUMBER_CELL = (3, 5)  # height to width of a cell with a number


class RunningLens:
    """All maps of one node, filling while it runs."""

    def __init__(self, rect: QRectF, subject: Subject, theme: Theme, maps: MapCache) -> None:
        self.rect, self.subject, self.theme, self.maps = rect, subject, theme, maps
        self.cards = CardPainter(subject, theme, maps)

    def node(self, scene: SceneState | None, view: View) -> str:
        """Return the node that is shown: the running one, else the selected one, else where the pass stands."""
        graph, timeline = self.subject.graph, self.subject.timeline
        if scene is not None and scene.active and graph.node[scene.active].call != "loss":
            return scene.active
        if view.selected in graph.node and graph.node[view.selected].call != "loss":
            return view.selected
        if scene is None or timeline is None:
            return next(node.id for node in graph.nodes if node.kind != "input" or len(graph.nodes) == 1)
        if scene.phase in ("loss", "update") and graph.outputs and graph.outputs[0] in graph.node:
            return graph.outputs[0]
        return timeline.forward_order[0] if timeline.forward_order else graph.nodes[0].id

    def is_running(self, scene: SceneState | None, node: str) -> bool:
        return scene is not None and scene.active == node

    def is_filling(self, scene: SceneState | None, node: str) -> bool:
        """Return whether values appear one after the other: those of an input are there from the beginning."""
        return self.is_running(scene, node) and self.subject.graph.node[node].kind != "input"

    def token(self, scene: SceneState | None) -> str:
        """Return the colour of what is running."""
        return "grad" if scene is not None and scene.phase == "backward" else "accent"

    def shape(self, node: str) -> Shape:
        return self.subject.shape_of(node)

    @property
    def room(self) -> QRectF:
        """What lies below the title and left of the facts."""
        return self.rect.adjusted(12, 34, -_FACTS_WIDTH - 26, -12)

    def area(self, node: str) -> QRectF:
        """Return where the maps go; what the layer reads lies to the left of them where there is room for both."""
        room = self.room
        return room.adjusted(room.width() / 2 + 24, 0, 0, 0) if self.shows_reads(node) else room

    def shows_reads(self, node: str) -> bool:
        return self.rect.width() > _WIDE and bool(self.subject.graph.incoming[node])

    def grid(self, node: str) -> Grid:
        """Return where the maps go, or the cells of a vector."""
        return self._grid(node, self.area(node))

    def _grid(self, node: str, area: QRectF) -> Grid:
        shape = self.shape(node)
        found = best_grid(area, (math.prod(shape), *_NUMBER_CELL) if is_vector(shape) else shape)
        left = area.x() if self.subject.graph.incoming[node] else found.x
        return Grid(left, found.y, found.width, found.height, found.columns, found.count, found.total)

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        node, theme, rect = self.node(instant.scene, instant.view), self.theme, self.rect
        running = self.is_running(instant.scene, node)
        token = self.token(instant.scene)
        paint.rounded(painter, rect, LAYER_RADIUS, theme.color("sunk"))
        if running:
            glow(painter, rect, LAYER_RADIUS, theme.color(token), 14, 0.55 if theme.dark else 0.34)
        edge = theme.color(token if running else "line")
        paint.rounded(painter, rect, LAYER_RADIUS, None, edge, 1.5 if running else 1)
        chip = self._chip(painter, instant, running, node)
        title = fitting(self._titles(node), font(12, 600), chip - rect.x() - 24)
        paint.text(painter, QRectF(rect.x() + 12, rect.y() + 8, chip - rect.x() - 24, 18), title, font(12, 600),
                   theme.color("text"))  # fmt: skip
        if self.shows_reads(node):
            self._reads(painter, node, instant.scene)
        grid = self.grid(node)
        if self.is_filling(instant.scene, node):
            draw_cells(painter, grid, theme)
        else:
            self._values(painter, grid, node, instant.scene, 1.0)
            self._facts(painter, node, grid, grid.count)

    def _reads(self, painter: QPainter, node: str, scene: SceneState | None) -> None:
        """Paint what the layer reads, and the way into it."""
        source, grid = self._read_grid(node)
        area = self.area(node)
        self._values(painter, grid, source, scene, 1.0)
        start = max(grid.bounds.right() + 12, area.left() - 60)
        path = QPainterPath(QPointF(start, area.center().y()))
        path.lineTo(area.left() - 10, area.center().y())
        paint_wire(painter, path, WireState("done"), self.theme)

    def _read_grid(self, node: str) -> tuple[str, Grid]:
        """Return what the layer reads, and where its maps go."""
        source = self.subject.graph.incoming[node][0].source
        return source, self._grid(source, self.area(node)).moved(self.rect.x() + 12)

    def input_pictures(self, instant: Instant) -> list[InputPicture]:
        """Return where the input is to be seen, as what is shown or what it is made of."""
        node = self.node(instant.scene, instant.view)
        shown = [(node, self.grid(node)), *([self._read_grid(node)] if self.shows_reads(node) else [])]
        pictures = [
            grid for name, grid in shown if self.subject.graph.node[name].kind == "input" and len(self.shape(name)) == 3
        ]
        return [place for grid in pictures for place in pictures_in(grid)]

    def _titles(self, node: str) -> tuple[str, ...]:
        place = words.place(self.subject.graph, node)
        short = place.split(" · ")
        return (place, *(" · ".join(short[start:]) for start in range(1, len(short))), short[-1])

    def _chip(self, painter: QPainter, instant: Instant, running: bool, node: str) -> float:
        """Paint what this layer is to us, and return where it begins."""
        theme, face = self.theme, font(10, 600)
        chosen = instant.view.selected == node
        word = ("gradient" if self.token(instant.scene) == "grad" else "running") if running else "selected" * chosen
        if not word:
            return self.rect.right()
        width = paint.width_of(word, face) + 20
        spot = QRectF(self.rect.right() - 12 - width, self.rect.y() + 8, width, 18)
        if running:
            paint.rounded(painter, spot, 9, theme.color(self.token(instant.scene)))
        else:
            paint.rounded(painter, spot, 9, None, theme.color("accent"), 1.5)
        color = theme.color("on_accent" if running else "accent")
        paint.text(painter, spot, word, face, color, Qt.AlignmentFlag.AlignHCenter)
        return spot.left()

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        scene = instant.scene
        node = self.node(scene, instant.view)
        if not self.is_filling(scene, node):
            return
        grid = self.grid(node)
        self._values(painter, grid, node, scene, instant.fill)
        self._facts(painter, node, grid, min(int(instant.fill * grid.count) + 1, grid.count))

    def _shown(self, node: str, scene: SceneState | None) -> tuple[TensorView | None, Tint, float]:
        """Return the activation, or in the backward pass the gradient once it is there."""
        timeline = self.subject.timeline
        if scene is None or timeline is None or scene.phase not in ("backward", "update"):
            return self.cards.shown(node, "done", "")
        arrived = timeline.gradient_phase(scene, node) in ("active", "done")
        return self.cards.shown(node, "done", "done" if arrived else "later")

    def _values(self, painter: QPainter, grid: Grid, node: str, scene: SceneState | None, fill: float) -> None:
        tensor, tint, opacity = self._shown(node, scene)
        if tensor is None:
            draw_cells(painter, grid, self.theme)
        elif is_vector(self.shape(node)):
            self._numbers(painter, grid, tensor.values.reshape(-1), tint, round(fill * grid.count))
        elif fill >= 1:
            draw_maps(painter, grid, self.maps.images(tensor, tint, grid.count), opacity=opacity)
        else:
            draw_filling(painter, grid, self.maps.images(tensor, tint, grid.count), self.theme, fill)

    def _numbers(self, painter: QPainter, grid: Grid, values: Array, tint: str, count: int) -> None:
        largest = float(abs(values).max()) or 1.0
        tokens = {"gradient": ("grad_pos", "grad_neg"), "grey": ("text3", "text3")}.get(tint, ("pos", "neg"))
        face = font(11 if grid.width > 34 else 10, 500, tabular=True)
        for number in range(min(count, grid.count)):
            value = float(values[number])
            color = self.theme.mix("panel", tokens[value < 0], 0.05 + 0.36 * abs(value) / largest)
            paint.rounded(painter, grid.cell(number), 3, color)
            text = fitting((_number(value), cell(value)), face, grid.width - 2)
            if text and grid.height >= 13:
                paint.text(
                    painter, grid.cell(number), text, face, self.theme.color("text"), Qt.AlignmentFlag.AlignHCenter
                )

    def _facts(self, painter: QPainter, node: str, grid: Grid, done: int) -> None:
        """Write what is known of the layer, the more of it the more room there is."""
        facts = self.facts(node, grid, done)
        area = self.room
        rows = max(int(area.height() // 30), 1)
        left, step = self.rect.right() - _FACTS_WIDTH - 12, min(area.height() / min(rows, len(facts)), 44.0)
        for row, (name, wordings) in enumerate(facts[:rows]):
            top = area.y() + row * step
            paint.text(painter, QRectF(left, top, _FACTS_WIDTH, 14), name, font(10), self.theme.color("text3"))
            value = fitting(wordings, font(12, 500), _FACTS_WIDTH)
            paint.text(
                painter,
                QRectF(left, top + 13, _FACTS_WIDTH, 16),
                value or wordings[-1],
                font(12, 500),
                self.theme.color("text"),
            )

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        """Return the value at a point of the maps."""
        node = self.node(instant.scene, instant.view)
        place = self.grid(node).at(point.x(), point.y())
        tensor, tint, _ = self._shown(node, instant.scene)
        if place is None or tensor is None:
            return None
        shape = self.shape(node)
        index = flat_element(shape, place[0]) if is_vector(shape) else element(shape, *place)
        return value_hit(self.subject, node, index, tensor, tint, self.grid(node).cell(place[0]))

    def facts(self, node: str, grid: Grid, done: int) -> list[tuple[str, tuple[str, ...]]]:
        """Return names and values, the most telling first, each value from its longest to its shortest wording."""
        described, shape = self.subject.graph.node[node], self.shape(node)
        edges = self.subject.graph.incoming[node]
        before = self.subject.shape_of(edges[0].source) if edges else ()
        facts: list[tuple[str, tuple[str, ...]]] = [
            ("channels to the right", (str(shape[0]),))
            if (signal := self.subject.is_signal(node))
            else ("time to the right", (f"{shape[0]} steps",))
            if len(shape) == 2
            else ("value" if is_vector(shape) else "channel", (f"{done} of {grid.total}",))
        ]
        if len(shape) == 2:
            facts.append(("downwards", (f"{shape[1]} {'positions' if signal else 'features'}",)))
        if before:
            facts.append(("shape", _arrow(before, shape)))
        if kernel := words.kernel_text(described):
            stride = _first(described, "stride")
            facts.append(("kernel", (f"{kernel}, stride {stride}", kernel) if stride else (kernel,)))
        if products := _products(described):
            facts.append(("one value", (f"{whole(products)} products",)))
        elif described.parameter_count:
            facts.append(("parameters", (whole(described.parameter_count),)))
        return facts


def _number(value: float) -> str:
    """Return a number for a cell; one that two decimals would make zero keeps a digit of its own."""
    return rounded(value, 1) if value and cell(value) == "0" else cell(value)


def _arrow(before: Shape, after: Shape) -> tuple[str, ...]:
    if len(before) == 3 and len(after) == 3 and before[1:] != after[1:]:
        return (f"{shape_text(before[1:])} → {shape_text(after[1:])}", shape_text(after))
    if before == after:
        return (shape_text(after),)
    short = f"{before[0]} → {after[0]}" if after and before else shape_text(after)
    return (f"{shape_text(before)} → {shape_text(after)}", short, shape_text(after))


def _first(node: Node, name: str) -> int:
    value = node.attributes.get(name)
    return value[0] if isinstance(value, list) and value else value if isinstance(value, int) else 0


def _products(node: Node) -> int:
    """Return how many products are summed for one output value of a convolution or a linear layer."""
    if node.operation.startswith("conv"):
        kernel = node.attributes.get("kernel_size")
        size = math.prod(kernel) if isinstance(kernel, list) else 0
        return _first(node, "in_channels") * size // max(_first(node, "groups"), 1)
    return _first(node, "in_features")
