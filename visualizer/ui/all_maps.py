"""The filters and feature maps of all layers of a convolutional network at a glance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QToolTip, QWidget

from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Node
from visualizer.core.numbers import rounded, shape_text
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.canvas.maps import MapCache, Tint
from visualizer.ui.context import Context
from visualizer.ui.overlay import Overlay
from visualizer.ui.theme import font
from visualizer.ui.widgets.map_view import ARROWS

_NAMES = 132.0
_SIDES = (88.0, 72.0, 56.0, 40.0)
"""Of a map, the largest with which all layers are seen without scrolling, or else the smallest."""
_KERNEL = 0.64  # of the side of a map
_GAP = 6.0
_MOST = 64
_SHOWN = ("conv", "max_pool", "avg_pool", "adaptive")


@dataclass(frozen=True)
class Tile:
    """One channel of a layer: where its map lies, and where the kernel that makes it (none without kernels)."""

    node: str
    channel: int
    map: QRectF
    kernel: QRectF | None

    @property
    def rect(self) -> QRectF:
        return self.map if self.kernel is None else self.map | self.kernel


class AllMaps(Overlay):
    """Input, convolutions and poolings from top to bottom; a click or Enter selects a channel."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(context, "Filters and feature maps of all layers", parent)
        title = QLabel("Filters and feature maps of all layers")
        title.setFont(font(14, 600))
        self.hint = QLabel(objectName="quiet")
        self.hint.setFont(font(11))
        self.page = Page(context)
        self.page.picked.connect(self._pick)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.page)
        for plain in (self._scroll, self._scroll.viewport(), self.page):
            plain.setAutoFillBackground(False)
        for widget in (title, self.hint):
            self.body.addWidget(widget)
        self.body.addWidget(self._scroll, 1)
        context.player.recording_changed.connect(lambda _: self._refresh() if self.isVisible() else None)

    def panel_area(self) -> QRect:
        width, height = min(self.width() - 64, 1180), self.height() - 64
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def open(self) -> None:
        self._refresh()
        super().open()

    def _refresh(self) -> None:
        recording = self.context.player.recording
        self.page.show_recording(recording)
        has_maps = bool(self.page.tiles)
        sample = "" if recording is None else f"Sample {recording.sample}. " if recording.sample >= 0 else "Your own. "
        words = (
            "Above each map the kernel that makes it, as it reads one input channel. Click a channel to look into it."
        )
        self.hint.setText(f"{sample}{words}" if has_maps else "This network has no feature maps: choose LeNet-5.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is not None:
            tile = self.page.move(direction)
            if tile is not None:
                announce(self, self.page.text_of(tile))
                centre = tile.rect.center()
                self._scroll.ensureVisible(round(centre.x()), round(centre.y()), 40, 80)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.page.current is not None:
            self._pick(self.page.current)
        else:
            super().keyPressEvent(event)

    def _pick(self, tile: Tile) -> None:
        self.dismiss()
        self.context.store.look(page="network", selected=tile.node, channel=tile.channel, element=())


class Page(QWidget):
    """Paints the tiles of all layers, only those that are to be seen."""

    picked = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._recording: Recording | None = None
        self._layers: list[tuple[Node, float]] = []
        self._cache: tuple[str, MapCache] = ("", MapCache(context.theme))
        self.tiles: list[Tile] = []
        self.current: Tile | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Channels of all layers")

    def show_recording(self, recording: Recording | None) -> None:
        self._recording, self._cache = recording, ("", self._cache[1])
        self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _lay_out(self) -> None:
        chosen = None if self.current is None else (self.current.node, self.current.channel)
        room = self.parentWidget().height() if self.parentWidget() is not None else 0
        tall = next((tall for side in _SIDES if (tall := self._place(side)) <= room), 0.0) or self._place(_SIDES[-1])
        self.current = next((tile for tile in self.tiles if (tile.node, tile.channel) == chosen), None)
        self.setMinimumHeight(round(tall))

    def _place(self, side: float) -> float:
        """Place all tiles with maps of this side, and return how tall that is."""
        self.tiles, self._layers, top = [], [], 4.0
        for node in _layers(self._recording) if self._recording is not None else ():
            count, has_kernels = len(self._view(node).values), self._kernels(node) is not None
            tiles = _tiles(node, count, has_kernels, QPointF(_NAMES, top), self.width() - _NAMES, side)
            self._layers.append((node, top))
            self.tiles += tiles
            top = max(tiles[-1].rect.bottom(), top + 44) + 18
        return top

    def _view(self, node: Node) -> TensorView:
        assert self._recording is not None
        return self._recording.activations[node.id]

    def _kernels(self, node: Node) -> TensorView | None:
        assert self._recording is not None
        views = (self._recording.parameters.get(name) for name in node.parameters)
        return next((view for view in views if view is not None and view.values.ndim == 4), None)

    def _read_channel(self, kernels: TensorView) -> int:
        """Return the input channel whose weights are the largest: the one that is shown."""
        return int(np.abs(np.nan_to_num(kernels.values)).sum(axis=(0, 2, 3)).argmax())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, seen = self._context.theme, QRectF(event.rect())
        if self._cache[0] != theme.name:
            self._cache = (theme.name, MapCache(theme))
        with QPainter(self) as painter:
            for node, top in self._layers:
                tiles = [tile for tile in self.tiles if tile.node == node.id]
                if tiles and (tiles[0].rect | tiles[-1].rect).adjusted(-_NAMES, 0, 0, 24).intersects(seen):
                    self._paint_names(painter, node, top)
                    self._paint_tiles(painter, node, tiles)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.current is not None:
                paint.rounded(painter, self.current.rect.adjusted(-3, -3, 3, 3), 4, None, theme.color("accent"), 2)

    def _paint_names(self, painter: QPainter, node: Node, top: float) -> None:
        theme, kernels, shape = self._context.theme, self._kernels(node), self._view(node).shape
        lines = [shape_text(shape)]
        if shape[0] > _MOST or self._view(node).note:
            lines.append(f"first {min(len(self._view(node).values), _MOST)} of {shape[0]}")
        if kernels is not None and kernels.shape[1] > 1:
            lines.append(f"reading input {self._read_channel(kernels)} of {kernels.shape[1]}")
        paint.text(painter, QRectF(0, top, _NAMES - 8, 16), node.id, font(12, 600), theme.color("text"))
        for number, words in enumerate(lines):
            line = QRectF(0, top + 18 + 15 * number, _NAMES - 8, 14)
            paint.text(painter, line, words, font(11), theme.color("text2"))

    def _paint_tiles(self, painter: QPainter, node: Node, tiles: list[Tile]) -> None:
        view, kernels = self._view(node), self._kernels(node)
        tint: Tint = "picture" if node.kind == "input" and view.minimum >= 0 else "value"
        images = self._cache[1].images(view, tint, len(tiles))
        filters = self._filters(kernels) if kernels is not None else []
        for tile, image in zip(tiles, images, strict=False):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > tile.map.width())
            painter.drawImage(tile.map, image)
            if tile.kernel is not None and tile.channel < len(filters):
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
                painter.drawImage(tile.kernel, filters[tile.channel])

    def _filters(self, kernels: TensorView) -> list[QImage]:
        limit = float(np.abs(np.nan_to_num(kernels.values)).max()) or 1.0
        shown = np.ascontiguousarray(kernels.values[:_MOST, self._read_channel(kernels)])
        return [paint.image(kernel, self._context.theme, "signed", -limit, limit) for kernel in shown]

    def text_of(self, tile: Tile) -> str:
        assert self._recording is not None
        values = self._recording.activations[tile.node].values[tile.channel]
        spans = f"{rounded(float(values.min()), 3)} to {rounded(float(values.max()), 3)}"
        return f"{tile.node}, channel {tile.channel}: {spans}"

    def at(self, point: QPointF) -> Tile | None:
        return next((tile for tile in self.tiles if tile.rect.contains(point)), None)

    def move(self, direction: tuple[int, int]) -> Tile | None:
        """Go to the nearest tile above, below or beside the current one, at first to the first."""
        self.current = _neighbour(self.tiles, self.current, direction)
        self.update()
        return self.current

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        if found is not self.current:
            self.current = found
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.at(event.position())
        if found is not None:
            self.picked.emit(found)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.at(QPointF(event.pos()))
            if found is not None and self._recording is not None:
                QToolTip.showText(event.globalPos(), self.text_of(found), self, found.rect.toAlignedRect())
            return True
        return super().event(event)


