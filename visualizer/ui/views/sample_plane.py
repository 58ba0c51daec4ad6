"""Samples that are points of the plane, as points."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.views.samples import Samples

_EDGE = 36
_INKS = ("series2", "series3", "series4", "series1")


class SamplePlane(QWidget):
    """Classes differ in colour and in form; the chosen point has a ring and its coordinates."""

    def __init__(self, context: Context, samples: Samples) -> None:
        super().__init__()
        self._context, self._samples = context, samples
        self.setAccessibleName("Held-out samples in the plane")
        self.setToolTip("Click a point, or go through them with the arrow keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        samples.rowsInserted.connect(lambda *_: self.update())
        samples.modelReset.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def _points(self) -> list[QPointF]:
        if not self._samples.inputs or self._samples.inputs[0].shape != (2,):
            return []
        values = np.stack(self._samples.inputs).astype(np.float64)
        low, high = values.min(axis=0), values.max(axis=0)
        scale = min((self.width() - 2 * _EDGE) / (high[0] - low[0]), (self.height() - 2 * _EDGE) / (high[1] - low[1]))
        middle = (low + high) / 2
        xs = self.width() / 2 + (values[:, 0] - middle[0]) * scale
        ys = self.height() / 2 - (values[:, 1] - middle[1]) * scale
        return [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        distances = [(point - event.position()).manhattanLength() for point in self._points()]
        if distances and min(distances) < 40:
            self._choose(int(np.argmin(distances)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        if event.key() in steps and self._samples.inputs:
            self._choose((self._context.store.view.sample + steps[event.key()]) % len(self._samples.inputs))
        else:
            super().keyPressEvent(event)

    def _choose(self, sample: int) -> None:
        self._context.store.look(sample=sample, element=())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, points = self._context.theme, self._points()
        if not points:
            return
        chosen = min(self._context.store.view.sample, len(points) - 1)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), 8, theme.color("sunk"))
            for point, target in zip(points, self._samples.targets, strict=True):
                painter.setPen(QPen(theme.color("sunk"), 1))
                painter.setBrush(theme.color(_INKS[target % len(_INKS)]))
                if target % 2:
                    painter.drawRect(QRectF(point.x() - 4, point.y() - 4, 8, 8))
                else:
                    painter.drawEllipse(point, 4.5, 4.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawEllipse(points[chosen], 10, 10)
            self._label(painter, points[chosen], chosen)

    def _label(self, painter: QPainter, point: QPointF, sample: int) -> None:
        theme = self._context.theme
        x, y = (rounded(float(value)) for value in self._samples.inputs[sample])
        words = f"{self._samples.classes[self._samples.targets[sample]]} ({x}, {y})"
        width = paint.width_of(words, font(11, 600)) + 16
        left = min(max(point.x() - width / 2, 4), self.width() - width - 4)
        area = QRectF(left, point.y() - 38 if point.y() > 44 else point.y() + 14, width, 22)
        paint.rounded(painter, area, 11, theme.color("raised"), theme.color("line2"))
        paint.text(painter, area, words, font(11, 600), theme.color("text"), Qt.AlignmentFlag.AlignHCenter)
