"""Samples that are pictures or rows of numbers, as a grid."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes, Scale
from visualizer.ui.theme import font
from visualizer.ui.views.sample_list import SampleList
from visualizer.ui.views.samples import Samples

_PICTURE = 72
_CELL = QSize(96, 112)
_LINES = 4  # of a sample at most; of more than that a picture is made


class SampleGrid(SampleList):
    """A picture of each sample, with its label below."""

    def __init__(self, context: Context, samples: Samples) -> None:
        super().__init__(context, "Held-out samples", samples)
        self.setItemDelegate(_Cell(context, samples, self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        clickable(self, context, self._number_at)

    def _number_at(self, point: QPointF) -> Number | None:
        """Return the pixel at a point."""
        index, recording = self.indexAt(point.toPoint()), self.context.player.recording
        values = self.model().inputs[index.row()] if index.isValid() else None
        if values is None or values.ndim != 3 or recording is None:
            return None
        place = picture_area(QRectF(self.visualRect(index)))
        if not place.contains(point):
            return None
        row = min(int((point.y() - place.top()) / place.height() * values.shape[1]), values.shape[1] - 1)
        column = min(int((point.x() - place.left()) / place.width() * values.shape[2]), values.shape[2] - 1)
        name = next(node.id for node in recording.graph.nodes if node.kind == "input")
        hover = f"sample {index.row()}, row {row}, column {column}\n{exact(float(values[0, row, column]))}"
        return Number(Explain(name, (0, row, column), "data"), hover)


def picture_area(cell: QRectF) -> QRectF:
    """Return where the picture lies in the cell of a sample."""
    return QRectF(cell.center().x() - _PICTURE / 2, cell.top() + 10, _PICTURE, _PICTURE)


class _Cell(QStyledItemDelegate):
    def __init__(self, context: Context, samples: Samples, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._samples = context, samples

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return _CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme = self._context.theme
        cell = QRectF(option.rect).adjusted(4, 4, -4, -4)
        chosen = index.row() == self._context.store.view.sample
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            paint.rounded(painter, cell, 10, theme.mix("panel", "accent", 0.10), theme.color("accent"), 2)
        elif hovered:
            paint.rounded(painter, cell, 10, theme.color("raised"))
        values = self._samples.inputs[index.row()]
        place = picture_area(QRectF(option.rect))
        low, high = float(values.min()), float(values.max())
        if values.ndim == 3:
            painter.drawImage(place, paint.image(values[0], theme, "picture", low, high))
        elif values.ndim == 2 and values.shape[1] > _LINES:  # one symbol of many at each step, time to the right
            painter.drawImage(place, paint.image(values.T, theme, "picture", low, high))
        else:  # numbers in a row, or steps of a sequence: a line for each
            steps = Scale(0.0, max(len(values) - 1.0, 1.0))
            axes = Axes(place.adjusted(0, 8, 0, -8), steps, Scale(low, high if high > low else low + 1))
            painter.setPen(QPen(theme.color("text2"), 1.2))
            for line in values.reshape(len(values), -1).T:
                for polyline in axes.lines(np.arange(len(line)), line):
                    painter.drawPolyline(polyline)
        words = QRectF(cell.left() + 2, place.bottom() + 2, cell.width() - 4, 20)
        ink = theme.color("text" if chosen else "text2")
        paint.text(painter, words, index.data(), font(11, 600 if chosen else 400), ink, Qt.AlignmentFlag.AlignHCenter)
