"""The gradient of one kernel weight, drawn: what it met times what came back, summed over all places."""

from __future__ import annotations

import numpy as np

from visualizer.core.numbers import exact, rounded
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.map_row import MapRow
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.inspectors.receptive import read_by
from visualizer.ui.widgets.map_view import Cells, MapView

_CELL = 22


class WeightGradient(Part):
    """A click on a cell of the kernel, or the arrow keys, choose the weight."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "weight-gradient", "Gradient of one weight", folded_at_first=True)
        self.kernel = MapView(context, "Gradient of the kernel")
        self.kernel.set_pickable(True)
        self.kernel.picked.connect(self._pick)
        self.row = MapRow(context, ("Inputs it met", "Gradient that came back", "Products"))
        self.words = note()
        self.cell = (0, 0)
        for widget in (self.kernel, self.row, self.words):
            self.body.addWidget(widget)

    def applies(self, look: Look) -> bool:
        return look.place is not None and look.subject.node.operation == "conv2d" and _maps(look, (0, 0)) is not None

    def refresh(self, look: Look) -> None:
        gradients = look.subject.recording.parameter_gradients[_weight(look)].values
        assert look.place is not None
        channel = min(look.input_channel, gradients.shape[1] - 1)
        kernel = np.ascontiguousarray(gradients[look.place.channel, channel])
        self.cell = tuple(min(at, size - 1) for at, size in zip(self.cell, kernel.shape, strict=True))
        self.kernel.setFixedSize(_CELL * kernel.shape[1], _CELL * kernel.shape[0])
        self.kernel.show_values(kernel, "gradient", limits(kernel, "gradient"))
        self.kernel.mark(Cells(*self.cell))
        found = _maps(look, self.cell)
        if found is None:
            return
        met, back = found
        products = met * back
        for view, values, name in zip(self.row.maps, found, ("signed", "gradient"), strict=False):
            view.show_values(values, name, limits(values, name))
        self.row.maps[2].show_values(products, "gradient", limits(products, "gradient"))
        self.row.say("input it met", "× gradient back", "= products")
        total = float((met.astype(np.float64) * back).sum())
        self.words.setText(
            f"{products.size} products, one for each place of the kernel, add up to {rounded(total, 4)}: "
            f"the gradient of the weight in row {self.cell[0]}, column {self.cell[1]}."
        )
        self.words.setToolTip(f"sum {exact(total)}, recorded {exact(float(kernel[self.cell]))}")

    def _pick(self, row: int, column: int) -> None:
        self.cell = (row, column)
        self._refresh_open()


def _weight(look: Look) -> str:
    """Return the name of the kernels among the parameters that have a gradient, "" where they have none."""
    recording = look.subject.recording
    names = (name for name in look.subject.node.parameters if name in recording.parameter_gradients)
    return next((name for name in names if recording.parameter_gradients[name].values.ndim == 4), "")


def _maps(look: Look, cell: tuple[int, int]) -> tuple[Values, Values] | None:
    """Return the inputs that a weight was multiplied with, and the gradient of its outputs, (rows, columns) each."""
    name, source, gradient = _weight(look), look.subject.source, look.subject.gradient
    if not name or look.place is None or source is None or gradient is None or source.is_vector:
        return None
    gradients = look.subject.recording.parameter_gradients[name]
    (outputs, inputs), channel = gradients.shape[:2], look.place.channel
    groups = look.subject.node.attributes.get("groups", 1)
    group = channel // (outputs // groups) if isinstance(groups, int) else 0
    given = group * inputs + min(look.input_channel, inputs - 1)
    read = read_by(look.subject.node, cell, gradient.values.shape[1:], source.values.shape[1:])
    if read is None or channel >= min(gradient.channels, len(gradients.values)) or given >= source.channels:
        return None
    rows, columns = read
    inside = (rows[:, None] >= 0) & (columns >= 0)
    met = np.where(inside, source.values[given][np.ix_(rows, columns)], np.float32(0))
    return np.ascontiguousarray(met), np.ascontiguousarray(gradient.values[channel])
