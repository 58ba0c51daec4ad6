"""A plot whose horizontal axis are the time steps of the sequence that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.axes import Axes
from visualizer.ui.plots.plot import Plot
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.unrolling import Unrolling


class TimePlot(Plot):
    """A line marks the step looked at; a click or the arrow keys go to another. Subclasses set `_axes` when they draw.

    `paint_now` paints what else follows the walk.
    """

    def __init__(self, context: Context, name: str, unrolled: Unrolling) -> None:
        super().__init__(context, name)
        self._unrolling = unrolled
        self._axes: Axes | None = None
        unrolled.changed.connect(self.renew)
        unrolled.playhead.moved.connect(self.update)

    def paint_now(self, painter: QPainter, axes: Axes) -> None:
        """Paint what is of the step looked at; nothing by default."""

    def paintEvent(self, event: object) -> None:
        super().paintEvent(event)
        if self._axes is not None:
            axes, x = self._axes, float(self._axes.xs(self._unrolling.place))
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self.context.theme.color("accent", 0.8), 1.2))
                painter.drawLine(QPointF(x, axes.rect.top()), QPointF(x, axes.rect.bottom()))
                self.paint_now(painter, axes)

    def hover_count(self) -> int:
        frame = self._unrolling.frame
        return len(frame.names) if frame is not None and self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None or not self._axes.rect.adjusted(-4, 0, 4, 0).contains(place):
            return -1
        share = (place.x() - self._axes.rect.left()) / self._axes.rect.width()
        return min(max(round(self._axes.x.value(share)), 0), self.hover_count() - 1)

    def _number_here(self) -> Number | None:
        return self.number_of(self._unrolling.place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.hover_at(event.position())
        if place >= 0:
            self._unrolling.select(place=place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if walk_by_key(self._unrolling, event):
            self.tell(self._unrolling.place)
        else:
            super().keyPressEvent(event)
