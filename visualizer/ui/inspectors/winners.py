"""Max-pooling: which inputs win, and the gradient that goes to them and to nobody else."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from visualizer.core.graph import Node
from visualizer.core.numbers import rounded
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.map_row import MapRow
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.inspectors.receptive import patch_of, read_by
from visualizer.ui.widgets.map_view import Cells

Places = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


class Winners(Part):
    """The input map of the channel looked at: how often each value wins, and what comes back to it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "winners", "Winners")
        self.row = MapRow(context, ("How often each input wins", "Gradient to the winners"))
        self.words = note()
        self.body.addWidget(self.row)
        self.body.addWidget(self.words)

    def applies(self, look: Look) -> bool:
        return (
            look.place is not None and look.subject.node.operation.startswith("max_pool2d") and _found(look) is not None
        )

    def refresh(self, look: Look) -> None:
        found, source, gradient = _found(look), look.subject.source, look.subject.gradient
        if found is None or source is None or look.place is None or look.subject.activation is None:
            return
        shape, channel = source.values.shape[1:], look.place.channel
        wins = scattered(found, np.ones(found[0].shape, np.float32), shape)
        self.row.maps[0].show_values(wins, "activation", (0.0, max(float(wins.max()), 1.0)))
        known = gradient is not None and channel < gradient.channels
        sent = scattered(found, gradient.values[channel], shape) if known else np.zeros(shape, np.float32)
        bounds = limits(sent, "gradient")
        self.row.maps[1].show_values(sent, "gradient", bounds)
        self.row.say("wins", f"gradient, ±{rounded(bounds[1], 2)}" if known else "no gradient here")
        patch = patch_of(look.subject.node, source, look.subject.activation, look.place)
        for view in self.row.maps:
            view.mark(None if patch is None else Cells(patch.row, patch.column, patch.height, patch.width))
        row, column = (int(axis[look.place.row, look.place.column]) for axis in found)
        none = int((wins == 0).sum())
        self.words.setText(
            f"Here row {row}, column {column} of the input wins. "
            f"{none} of {wins.size} inputs win nowhere: their values go no further, and no gradient comes back to them."
        )


def winners(node: Node, values: Values, outputs: tuple[int, int]) -> Places | None:
    """Return row and column of the largest input of each window, (outputs) each; of equal ones the first, as torch."""
    kernel = node.attributes.get("kernel_size")
    sizes = kernel if isinstance(kernel, list) else [kernel, kernel]
    best = np.full(outputs, -np.inf)
    rows, columns = np.zeros(outputs, np.int64), np.zeros(outputs, np.int64)
    for cell in itertools.product(*(range(size) for size in sizes if isinstance(size, int))):
        read = read_by(node, (cell[0], cell[-1]), outputs, values.shape)
        if read is None:
            return None
        row, column = np.broadcast_arrays(read[0][:, None], read[1][None, :])
        better = (row >= 0) & (column >= 0) & (values[row, column] > best)
        best = np.where(better, values[row, column], best)
        rows, columns = np.where(better, row, rows), np.where(better, column, columns)
    return rows, columns


def scattered(places: Places, values: Values, shape: tuple[int, ...]) -> Values:
    """Return values added up where they go, in the shape of the input."""
    sums = np.zeros(shape, np.float64)
    np.add.at(sums, places, values)
    return sums.astype(np.float32)


def _found(look: Look) -> Places | None:
    source, activation = look.subject.source, look.subject.activation
    if source is None or activation is None or look.place is None or source.is_vector:
        return None
    rows, columns = activation.values.shape[1:]
    return winners(look.subject.node, source.values[look.place.channel], (rows, columns))
