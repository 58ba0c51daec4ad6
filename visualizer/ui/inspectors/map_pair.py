"""An input map and an output map side by side, with a funnel from the patch to the pixel that it gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.pictures import Pictures, Values, square_rows
from visualizer.ui.inspectors.receptive import Patch, cells_of, patch_of
from visualizer.ui.theme import MapName, font
from visualizer.ui.widgets.map_view import Cells, MapView

_CAPTION = 18
_GAP = 32
_SIDES = ((760, 104), (960, 132))
_LARGEST_SIDE = 176
_LONGEST = 5.0  # so many times as long as wide may a value of a sequence be drawn


class MapPair(QWidget):
    """Shows one channel of a layer's output, and the channel of its input that the patch lies in."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.source = MapView(context, "Input map")
        self.output = MapView(context, "Output map")
        self.output.set_pickable(True)
        self.source_channel = 0
        self._captions: tuple[Sequence[str], Sequence[str]] = ([""], [""])
        self._over_time = False
        self._shapes: tuple[tuple[int, ...], tuple[int, ...]] = ((0, 0), (1, 1))
        for view in (self.source, self.output):
            view.setParent(self)
        self._funnel = _Funnel(context, self)

    def show_look(self, look: Look, shown: Pictures, gradient: bool) -> None:
        """Show activation or gradient of the channel looked at."""
        assert look.place is not None
        values = _folded(shown) if shown.is_vector else shown.values[look.place.channel]
        columns = values.shape[1]
        row, column = divmod(look.place.channel, columns) if shown.is_vector else look.place[1:]
        name: MapName = "gradient" if gradient else look.activation_map
        bounds = limits(values, name)
        describe = (lambda row, column: f"value {row * columns + column}") if shown.is_vector else None
        self.output.show_values(values, name, bounds, describe)
        self.output.mark(Cells(row, column))
        here = f"value {look.place.channel}" if shown.is_vector else _place_words(shown, row, column)
        scale = f"{'±' if bounds[0] < 0 else '0 to '}{rounded(bounds[1], 2)}"
        source = None if shown.is_vector else self._show_source(look)
        self.source.setVisible(source is not None)
        self._captions = (source or [""], [f"{here}, {scale}", here])
        self._shapes = (self.source.shape if source is not None else (0, 0), values.shape)
        self._over_time = shown.is_sequence
        self._lay_out()
        self._funnel.setVisible(source is not None and self.source.marked is not None)
        self.update()

    def _show_source(self, look: Look) -> list[str] | None:
        """Show the input map with its patch; return its caption in full and in short, None where there is none."""
        source, activation = look.subject.source, look.subject.activation
        if source is None or source.is_vector or activation is None or look.place is None:
            return None
        patch = patch_of(look.subject.node, source, activation, look.place)
        channel = look.input_channel if patch is None or patch.channel is None else patch.channel
        channel = min(channel, source.channels - 1)
        self.source_channel = channel
        values = source.values[channel]
        self.source.show_values(values, look.source_map, limits(values, look.source_map))
        self.source.mark(None if patch is None else Cells(patch.row, patch.column, patch.height, patch.width))
        self.source.dot(_dots(look, patch, values))
        return _source_captions(source, patch, channel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()
        self._funnel.setGeometry(self.rect())

    def _lay_out(self) -> None:
        """Give both maps the same square box, the input at the left edge and the output at the right."""
        window = self.window().height()
        tallest = next((side for below, side in _SIDES if window < below), _LARGEST_SIDE)
        side = min((self.width() - _GAP) // 2, tallest)
        for view, (rows, columns) in zip((self.source, self.output), self._shapes, strict=True):
            unit = side / max(rows, columns, 1)
            wide, high = max(columns * unit, 1.0), max(rows * unit, 1.0)
            if self._over_time and rows:
                wide, high = min(side, _LONGEST * high), min(side, _LONGEST * wide)
            view.setFixedSize(max(round(wide), 1), max(round(high), 1))
        alone = not self._shapes[0][0]
        self.source.move(0, 0)
        self.output.move(0 if alone else self.width() - self.output.width(), 0)
        tallest_map = self.output.height() if alone else max(self.source.height(), self.output.height())
        self.setFixedHeight(tallest_map + _CAPTION)

    def paintEvent(self, event: QPaintEvent) -> None:
        top, letters = self.height() - _CAPTION + 3, font(10, tabular=True)
        with QPainter(self) as painter:
            for view, words in zip((self.source, self.output), self._captions, strict=True):
                if view.isVisibleTo(self):
                    right = self.width() if view is self.output else self.output.x() - 8
                    area = QRectF(view.x(), top, right - view.x(), _CAPTION - 3)
                    fitting = next((text for text in words if paint.width_of(text, letters) <= area.width()), words[-1])
                    paint.text(painter, area, fitting, letters, self._context.theme.color("text2"))


class _Funnel(QWidget):
    """Lies over both maps and ties the patch to the pixel."""

    def __init__(self, context: Context, pair: MapPair) -> None:
        super().__init__(pair)
        self._context, self._pair = context, pair
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        source, output = self._pair.source, self._pair.output
        if source.marked is None or output.marked is None:
            return
        patch = source.area(source.marked).translated(QPointF(source.pos()))
        pixel = output.area(output.marked).translated(QPointF(output.pos())).center()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._context.theme.color("accent", 0.55), 1))
            painter.drawLine(patch.topRight(), pixel - QPointF(4, 2))
            painter.drawLine(patch.bottomRight(), pixel - QPointF(4, -2))


def _dots(look: Look, patch: Patch | None, values: Values) -> list[tuple[int, int]]:
    """Return which cells of a patch deserve a dot: the winner of a maximum, or those a dilated kernel reads."""
    node = look.subject.node
    if patch is None or (patch.height, patch.width) == (1, 1):
        return []
    rows, columns = values.shape
    read = [(row, column) for row, column in cells_of(node, patch) if 0 <= row < rows and 0 <= column < columns]
    if node.operation.startswith("max_pool"):
        return [max(read, key=lambda at: values[at])] if read else []
    return read if len(read) < patch.height * patch.width and "dilation" in node.attributes else []


def _folded(shown: Pictures) -> Values:
    return np.ascontiguousarray(shown.values.reshape(square_rows(shown.channels), -1))


def _place_words(shown: Pictures, row: int, column: int) -> str:
    if shown.is_sequence:
        return f"step {column}, feature {row}"
    return f"position {column}" if shown.signal else f"row {row}, column {column}"


def _source_captions(source: Pictures, patch: Patch | None, channel: int) -> list[str]:
    which = f"input {channel}" if source.channels > 1 else "input"
    if patch is None or (patch.height, patch.width) == (1, 1):
        return [which]
    return [f"{which}, {patch.height}×{patch.width} around it", which]
