"""What else can be done with the inspected layer: copy it, open it, freeze it, turn to its gradient."""

from __future__ import annotations

import csv
import io

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.copying import copy
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.pictures import Values, square_rows

_SIDE = 512


class LayerMenu(QMenu):
    """The menu of the inspector card; the card connects `freeze` and `gradient`."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._card = context, parent
        self._look: Look | None = None
        self.image = self.addAction("Copy as image", self._copy_image)
        self.text = self.addAction("Copy values as text", lambda: self._copy_values("\t"))
        self.csv = self.addAction("Copy values as CSV", lambda: self._copy_values(","))
        self.addSeparator()
        self.lens = self.addAction("Open in the lens", self._open)
        self.gradient = self.addAction("Show gradient")
        self.gradient.setCheckable(True)
        self.freeze = self.addAction("Freeze")

    def inspect(self, look: Look, freeze_words: str) -> None:
        """Offer what is possible with this layer; `freeze_words` is "" where nothing can be frozen."""
        self._look = look
        has_values = look.place is not None
        for action in (self.image, self.text, self.csv):
            action.setEnabled(has_values)
        self.lens.setEnabled(bool(_inside_of(look)))
        self.gradient.setEnabled(has_values)
        self.freeze.setText(freeze_words or "Freeze")
        self.freeze.setEnabled(bool(freeze_words))

    def _copy_image(self) -> None:
        if self._look is not None and self._look.place is not None:
            copy(self._card, picture(self._context, self._look), "Picture of the values")

    def _copy_values(self, delimiter: str) -> None:
        if self._look is not None and self._look.place is not None:
            copy(self._card, table(shown_values(self._look), delimiter), "Values")

    def _open(self) -> None:
        if self._look is not None:
            self._context.store.look(opened=_inside_of(self._look))


def shown_values(look: Look) -> Values:
    """Return the selected channel, or the vector, as rows and columns."""
    activation = look.subject.activation
    assert activation is not None and look.place is not None
    return activation.values[:, 0] if activation.is_vector else activation.values[look.place.channel]


def table(values: Values, delimiter: str) -> str:
    """Return a matrix as lines of text at full float32 precision."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\n")
    writer.writerows([str(np.float32(value)) for value in row] for row in values)
    return lines.getvalue()


def picture(context: Context, look: Look) -> QImage:
    """Return the selected channel as a picture of about 512 pixels, every value a square."""
    values = shown_values(look)
    if values.shape[1] == 1 and values.size > 1:
        values = np.ascontiguousarray(values.reshape(square_rows(values.size), -1))
    image = paint.image(values, context.theme, look.activation_map, *limits(values, look.activation_map))
    unit = max(_SIDE // max(values.shape), 1)
    return image.scaled(image.width() * unit, image.height() * unit)


def _inside_of(look: Look) -> str:
    """Return the call to open: the subject itself where it holds several operations, else the call around it."""
    if not look.subject.is_single:
        return look.subject.id
    graph = look.subject.recording.graph
    chain = graph.call_chains.get(look.subject.node.call, ())
    around = [call for call in chain if len(graph.nodes_in(call)) > 1]
    return around[-1] if around else ""