def _layers(recording: Recording) -> list[Node]:
    """Return what has feature maps of its own: the input, convolutions and poolings."""
    return [
        node
        for node in recording.graph.nodes
        if (node.kind == "input" or node.operation.startswith(_SHOWN))
        and (view := recording.activations.get(node.id)) is not None
        and view.values.ndim == 3
        and view.values.size
    ]


def _tiles(node: Node, count: int, has_kernels: bool, corner: QPointF, width: float, side: float) -> list[Tile]:
    """Return the channels of a layer row by row, each below its kernel, from a corner on."""
    across = max(int((width + _GAP) // (side + _GAP)), 1)
    small = _KERNEL * side if has_kernels else 0.0
    above = small + 3 if has_kernels else 0.0
    tiles = []
    for channel in range(min(count, _MOST)):
        row, column = divmod(channel, across)
        x, y = corner.x() + column * (side + _GAP), corner.y() + row * (above + side + _GAP + 4)
        kernel = QRectF(x + (side - small) / 2, y, small, small) if has_kernels else None
        tiles.append(Tile(node.id, channel, QRectF(x, y + above, side, side), kernel))
    return tiles


def _neighbour(tiles: list[Tile], current: Tile | None, direction: tuple[int, int]) -> Tile | None:
    if current is None or not tiles:
        return tiles[0] if tiles else None
    if direction[1]:
        return tiles[min(max(tiles.index(current) + direction[1], 0), len(tiles) - 1)]
    here = current.map.center()
    beyond = [tile for tile in tiles if direction[0] * (tile.map.center().y() - here.y()) > 1]

    def away(tile: Tile) -> tuple[float, float]:
        step = tile.map.center() - here
        return abs(step.y()), abs(step.x())

    return min(beyond, key=away, default=current)
