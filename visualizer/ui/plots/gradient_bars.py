"""One bar a layer, on a logarithmic scale, grouped by stage; what is frozen has no gradient and shows it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QMenu

from visualizer.core.frames import Configured, Frame, Freezing, Metrics, Status
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.statistics import layer_norm, step_norm
from visualizer.ui.plots.axes import Axes, Scale, decades, left_room, paint_grid
from visualizer.ui.plots.norms import Bar, Norms, norms_of_recording, norms_of_step
from visualizer.ui.plots.plot import Plot, add_now_or_steps, paint_empty, paint_note
from visualizer.ui.theme import font

_TOP, _GROUPS, _FOOT = 6.0, 28.0, 16.0
_WIDEST = 64.0
_FOOT_FROM = 150  # a plot lower than this has no line of text at its foot


class GradientBars(Plot):
    """The gradient of each layer at the last step of training; while nothing trains, of the recorded sample."""

    prepared = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Gradient norm")
        self.norms: Norms | None = None
        self._axes: Axes | None = None
        context.link.arrived.connect(self._receive)
        context.player.recording_changed.connect(self.renew_soon)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, (Metrics, Freezing, Status, Configured)):
            self.renew_soon()

    def prepare(self) -> None:
        self.norms = self._now()
        self.setAccessibleDescription(self._foot() if self.norms is not None else "No gradient yet.")
        self.prepared.emit()

    def _now(self) -> Norms | None:
        link, recording = self.context.link, self.context.player.recording
        status, freezing = link.latest(Status), link.latest(Freezing)
        configured = link.latest(Configured)
        training = status is not None and status.training
        if len(link.history) and configured is not None and (training or recording is None):
            return norms_of_step(link.history, configured.graph, freezing)
        return norms_of_recording(recording, freezing) if recording is not None else None

    def draw(self, painter: QPainter) -> None:
        norms = self.norms
        if norms is None or not norms.bars:
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()), "Gradients appear with the first pass")
            return
        foot = _FOOT if self.height() >= _FOOT_FROM else 0.0
        rect = QRectF(self.rect()).adjusted(0, _TOP, 0, -_GROUPS - foot)
        present = [bar.value for bar in norms.bars if math.isfinite(bar.value) and bar.value > 0]
        scale = decades(min(present), max(present)) if present else Scale(0.01, 1.0, log=True)
        rect.setLeft(left_room(scale, rect.height()))
        self._axes = Axes(rect, Scale(0.0, float(len(norms.bars))), scale)
        paint_grid(painter, self.context.theme, self._axes, x_ticks=False)
        for number, bar in enumerate(norms.bars):
            self._paint_bar(painter, bar, self.bar(number))
        self._group_names(painter, norms)
        if foot:
            area = QRectF(0, self.height() - foot, self.width(), foot)
            paint.text(painter, area, self._foot(), font(10), self.context.theme.color("text2"))

    def bar(self, number: int) -> QRectF:
        """Return the room of a bar, from top to bottom of the plot."""
        assert self._axes is not None
        left, right = float(self._axes.xs(number)), float(self._axes.xs(number + 1))
        gap = max(min(max((right - left) * 0.25, 0.5), 4.0), right - left - _WIDEST)
        return QRectF(left + gap / 2, self._axes.rect.top(), right - left - gap, self._axes.rect.height())

    def _paint_bar(self, painter: QPainter, bar: Bar, room: QRectF) -> None:
        assert self._axes is not None
        theme, value = self.context.theme, bar.value
        radius = min(3.0, room.width() / 3)
        if math.isfinite(value):
            top = min(float(self._axes.ys(value)), room.bottom() - 1.5)
            fill = theme.color("grad") if theme.dark else theme.mix("panel", "grad", 0.78)
            paint.rounded(painter, QRectF(QPointF(room.left(), top), room.bottomRight()), radius, fill)
        elif bar.frozen:
            paint.rounded(painter, room, radius, theme.color("ice", 0.04))
            paint.hatch(painter, room, radius, theme.color("ice", 0.26), 6)
            paint.rounded(painter, room, radius, None, theme.color("ice", 0.55))
        else:
            paint.rounded(painter, room, radius, None, theme.color("line2", 0.7), 1, Qt.PenStyle.DotLine)

    def _group_names(self, painter: QPainter, norms: Norms) -> None:
        theme, style = self.context.theme, font(10, 500)
        behind_it = float(self.width())
        for name, first, behind in reversed(norms.groups):
            left, right = self.bar(first).left(), self.bar(behind - 1).right()
            y = self.bar(first).bottom() + 7
            painter.setPen(QPen(theme.color("line2"), 1.5))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            wide = paint.width_of(name, style) + 2
            start = min(max((left + right - wide) / 2, 0), behind_it - wide)  # a name may give way to the left
            if start >= 0 and start + wide > left:
                paint.text(painter, QRectF(start, y + 4, wide, 15), name, style, theme.color("text2"))
                behind_it = start - 4

    def _foot(self) -> str:
        norms = self.norms
        if norms is None or norms.largest is None:
            return "no layer has a gradient"
        words = f"largest: {norms.largest.name} {rounded(norms.largest.value, 2)}"
        return f"{words}      frozen layers have no gradient" if any(bar.frozen for bar in norms.bars) else words

    def hover_count(self) -> int:
        return len(self.norms.bars) if self.norms is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self._axes is None or not self._axes.rect.left() <= place.x() <= self._axes.rect.right():
            return -1
        return int((place.x() - self._axes.rect.left()) / self._axes.rect.width() * self._axes.x.high)

    def number_of(self, element: int) -> Number | None:
        norms, recording = self.norms, self.context.player.recording
        if norms is None or not 0 <= element < len(norms.bars) or not math.isfinite(norms.bars[element].value):
            return None
        bar = norms.bars[element]
        if norms.step is not None:
            if len(bar.modules) == 1:
                return Number(Explain(f"gradient_norm/{bar.name}", (norms.step,), "metric"), "")
            layers = [part for part in zip(bar.modules, bar.values, strict=True) if math.isfinite(part[1])]
            return Number(step_norm(bar.name, layers, norms.step), "")
        names = [] if recording is None else list(recording.parameter_gradients)
        return Number(layer_norm(bar.name, [name for name in names if name.rpartition(".")[0] in bar.modules]), "")

    def lines_of(self, element: int) -> list[str]:
        if self.norms is None:
            return []
        bar = self.norms.bars[element]
        if math.isnan(bar.value):
            return [bar.name, "frozen: no gradient" if bar.frozen else "no gradient"]
        if len(bar.modules) == 1:
            return [f"{bar.name}  {exact(bar.value)}"]
        parts = zip(bar.modules, bar.values, strict=True)
        return [f"together {exact(bar.value)}", *(f"{name}  {exact(value)}" for name, value in parts)]

    def draw_hover(self, painter: QPainter) -> None:
        norms = self.norms
        if norms is None or self._axes is None:
            return
        room = self.bar(self.hovered)
        paint.rounded(painter, room.adjusted(-1, -1, 1, 1), 4, None, self.context.theme.color("text", 0.6))
        at = QPointF(room.right(), room.top() + 24)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def fill_menu(self, menu: QMenu) -> None:
        add_now_or_steps(menu, self.context)

    def table(self) -> str:
        norms = self.norms
        if norms is None:
            return ""
        parts = [part for bar in norms.bars for part in zip(bar.modules, bar.values, strict=True)]
        return "\n".join(["layer,gradient_norm", *(f"{module},{value!r}" for module, value in parts)]) + "\n"
