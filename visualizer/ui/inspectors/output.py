"""The output of a layer beside its input: maps with the patch that one pixel came from, or a vector as bars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.bars import LISTED, Bars
from visualizer.ui.inspectors.look import FROZEN, Look, limits
from visualizer.ui.inspectors.part import KindToggle, Part, note
from visualizer.ui.inspectors.pictures import Pictures, Place, Values, square_rows
from visualizer.ui.inspectors.receptive import Patch, patch_of
from visualizer.ui.theme import font
from visualizer.ui.widgets.map_view import Cells, MapView

Pick = Callable[[Place], None]
_CAPTION = 18
_WIDEST_STRIP = 160


class Output(Part):
    """The activation of the selected layer, or its gradient."""

    def __init__(self, context: Context, pick: Pick) -> None:
        super().__init__(context, "output", "Output")
        self._pick = pick
        self.toggle = KindToggle(context, "Kind of values", ("activation", "gradient"))
        self.toggle.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.toggle)
        self.maps = MapPair(context)
        self.maps.output.picked.connect(self._pick_pixel)
        self.bars = Bars(context, "Values of this layer")
        self.bars.picked.connect(lambda number: self._pick(Place(number, 0, 0)))
        self.note = note()
        self.body.addWidget(self.maps)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.note)

    def name(self, look: Look) -> None:
        activation = look.subject.activation
        if activation is None or look.place is None:
            self.set_title("Output")
        elif activation.is_vector:
            self.set_title("Output values" if activation.channels > 1 else "Output value")
        else:
            self.set_title(f"Output map {look.place.channel}")
        self.toggle.follow(look)

    def refresh(self, look: Look) -> None:
        gradient = self.toggle.choice == "gradient"
        shown = look.subject.gradient if gradient else look.subject.activation
        as_bars = shown is not None and shown.is_vector and shown.channels <= _WIDEST_STRIP
        self.bars.setVisible(as_bars)
        self.maps.setVisible(shown is not None and not as_bars)
        words = _words(look, shown, gradient)
        self.note.setText(words)
        self.note.setVisible(bool(words))
        if shown is None or look.place is None:
            return
        if as_bars:
            names, strong = _names(look, shown)
            self.bars.show_values(shown.values[:, 0, 0], names, gradient, strong=strong)
            self.bars.mark(look.place.channel)
        else:
            self.maps.show_look(look, shown, gradient)

    def _pick_pixel(self, row: int, column: int) -> None:
        if self.look is None or self.look.place is None:
            return
        activation = self.look.subject.activation
        if activation is not None and activation.is_vector:
            self._pick(Place(row * (activation.channels // square_rows(activation.channels)) + column, 0, 0))
        else:
            self._pick(Place(self.look.place.channel, row, column))


class MapPair(QWidget):
    """Input map and output map with a funnel from the patch to the pixel."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.source = MapView(context, "Input map")
        self.output = MapView(context, "Output map")
        self.output.set_pickable(True)
        self.output.setToolTip("Click a pixel, or walk with the arrow keys")
        self._captions = ("", "")
        self._shapes = ((0, 0), (1, 1))
        for view in (self.source, self.output):
            view.setParent(self)
        self._funnel = _Funnel(context, self)

    def show_look(self, look: Look, shown: Pictures, gradient: bool) -> None:
        """Show one channel; the patch in the input of its own channel, or of the input channel looked at."""
        assert look.place is not None
        place, activation = look.place, look.subject.activation
        source = look.subject.source if activation is not None and not shown.is_vector else None
        values = _folded(shown) if shown.is_vector else shown.values[place.channel]
        row, column = divmod(place.channel, values.shape[1]) if shown.is_vector else place[1:]
        name = "gradient" if gradient else look.activation_map
        columns = values.shape[1]
        self.output.show_values(
            values, name, limits(shown.view, name),
            (lambda r, c: f"value {r * columns + c}") if shown.is_vector else None,
        )  # fmt: skip
        self.output.mark(Cells(row, column))
        patch = None
        if source is not None and not source.is_vector and activation is not None:
            patch = patch_of(look.subject.node, source, activation, place)
            channel = look.input_channel if patch is None or patch.channel is None else patch.channel
            channel = min(channel, source.channels - 1)
            self.source.show_values(source.values[channel], look.source_map, limits(source.view, look.source_map))
            self.source.mark(None if patch is None else Cells(patch.row, patch.column, patch.height, patch.width))
        self.source.setVisible(source is not None and not source.is_vector)
        value = shown.values[place]
        self._captions = (
            _source_caption(source, patch, look),
            _place_text(shown, place) + f": {rounded(float(value))}",
        )
        self._shapes = (source.values.shape[1:] if self.source.isVisibleTo(self) and source else (0, 0), values.shape)
        self._lay_out()
        self._funnel.setVisible(patch is not None)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()
        self._funnel.setGeometry(self.rect())

    def _lay_out(self) -> None:
        """Give both maps the same square box, the input at the left edge and the output at the right."""
        window = self.window().height()
        side = min((self.width() - 32) // 2, 104 if window < 760 else 136 if window < 960 else 176)
        heights = []
        for view, (rows, columns) in zip((self.source, self.output), self._shapes, strict=True):
            unit = side / max(rows, columns, 1)
            view.setFixedSize(max(round(columns * unit), 1), max(round(rows * unit), 1))
            heights.append(view.height())
        self.source.move(0, 0)
        alone = not self._shapes[0][0]
        self.output.move(0 if alone else self.width() - self.output.width(), 0)
        self.setFixedHeight(max(heights if not alone else heights[1:]) + _CAPTION)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        top = self.height() - _CAPTION + 3
        with QPainter(self) as painter:
            for view, words in zip((self.source, self.output), self._captions, strict=True):
                if view.isVisibleTo(self):
                    right = self.width() if view is self.output else self.output.x() - 8
                    area = QRectF(view.x(), top, right - view.x(), _CAPTION - 3)
                    paint.text(painter, area, words, font(10, tabular=True), theme.color("text2"))


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


def _folded(shown: Pictures) -> Values:
    return np.ascontiguousarray(shown.values.reshape(square_rows(shown.channels), -1))


def _place_text(shown: Pictures, place: Place) -> str:
    return f"value {place.channel}" if shown.is_vector else f"row {place.row}, column {place.column}"


def _source_caption(source: Pictures | None, patch: Patch | None, look: Look) -> str:
    if source is None:
        return ""
    channel = look.input_channel if patch is None or patch.channel is None else patch.channel
    which = f"input {min(channel, source.channels - 1)}" if source.channels > 1 else "input"
    wide = patch is not None and (patch.height, patch.width) != (1, 1)
    return f"{which}, {patch.height}×{patch.width} around it" if wide and patch is not None else which


def _names(look: Look, shown: Pictures) -> tuple[list[str], int]:
    """Return names of the values, and which of them is the right class."""
    if shown.channels > LISTED:
        return [], -1
    node = look.subject.node
    is_logits = node.id in look.subject.recording.graph.outputs
    letter = "x" if node.kind == "input" else "logit" if is_logits else "z" if node.operation == "linear" else "a"
    return [
        f"{letter} {number}" for number in range(shown.channels)
    ], look.subject.recording.target if is_logits else -1


def _words(look: Look, shown: Pictures | None, gradient: bool) -> str:
    if shown is None and gradient:
        return FROZEN if not look.subject.has_gradient else "No gradient flows through here."
    if shown is None:
        return "This operation has no recorded activation."
    words = [shown.view.note]
    if look.later:
        words.append("last pass: the playhead has not come here yet")
    return "; ".join(word for word in words if word)
