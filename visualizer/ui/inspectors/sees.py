"""What one value sees of the input: the region it is computed from, and how much each pixel there moves it."""

from __future__ import annotations

import numpy as np

from visualizer.core.topics.pictures import ReceptiveField
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.map_row import MapRow
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.own.own_pad import picture_in
from visualizer.ui.seeing import seeing
from visualizer.ui.widgets.map_view import Cells


class Sees(Part):
    """Its receptive field on the input picture, by geometry, and the effective one beside it, by gradient."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "sees", "What it sees of the input")
        self.row = MapRow(context, ("Receptive field", "Influence of each pixel"))
        self.words = note()
        self.body.addWidget(self.row)
        self.body.addWidget(self.words)
        self._seeing = seeing(context)
        self._seeing.changed.connect(self._refresh_open)

    def inspect(self, look: Look) -> None:
        """Ask also while folded where something is selected: the canvas shows it on the input."""
        super().inspect(look)
        if self.applies(look) and (not self.folded or self.context.store.view.selected):
            self._seeing.look_at(look.subject.recording, look.subject.node.id, look.index)
        else:
            self._seeing.forget()

    def applies(self, look: Look) -> bool:
        is_layer = look.subject.node.kind == "operation" and bool(look.index)  # all of the input enters the loss
        return is_layer and picture_in(look.subject.recording) is not None

    def refresh(self, look: Look) -> None:
        self._seeing.look_at(look.subject.recording, look.subject.node.id, look.index)
        field, picture = self._seeing.answer, picture_in(look.subject.recording)
        if field is not None and picture is not None and picture.shape == field.region.shape:
            self._show(field, picture)
        elif self._seeing.refusal:
            self.words.setText(self._seeing.refusal)

    def _show(self, field: ReceptiveField, picture: Values) -> None:
        shown, moved = picture[0], np.ascontiguousarray(field.influence.sum(0))
        region, (height, width) = field.region.any(0), picture.shape[1:]
        self.row.maps[0].show_values(shown, "picture", limits(shown, "picture"))
        bounds = limits(moved, "gradient")
        self.row.maps[1].show_values(moved, "gradient", bounds)
        rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
        if not len(rows):
            self._mark(None)
            self.words.setText("It does not depend on the input.")
            return
        tall, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
        self._mark(Cells(int(rows[0]), int(columns[0]), tall, wide))
        self.row.say(f"{tall}×{wide} of {height}×{width}", f"gradient, ±{bounds[1]:.2g}")
        self.words.setText(_sentence(field, region, rows, columns))

    def _mark(self, cells: Cells | None) -> None:
        for view in self.row.maps:
            view.mark(cells)


def _sentence(field: ReceptiveField, region: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> str:
    where = f"Rows {rows[0]}–{rows[-1]}, columns {columns[0]}–{columns[-1]}"
    read = int(region.sum())
    holes = "" if read == (np.ptp(rows) + 1) * (np.ptp(columns) + 1) else f", {read} pixels of them"
    moving = int((np.abs(field.influence) > 0).any(0).sum())
    exact = "" if field.exact else " An operation on the way is not known: at most this region."
    return f"{where}{holes}; {moving} pixels move it at this input.{exact}"
