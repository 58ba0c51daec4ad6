"""Kernels, weight matrices and norm parameters: their values, their gradients and the next update."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QSizePolicy

from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Node
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.inspectors import asked
from visualizer.ui.inspectors.bars import Bars
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.inspectors.kernel_grid import KernelGrid
from visualizer.ui.inspectors.look import FROZEN, OTHER_TURN, Look
from visualizer.ui.inspectors.part import KindToggle, Part, note
from visualizer.ui.inspectors.scale_bar import ScaleBar
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.theme import MapName
from visualizer.ui.widgets.map_view import Cells, MapView

_GREEK = {"weight": "γ", "bias": "β"}
_TALLEST_MATRIX = 96
_ROW = 9


class Weights(Part):
    """The parameters of one layer. `channel_picked` carries an output channel or neuron, `input_picked` an input."""

    def __init__(self, context: Context, pick: Callable[[int], None], pick_input: Callable[[int], None]) -> None:
        super().__init__(context, "weights", "Kernels")
        self.toggle = KindToggle(context, "Kind of values", ("weight", "gradient", "update"))
        self.toggle.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.toggle)
        self.kernels = KernelGrid(context)
        self.kernels.picked.connect(pick)
        self.matrix = MapView(context, "Weight matrix")
        self.matrix.set_pickable(True)
        self.matrix.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.matrix.picked.connect(lambda row, column: pick(row))
        self.bars = [Bars(context, "First parameter"), Bars(context, "Second parameter")]
        self.labels = [note(), note()]
        self.inputs = Stepper(context, "from input channel")
        self.inputs.stepped.connect(pick_input)
        self.scale = ScaleBar(context)
        self.empty = Empty(context)
        self.note = note()
        clickable(self.kernels, context, self._kernel_at, self._kernel_here)
        clickable(self.matrix, context, self._matrix_at, self._matrix_here)
        self.body.addWidget(self.kernels)
        self.body.addWidget(self.matrix)
        for label, bars in zip(self.labels, self.bars, strict=True):
            bars.picked.connect(pick)
            clickable(bars, context, partial(self._vector_at, bars), partial(self._vector_here, bars))
            self.body.addWidget(label)
            self.body.addWidget(bars)
        self.body.addWidget(self.scale)
        self.body.addWidget(self.inputs)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.note)

    def applies(self, look: Look) -> bool:
        return look.subject.is_single and any(name in look.subject.recording.parameters for name in _names(look))

    def name(self, look: Look) -> None:
        self.set_title(_title(look.subject.node, _first(look)))
        self.toggle.follow(look)

    def refresh(self, look: Look) -> None:
        views = [_chosen(look.subject.recording, self.toggle.choice).get(name) for name in _names(look)]
        first = views[0] if views else None
        rank = 0 if first is None else first.values.ndim
        self.kernels.setVisible(rank > 2)
        self.inputs.setVisible(first is not None and rank > 2 and first.values.shape[1] > 1)
        self.matrix.setVisible(rank == 2)
        self.scale.setVisible(rank >= 2)
        for number, (label, bars) in enumerate(zip(self.labels, self.bars, strict=True)):
            vector = rank == 1 and number < len(views) and views[number] is not None
            label.setVisible(vector)
            bars.setVisible(vector)
        learns = any(name in look.subject.recording.parameter_gradients for name in _names(look))
        self.empty.show_words("" if first is not None else OTHER_TURN if learns else FROZEN, frozen=not learns)
        self.note.setText(first.note if first is not None else "")
        self.note.setVisible(bool(self.note.text()))
        if first is None:
            return
        if rank > 2:
            self._show_kernels(look, first)
        elif rank == 2:
            self._show_matrix(look, first)
        else:
            self._show_vectors(look, views)

    @property
    def _map(self) -> MapName:
        return "gradient" if self.toggle.choice == "gradient" else "signed"

    def _show_kernels(self, look: Look, view: TensorView) -> None:
        values = view.values.reshape(*view.values.shape[:2], -1, view.values.shape[-1])
        channel = min(look.input_channel, values.shape[1] - 1)
        selected = look.place.channel if look.place else -1
        limit = _limit(view)
        self.kernels.show_kernels(np.ascontiguousarray(values[:, channel]), self._map, limit, selected)
        self.inputs.show_number(channel, values.shape[1])
        self.scale.show_scale(self._map, limit, clipped=max(-view.minimum, view.maximum) > limit)

    def _show_matrix(self, look: Look, view: TensorView) -> None:
        rows, columns = view.values.shape
        limit = _limit(view)
        height = min(max(rows * _ROW, 24), _TALLEST_MATRIX) if rows < columns else _TALLEST_MATRIX
        self.matrix.setFixedHeight(height)
        self.matrix.show_values(
            view.values, self._map, (-limit, limit), lambda row, column: f"to output {row}, from input {column}"
        )
        self.matrix.mark(Cells(look.place.channel, 0, 1, columns) if look.place else None)
        self.scale.show_scale(self._map, limit, clipped=max(-view.minimum, view.maximum) > limit)

    def _show_vectors(self, look: Look, views: list[TensorView | None]) -> None:
        norm = "norm" in look.subject.node.operation
        for label, bars, name, view in zip(self.labels, self.bars, _names(look), views, strict=False):
            if view is None:
                continue
            word = name.rpartition(".")[2]
            letter = f"{_GREEK[word]}, " if norm and word in _GREEK else ""
            label.setText(f"{letter}{word} of each channel")
            bars.show_values(view.values, gradient=self._map == "gradient", listed=False)
            bars.mark(look.place.channel if look.place else -1)

    # Numbers that can be asked about.

    def _kernel_at(self, point: QPointF) -> Number | None:
        place = self.kernels.weight_at(point)
        return None if place is None else self._kernel(*place)

    def _kernel_here(self) -> Number | None:
        return self._kernel(self.look.place.channel, 0, 0) if self.look is not None and self.look.place else None

    def _kernel(self, kernel: int, row: int, column: int) -> Number | None:
        first = _first(self.look) if self.look is not None else None
        if self.look is None or first is None:
            return None
        channel = min(self.look.input_channel, first.values.shape[1] - 1)
        return asked.weight(self.look, self.toggle.choice, _names(self.look)[0], (kernel, channel, row, column))

    def _matrix_at(self, point: QPointF) -> Number | None:
        cell = self.matrix.cell_at(point.x(), point.y())
        return None if cell is None else self._number(_names(self.look)[0] if self.look else "", cell)

    def _matrix_here(self) -> Number | None:
        place = self.look.place if self.look is not None else None
        return self._number(_names(self.look)[0], (place.channel, 0)) if self.look and place else None

    def _vector_at(self, bars: Bars, point: QPointF) -> Number | None:
        return self._of_vector(bars, bars.at(point.x(), point.y()))

    def _vector_here(self, bars: Bars) -> Number | None:
        return self._of_vector(bars, bars.marked)

    def _of_vector(self, bars: Bars, place: int) -> Number | None:
        names = _names(self.look) if self.look is not None else []
        which = self.bars.index(bars)
        return self._number(names[which], (place,)) if place >= 0 and which < len(names) else None

    def _number(self, name: str, index: tuple[int, ...]) -> Number | None:
        if self.look is None:
            return None
        return asked.number(self.look.subject.recording, asked.kind_of(self.toggle.choice), name, index)


def _names(look: Look) -> list[str]:
    return look.subject.parameters


def _first(look: Look) -> TensorView | None:
    parameters = look.subject.recording.parameters
    return next((parameters[name] for name in _names(look) if name in parameters), None)


def _title(node: Node, first: TensorView | None) -> str:
    if "norm" in node.operation:
        return "Scale, shift"
    return "Kernels" if first is not None and len(first.shape) > 2 else "Weights"


def _chosen(recording: Recording, choice: str) -> dict[str, TensorView]:
    if choice == "gradient":
        return recording.parameter_gradients
    return recording.updates if choice == "update" else recording.parameters


def _limit(view: TensorView) -> float:
    """Return the end of the scale: 98 of 100 values lie inside, so that a few large ones do not darken the rest."""
    finite = np.abs(view.values[np.isfinite(view.values)])
    return float(np.percentile(finite, 98)) or float(finite.max(initial=0.0)) or 1.0 if finite.size else 1.0
