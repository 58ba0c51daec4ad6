"""The network's answer at every place of a line or plane, with the samples that it learns from and is judged by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPainterPath, QPen, QPolygonF

from visualizer.core.frames import Configured, Frame
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.neurons import Array, Points, Responses
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.asked import answer
from visualizer.ui.plots.axes import Axes, Scale, left_room, paint_grid
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.plots.points import ink_of, paint_legend, paint_point
from visualizer.ui.theme import font

_NEAR = 9.0
_TINT = 0.42
_RADIUS = 8


class _Spot(NamedTuple):
    """Something that can be pointed at: where it is, and what is said of it."""

    x: float
    y: float
    lines: list[str]


class DecisionPlot(Plot):
    """Probabilities as mixed colours, numbers as heights or a curve; a click on a held-out sample selects it."""

    follows = ("theme", "sample")

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Answers of the network")
        self._of: Responses | None = None
        self._axes: Axes | None = None
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Responses | Configured):
            self.renew_soon()

    def prepare(self) -> None:
        found = self.context.link.latest(Responses)
        self._of = found if found is not None and found.surface.size else None
        said = f"Answers after {self._of.step} steps." if self._of is not None else "Nothing is known yet."
        self.setAccessibleDescription(said)

    @property
    def _classes(self) -> tuple[str, ...]:
        configured = self.context.link.latest(Configured)
        return configured.classes if configured is not None else ()

    def draw(self, painter: QPainter) -> None:
        found, rect = self._of, QRectF(self.rect())
        self._axes = None
        if found is None:
            paint_empty(painter, self.context, rect, "The answers of the network appear here at once")
            return
        if len(found.fine.y):
            self._axes = Axes(rect, _span(found.fine.x), _span(found.fine.y))
            corners = QPainterPath()
            corners.addRoundedRect(rect, _RADIUS, _RADIUS)
            painter.setClipPath(corners)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rect, self._plane(found))
        else:
            self._lay_axes(painter, found, rect)
        self._points(painter, found.training, hollow=True)
        self._points(painter, found.held_out, hollow=False)
        self._curves(painter, found)
        self._legend(painter, rect)
        self._selected(painter, found.held_out)

    def _plane(self, found: Responses) -> QImage:
        """Return the surface with the largest y on top."""
        theme, values = self.context.theme, found.surface[:, ::-1]
        if not self._classes:
            limit = _limit(found)
            return paint.image(values[0], theme, "signed", -limit, limit)
        inks = np.array([ink_of(theme, number).getRgb()[:3] for number in range(len(values))], np.float64)
        ground = np.array(theme.color("sunk").getRgb()[:3], np.float64)
        mixed = np.einsum("cyx,ck->yxk", values, inks) * _TINT + ground * (1 - _TINT)
        return _picture(mixed)

    def _lay_axes(self, painter: QPainter, found: Responses, rect: QRectF) -> None:
        """Draw the axes of the answers over a line: probabilities, or a number."""
        theme, classes = self.context.theme, self._classes
        seen = [found.surface] if classes else [found.surface, found.training.numbers.T, found.held_out.numbers.T]
        low, high = min(float(v.min()) for v in seen if v.size), max(float(v.max()) for v in seen if v.size)
        room = 0.06 * (high - low) or 1.0
        y = Scale(0.0, 1.0) if classes else Scale(low - room, high + room)
        inner = rect.adjusted(left_room(y, rect.height() - 42), 4, -6, -36)
        self._axes = Axes(inner, _span(found.fine.x), y)
        paint_grid(painter, theme, self._axes, x_ticks=False)
        for tick in self._axes.x.ticks(5):
            area = QRectF(float(self._axes.xs(tick)) - 30, inner.bottom() + 3, 60, 14)
            paint.text(painter, area, rounded(tick, 2), font(10, tabular=True), theme.color("text2"),
                       Qt.AlignmentFlag.AlignHCenter)  # fmt: skip

    def _curves(self, painter: QPainter, found: Responses) -> None:
        """Draw the answers over a line: one curve a class, or the number itself."""
        if self._axes is None or len(found.fine.y):
            return
        for number, values in enumerate(found.surface):
            ink = ink_of(self.context.theme, number) if self._classes else self.context.theme.color("accent")
            painter.setPen(QPen(ink, 2.2))
            points = zip(self._axes.xs(found.fine.x), self._axes.ys(values), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(x, height) for x, height in points]))

    def _points(self, painter: QPainter, points: Points, *, hollow: bool) -> None:
        theme, rim = self.context.theme, self.context.theme.color("sunk")
        limit = float(np.abs(points.numbers).max(initial=0.0)) or 1.0
        for number, at in enumerate(self._places(points)):
            form, ink = 0, theme.color("series1")
            if len(points.classes):
                form, ink = int(points.classes[number]), ink_of(theme, int(points.classes[number]))
            elif points.inputs.shape[1] == 2:
                ink = ink_of(theme, float(points.numbers[number, 0]) / limit)
                rim = theme.color("text2")
            paint_point(painter, at, form, ink, rim, 2.4 if hollow else 3.6, hollow=hollow)

    def _places(self, points: Points) -> list[QPointF]:
        """Return where samples lie; those of a line over their number, or at the edge of their class."""
        if self._axes is None or not len(points.inputs):
            return []
        inputs = points.inputs
        heights = inputs[:, 1] if inputs.shape[1] == 2 else _heights(points)
        return [QPointF(x, y) for x, y in zip(self._axes.xs(inputs[:, 0]), self._axes.ys(heights), strict=True)]

    def _selected(self, painter: QPainter, points: Points) -> None:
        places, sample = self._places(points), self.context.store.view.sample
        if 0 <= sample < len(places):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((self.context.theme.color("panel"), 4.0), (self.context.theme.color("accent"), 2.2)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(places[sample], 8, 8)

    def _legend(self, painter: QPainter, rect: QRectF) -> None:
        """Name the forms in the lower left corner: classes, and which samples are hollow."""
        entries = [(name, number, False) for number, name in enumerate(self._classes)]
        entries += [("held out", -1, False), ("training", -1, True)]
        paint_legend(painter, self.context.theme, rect.adjusted(0, 0, 0, 7 if self._on_a_line else 0), entries)

    @property
    def _on_a_line(self) -> bool:
        return self._of is not None and not len(self._of.fine.y)

    # Pointing.

    def hover_count(self) -> int:
        found = self._of
        if found is None or self._axes is None:
            return 0
        return len(found.held_out.inputs) + len(found.training.inputs) + found.surface[0].size

    def hover_at(self, place: QPointF) -> int:
        found, axes = self._of, self._axes
        if found is None or axes is None or not self.rect().contains(place.toPoint()):
            return -1
        before = 0
        for points in (found.held_out, found.training):
            near = _nearest(self._places(points), place)
            if near >= 0:
                return before + near
            before += len(points.inputs)
        column = int(np.abs(axes.xs(found.fine.x) - place.x()).argmin())
        if not len(found.fine.y):
            return before + column
        row = int(np.abs(axes.ys(found.fine.y) - place.y()).argmin())
        return before + row * len(found.fine.x) + column

    def spot(self, element: int) -> _Spot | None:
        """Return what element number `element` is: a held-out sample, a training sample, or a place of the grid."""
        found, axes = self._of, self._axes
        if found is None or axes is None:
            return None
        for points, name in ((found.held_out, "held-out sample"), (found.training, "training sample")):
            if element < len(points.inputs):
                at = self._places(points)[element]
                inputs = ", ".join(exact(float(value)) for value in points.inputs[element])
                return _Spot(at.x(), at.y(), [f"{name} {element}", f"x = {inputs}", self._target(points, element)])
            element -= len(points.inputs)
        row, column = divmod(element, len(found.fine.x))
        x, answers = float(found.fine.x[column]), found.surface.reshape(len(found.surface), -1)[:, element]
        if not len(found.fine.y):
            height = float(axes.ys(answers[0]))
            return _Spot(float(axes.xs(x)), height, [f"x = {exact(x)}", *self._answers(answers)])
        y = float(found.fine.y[row])
        at = axes.point(x, y)
        return _Spot(at.x(), at.y(), [f"x = {exact(x)}, {exact(y)}", *self._answers(answers)])

    def _target(self, points: Points, element: int) -> str:
        if len(points.classes):
            return f"class {self._classes[int(points.classes[element])]}"
        return f"wanted {', '.join(exact(float(value)) for value in points.numbers[element])}"

    def _answers(self, values: Array) -> list[str]:
        if not self._classes:
            return [f"output {exact(float(value))}" for value in values]
        return [f"{name} {exact(float(value))}" for name, value in zip(self._classes, values, strict=True)]

    def number_of(self, element: int) -> Number | None:
        """Return the input of the selected sample, which its pass was recorded with, else the answer at a place."""
        found, recording = self._of, self.context.player.recording
        if found is None or recording is None or not 0 <= element < self.hover_count():
            return None
        said = "\n".join(self.lines_of(element))
        for points, selectable in ((found.held_out, True), (found.training, False)):
            if element < len(points.inputs):
                if not selectable or element != self.context.store.view.sample:
                    return None
                name = next(node.id for node in recording.graph.nodes if node.kind == "input")
                return Number(Explain(name, (0,)), said)
            element -= len(points.inputs)
        row, column = divmod(element, len(found.fine.x))
        place = [float(found.fine.x[column]), *([float(found.fine.y[row])] if len(found.fine.y) else [])]
        answers = found.surface.reshape(len(found.surface), -1)[:, element]
        return Number(answer(found.step, place, self._classes, answers.tolist()), said)

    def stride(self) -> int:
        on_a_plane = self._of is not None and not self._on_a_line
        return len(self._of.fine.x) if on_a_plane else super().stride()

    def lines_of(self, element: int) -> list[str]:
        spot = self.spot(element)
        return spot.lines if spot is not None else []

    def draw_hover(self, painter: QPainter) -> None:
        spot = self.spot(self.hovered)
        if spot is None:
            return
        at = QPointF(spot.x, spot.y)
        painter.setPen(QPen(self.context.theme.color("text"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 5, 5)
        paint_note(painter, self.context, spot.lines, at, QRectF(self.rect()).adjusted(4, 4, -4, -4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._of
        near = _nearest(self._places(found.held_out), event.position()) if found is not None else -1
        if near >= 0:
            self.context.store.look(sample=near, element=())

    def table(self) -> str:
        found = self._of
        if found is None:
            return ""
        names = self._classes or tuple(f"output{number}" for number in range(len(found.surface)))
        answers = found.surface.reshape(len(found.surface), -1).T
        ys = found.fine.y if len(found.fine.y) else [None]
        places = [f"{x}" if y is None else f"{x},{y}" for y in ys for x in found.fine.x]
        rows = [f"{place},{','.join(map(str, row))}" for place, row in zip(places, answers, strict=True)]
        head = ",".join([*(["x", "y"] if len(found.fine.y) else ["x"]), *names])
        return "\n".join([head, *rows]) + "\n"


def _heights(points: Points) -> Array:
    return points.numbers[:, 0] if len(points.numbers) else points.classes.astype(np.float32)


def _span(values: Array) -> Scale:
    return Scale(float(values[0]), float(values[-1]))


def _limit(found: Responses) -> float:
    """Return the end of the scale of heights: that of the samples, so that it does not change in every step."""
    numbers = np.concatenate([found.training.numbers.ravel(), found.held_out.numbers.ravel()])
    return float(np.abs(numbers).max(initial=0.0)) or 1.0


def _nearest(places: list[QPointF], at: QPointF) -> int:
    distances = [(place - at).manhattanLength() for place in places]
    near = int(np.argmin(distances)) if distances else -1
    return near if near >= 0 and distances[near] < _NEAR else -1


def _picture(colors: np.ndarray) -> QImage:
    pixels = np.ascontiguousarray(colors.round().clip(0, 255).astype(np.uint8))
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
