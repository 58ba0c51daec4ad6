"""Samples that are points of a line or of the plane, as points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from visualizer.core import catalogue
from visualizer.core.frames import Configured
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.points import ink_of, paint_legend, paint_point
from visualizer.ui.theme import font
from visualizer.ui.views.samples import Samples
from visualizer.ui.widgets.focus import FocusRing

_EDGE = 36


class SamplePlane(FocusRing, QWidget):
    """Classes differ in colour and in form, numbers in colour; the chosen point has a ring and its coordinates.

    Noise is grey. Points of a line are drawn over their first target.
    """

    def __init__(self, context: Context, samples: Samples) -> None:
        super().__init__()
        self._context, self._samples = context, samples
        self.setAccessibleName("Held-out samples in the plane")
        self.setToolTip("Click a point, or go through them with the arrow keys")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._label_area = QRectF()
        clickable(self, context, self._number_at, lambda: self._number(0))
        samples.rowsInserted.connect(self._show_more)
        samples.modelReset.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def _show_more(self) -> None:
        """Show what has come, and ask for the rest: a plane has no end that somebody would scroll to."""
        self.update()
        if len(self._places()) and self._samples.canFetchMore(QModelIndex()):
            self._samples.fetchMore(QModelIndex())

    def _places(self) -> npt.NDArray[np.float64]:
        """Return the samples (count, 2) as they lie in the plane, empty where they are no points."""
        inputs = self._samples.inputs
        if not inputs or inputs[0].shape not in ((1,), (2,)):
            return np.empty((0, 2))
        values = np.stack(inputs).astype(np.float64)
        if values.shape[1] == 2:
            return values
        return np.column_stack([values, np.stack(self._samples.targets).reshape(len(values), -1)[:, :1]])

    def _points(self) -> list[QPointF]:
        values = self._places()
        if not len(values):
            return []
        low, high = values.min(axis=0), values.max(axis=0)
        room = np.array([self.width() - 2 * _EDGE, self.height() - 2 * _EDGE])
        scale = room / np.maximum(high - low, 1e-9)
        if self._samples.inputs[0].shape == (2,):  # both axes are inputs: a circle stays a circle
            scale = np.full(2, scale.min())
        middle = (low + high) / 2
        xs = self.width() / 2 + (values[:, 0] - middle[0]) * scale[0]
        ys = self.height() / 2 - (values[:, 1] - middle[1]) * scale[1]
        return [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]

    def _number_at(self, point: QPointF) -> Number | None:
        """Return the coordinate of the chosen point that its label shows at a point, the first one at its ring."""
        if self._label_area.contains(point):
            return self._number(int(point.x() > self._label_area.center().x()))
        points, chosen = self._points(), self._context.store.view.sample
        near = 0 <= chosen < len(points) and (points[chosen] - point).manhattanLength() < 14
        return self._number(0) if near else None

    def _number(self, axis: int) -> Number | None:
        recording, chosen = self._context.player.recording, self._context.store.view.sample
        if recording is None or not 0 <= chosen < len(self._samples.inputs):
            return None
        values = self._samples.inputs[chosen]
        axis = min(axis, len(values) - 1)
        name = next(node.id for node in recording.graph.nodes if node.kind == "input")
        return Number(Explain(name, (axis,), "data"), f"sample {chosen}, number {axis}\n{exact(float(values[axis]))}")

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
        announce(self, f"sample {sample}: {self._words(sample)}")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, points = self._context.theme, self._points()
        if not points:
            return
        chosen = min(max(self._context.store.view.sample, 0), len(points) - 1)
        targets, number = np.stack(self._samples.targets), self._is_number
        limit = float(np.abs(targets).max()) if number else 1.0
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), 8, theme.color("sunk"))
            rim = theme.color("text3" if number else "sunk")
            for point, target in zip(points, targets, strict=True):
                form = 0 if number or self._is_noise else int(target) % 4
                ink = ink_of(theme, float(target[0]) / limit) if number else self._ink(target)
                paint_point(painter, point, form, ink, rim)
            self._axes(painter)
            self._legend(painter)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawEllipse(points[chosen], 10, 10)
            self._label(painter, points[chosen], chosen)
            self.paint_ring(painter, theme, radius=8)

    def _axes(self, painter: QPainter) -> None:
        """Name what lies along the edges: both inputs, or the one input and the target."""
        theme, face = self._context.theme, font(12, 500, italic=True)
        names = ("x₁", "x₂") if self._samples.inputs[0].shape == (2,) else ("x", "target")
        below = QRectF(self.width() / 2 - 40, self.height() - 22, 80, 18)
        paint.text(painter, below, f"{names[0]} →", face, theme.color("text2"), Qt.AlignmentFlag.AlignHCenter)
        paint.text(painter, QRectF(10, 8, 120, 18), f"{names[1]} ↑", face, theme.color("text2"))

    def _legend(self, painter: QPainter) -> None:
        """Name the classes."""
        configured = self._context.link.latest(Configured)
        classes = configured.classes if configured is not None else ()
        entries = [(name, number, False) for number, name in enumerate(classes)]
        paint_legend(painter, self._context.theme, QRectF(self.rect()), entries)

    def _label(self, painter: QPainter, point: QPointF, sample: int) -> None:
        theme = self._context.theme
        words = self._words(sample)
        width = paint.width_of(words, font(11, 600)) + 16
        left = min(max(point.x() - width / 2, 4), self.width() - width - 4)
        area = QRectF(left, point.y() - 38 if point.y() > 44 else point.y() + 14, width, 22)
        self._label_area = area
        paint.rounded(painter, area, 11, theme.color("raised"), theme.color("line2"))
        paint.text(painter, area, words, font(11, 600), theme.color("text"), Qt.AlignmentFlag.AlignHCenter)

    def _words(self, sample: int) -> str:
        inputs = self._samples.inputs[sample]
        place = ", ".join(rounded(float(value)) for value in inputs)
        said = self._samples.labels[sample].replace("-", "−") if self._is_number else self._samples.labels[sample]
        return f"x = {place}, target {said}" if self._is_number else f"{said} ({place})"

    def _ink(self, target: npt.NDArray[np.int64] | npt.NDArray[np.float32]) -> QColor:
        return self._context.theme.color("text2") if self._is_noise else ink_of(self._context.theme, int(target))

    @property
    def _is_number(self) -> bool:
        return self._samples.targets[0].dtype.kind == "f" and not self._is_noise

    @property
    def _is_noise(self) -> bool:
        return catalogue.dataset(self._context.store.experiment.dataset).task == "generation"
