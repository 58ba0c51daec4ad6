"""Draws a network of small linear layers neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen

from visualizer.core.frames import Array
from visualizer.core.numbers import MINUS, exact, rounded
from visualizer.core.timeline import Pulse, SceneState
from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.cards import badge, switch
from visualizer.ui.canvas.drawing import Direction, Hit, Instant
from visualizer.ui.canvas.halo import glow
from visualizer.ui.canvas.loss_box import paint_loss
from visualizer.ui.canvas.neuron_edges import paint_shares, paint_travel, paint_weights
from visualizer.ui.canvas.neuron_state import ColumnState, column_state, weight_gradients_of, weights_of
from visualizer.ui.canvas.neurons import NeuronPlan, columns_of, plan_neurons
from visualizer.ui.canvas.states import Moment, moment
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.store import View
from visualizer.ui.theme import Theme, font


class NeuronDrawing:
    """Circles with their activations, lines with their weights, and in the backward pass rings with gradients."""

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None:
        self.subject, self.theme, self.opened = subject, theme, ""
        columns = columns_of(subject)
        assert columns is not None
        self.plan: NeuronPlan = plan_neurons(columns, size)
        self.bounds = QRectF(0, 0, size.width(), size.height())
        self._states: tuple[Moment, list[ColumnState]] | None = None

    @staticmethod
    def suits(subject: Subject) -> bool:
        return columns_of(subject) is not None

    def states(self, scene: SceneState | None) -> list[ColumnState]:
        """Return how far every column is."""
        key = moment(scene)
        if self._states is None or self._states[0] != key:
            columns = self.plan.columns
            before = [None, *columns[:-1]]
            states = [column_state(c, b, self.subject, scene) for c, b in zip(columns, before, strict=True)]
            self._states = (key, states)
        return self._states[1]

    def prepare(self, instant: Instant, scale: float) -> Iterator[None]:
        return iter(())  # circles and lines are drawn as quickly as they are

    # Still.

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        states, chosen = self.states(instant.scene), self.chosen(instant.view)
        for number in range(1, len(self.plan.columns)):
            self._band(painter, number, states[number])
            column = self.plan.columns[number]
            only = chosen[1] if chosen is not None and chosen[0] == number else None
            paint_weights(painter, self.plan, number, weights_of(self.subject, column),
                          weight_gradients_of(self.subject, column), states[number], self.theme, only)  # fmt: skip
        paint_loss(painter, self.plan, self.subject, self.theme, instant.scene.phase if instant.scene else "")
        for number in range(1, len(self.plan.columns)):
            gradients = weight_gradients_of(self.subject, self.plan.columns[number])
            if states[number].weight_gradient in ("active", "done") and gradients is not None:
                paint_shares(painter, self.plan, number, gradients, self.theme)
        for number, state in enumerate(states):
            self._title(painter, number, state)
            if state.values != "active":
                for neuron in range(self.plan.columns[number].count):
                    self._neuron(painter, number, neuron, state)
        if chosen is not None:
            at, radius = self.plan.centers[chosen[0]][chosen[1]], self.plan.radius + 6
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.drawEllipse(at, radius, radius)

    def chosen(self, view: View) -> tuple[int, int] | None:
        """Return column and number of the selected neuron."""
        for number, column in enumerate(self.plan.columns):
            if view.selected in column.nodes and view.element and view.element[0] < column.count:
                return number, view.element[0]
        return None

    def _band(self, painter: QPainter, number: int, state: ColumnState) -> None:
        """Light up the room in which weights are at work, and say below how far it is."""
        gap = self.plan.gap(number)
        backward = bool(state.weight_gradient)
        running = state.weight_gradient == "active" if backward else state.weights == "active"
        if running:
            light = QLinearGradient(gap.left(), 0, gap.right(), 0)
            for place, opacity in ((0.0, 0.0), (0.5, 0.10), (1.0, 0.0)):
                light.setColorAt(place, self.theme.color("accent", opacity))
            painter.fillRect(gap, light)
        done = state.weight_gradient == "done" if backward else state.weights == "done"
        text = "running" if running else "done" if done else "next" if state.weights != "idle" else ""
        if backward and state.frozen:
            text = "frozen"
        color = self.theme.color("accent" if running else "ice" if text == "frozen" else "text2")
        spot = QRectF(gap.center().x() - 60, self.plan.size.height() - 24, 120, 16)
        paint.text(painter, spot, text, font(11, 600 if running else 500), color, Qt.AlignmentFlag.AlignHCenter)
        if running:
            self._way(painter, spot, backward)

    def _way(self, painter: QPainter, place: QRectF, backward: bool) -> None:
        y, start = place.center().y() + 1, place.center().x() + (82 if backward else 38)
        tip = start - 44 if backward else start + 44
        back = 5 if backward else -5
        painter.setPen(QPen(self.theme.color("accent"), 1.5))
        painter.drawLine(QLineF(start, y, tip, y))
        painter.drawPolyline([QPointF(tip + back, y - 4), QPointF(tip, y), QPointF(tip + back, y + 4)])

    def _title(self, painter: QPainter, number: int, state: ColumnState) -> None:
        column, rect = self.plan.columns[number], self.plan.title(number)
        theme, center = self.theme, Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, rect, column.title, font(13, 600), theme.color("text" if number else "text2"), center)
        below = rect.translated(0, 18)
        paint.text(painter, below, column.subtitle, font(11), theme.color("text2"), center)
        if state.frozen:
            corner = QPointF(self.plan.switch(number).left() + 24, rect.y())
            verified = self.subject.is_verified((column.path,))
            badge(painter, corner + QPointF(16, 0) if verified else corner, theme, verified)

    def _neuron(self, painter: QPainter, number: int, neuron: int, state: ColumnState) -> None:
        """Paint one neuron with what is known of it."""
        theme, at, radius = self.theme, self.plan.centers[number][neuron], self.plan.radius
        value = self._value(state.node, neuron)
        slope = self._slope(number, neuron) if state.gradient in ("active", "done") else None
        backward = bool(state.gradient)
        disc = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        if state.gradient == "active" and slope is not None:
            token = "grad_pos" if slope >= 0 else "grad_neg"
            glow(painter, disc, radius, theme.color(token), 16, 0.9 if theme.dark else 0.5)
        if value is None:
            paint.rounded(painter, disc, radius, theme.color("raised"), theme.color("line2"), 1, Qt.PenStyle.DotLine)
        else:
            size = min(abs(value) / self._largest(state.node), 1.0)
            over = "line2" if backward or state.values == "later" else "pos" if value >= 0 else "neg"
            strength = 0.12 + 0.4 * size if over == "line2" else 0.06 + 0.30 * size
            paint.rounded(painter, disc, radius, theme.mix("raised", over, strength))
            self._rim(painter, disc, state, slope)
            color = theme.color("text3" if state.values == "later" else "text")
            face = font(12 if radius >= 20 else 10, 600, tabular=True)
            if radius >= 15:
                paint.text(painter, disc, fixed(value), face, color, Qt.AlignmentFlag.AlignHCenter)
            elif slope is None:
                self._beside(painter, at, fixed(value), "text3" if state.values == "later" else "text2")
        self._labels(painter, number, neuron, slope)

    def _rim(self, painter: QPainter, disc: QRectF, state: ColumnState, slope: float | None) -> None:
        theme, radius = self.theme, disc.width() / 2
        if slope is not None:
            paint.rounded(painter, disc, radius, None, theme.color("grad_pos" if slope >= 0 else "grad_neg"), 3.5)
        elif state.values == "active":
            paint.rounded(painter, disc, radius, None, theme.color("accent"), 2)
        else:
            waits = state.gradient == "later" or state.values == "later"
            style = Qt.PenStyle.DashLine if waits else Qt.PenStyle.SolidLine
            paint.rounded(painter, disc, radius, None, theme.color("line2"), 1.5, style)

    def _labels(self, painter: QPainter, number: int, neuron: int, slope: float | None) -> None:
        """Name the neuron, and say its gradient below it or, where neurons are close, to its right."""
        theme, at, radius = self.theme, self.plan.centers[number][neuron], self.plan.radius
        column = self.plan.columns[number]
        if number == 0:
            place = QRectF(at.x() - radius - 48, at.y() - 9, 40, 18)
            name = f"x{str(neuron + 1).translate(_SUBSCRIPTS)}"
            paint.text(
                painter, place, name, font(13, 500, italic=True), theme.color("text2"), Qt.AlignmentFlag.AlignRight
            )
        if column is self.plan.columns[-1] and neuron < len(self.subject.classes):
            self._class(painter, at, neuron)
        if slope is None:
            return
        token = "grad_pos" if slope >= 0 else "grad_neg"
        text = f"{'+' if slope > 0 else ''}{rounded(slope)}"
        if self._apart(number) < 2 * radius + 24:
            self._beside(painter, at, text, token)
            return
        text = f"∂L/∂{'a' if column.output != column.linear else 'z'} {text}"
        face = font(11, 500, tabular=True)
        width = paint.width_of(text, face) + 10
        spot = QRectF(at.x() - width / 2, at.y() + radius + 5, width, 16)
        paint.rounded(painter, spot, 8, theme.color("panel", 0.85))
        paint.text(painter, spot, text, face, theme.color(token), Qt.AlignmentFlag.AlignHCenter)

    def _beside(self, painter: QPainter, at: QPointF, text: str, token: str) -> None:
        """Write a number to the right of a neuron, where it has no room in or below it."""
        face = font(10, 500, tabular=True)
        width = paint.width_of(text, face) + 8
        spot = QRectF(at.x() + self.plan.radius + 4, at.y() - 7, width, 14)
        paint.rounded(painter, spot, 7, self.theme.color("panel", 0.85))
        paint.text(painter, spot, text, face, self.theme.color(token), Qt.AlignmentFlag.AlignHCenter)

    def _class(self, painter: QPainter, at: QPointF, neuron: int) -> None:
        recording = self.subject.recording
        words_ = self.subject.classes[neuron]
        if recording is not None:
            target = " (target)" if recording.target == neuron else ""
            words_ = f"{words_}{target}  {100 * float(recording.probabilities[neuron]):.0f} %"
        place = QRectF(at.x() - 90, at.y() - self.plan.radius - 22, 180, 16)
        paint.text(painter, place, words_, font(11, 600), self.theme.color("text"), Qt.AlignmentFlag.AlignHCenter)

    def _apart(self, number: int) -> float:
        centers = self.plan.centers[number]
        return centers[1].y() - centers[0].y() if len(centers) > 1 else self.plan.size.height()

    # Moving.

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        scene = instant.scene
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in self._switchable(instant):
            hovered = self.plan.columns[number].path == instant.hovered
            switch(painter, self.plan.switch(number), self.theme, hovered=hovered)
        if scene is None:
            return
        for number, state in enumerate(self.states(scene)):
            if state.values == "active":
                self._appearing(painter, number, state, instant.fill)
        for number, pulse in self._travelling(scene) if not instant.view.reduced_motion else ():
            column = self.plan.columns[number]
            values = weight_gradients_of(self.subject, column) if pulse.backward else weights_of(self.subject, column)
            values = weights_of(self.subject, column) if values is None else values
            paint_travel(painter, self.plan, number, values, pulse.position, pulse.backward, self.theme)

    def _switchable(self, instant: Instant) -> list[int]:
        return [
            number
            for number, column in enumerate(self.plan.columns)
            if column.path
            and not self.subject.is_frozen((column.path,))
            and (instant.hovered == column.path or instant.view.selected in column.nodes)
        ]

    def _appearing(self, painter: QPainter, number: int, state: ColumnState, fill: float) -> None:
        """Paint the neurons of a column one after the other."""
        column = self.plan.columns[number]
        shown = round(fill * column.count)
        for neuron in range(column.count):
            known = state if neuron < shown else state._replace(node="", values="active")
            if state.node == column.output != column.linear and neuron >= shown:
                known = state._replace(node=column.linear)
            self._neuron(painter, number, neuron, known)

    def _travelling(self, scene: SceneState) -> list[tuple[int, Pulse]]:
        """Return the columns before which something travels, with the pulse."""
        edge_into = {
            edge.id: number
            for number, column in enumerate(self.plan.columns)
            if column.linear
            for edge in self.subject.graph.incoming[column.linear]
        }
        return [(edge_into[pulse.edge], pulse) for pulse in scene.pulses if pulse.edge in edge_into]

    def moving(self, instant: Instant) -> list[QRectF]:
        scene = instant.scene
        if scene is None:
            return []
        rects = [
            QRectF(self.plan.centers[n][0].x() - 100, 0, 200, self.plan.size.height())
            for n, state in enumerate(self.states(scene))
            if state.values == "active"
        ]
        return rects + [self.plan.gap(number).adjusted(-16, 0, 16, 0) for number, _ in self._travelling(scene)]

    # What is where.

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        for number, column in enumerate(self.plan.columns):
            shown = number in self._switchable(instant) or self.subject.is_frozen((column.path,))
            if column.path and shown and self.plan.switch(number).adjusted(0, 0, 16, 0).contains(point):
                frozen = self.subject.is_frozen((column.path,))
                text = f"{'Unfreeze' if frozen else 'Freeze'} {words.place(self.subject.graph, column.linear)}"
                return Hit(column.linear, self.plan.switch(number), text, freezes=column.path, switch=True)
            if self.plan.title(number).adjusted(0, 0, 0, 18).contains(point):
                return Hit(column.linear or column.output, self.plan.title(number), column.title, freezes=column.path)
        neuron = self.plan.neuron_at(point)
        if neuron is not None:
            return self._neuron_hit(*neuron, instant)
        weight = self.plan.weight_at(point)
        return None if weight is None else self._weight_hit(*weight)

    def _neuron_hit(self, number: int, neuron: int, instant: Instant) -> Hit:
        column, at, radius = self.plan.columns[number], self.plan.centers[number][neuron], self.plan.radius
        parts = []
        for node, symbol in ((column.linear, "z"), (column.output, "a" if number else "x")):
            value = self._value(node, neuron) if node else None
            if value is not None and not (symbol == "a" and column.linear == column.output):
                parts.append(f"{symbol} = {exact(value)}")
        slope = self._slope(number, neuron)
        if slope is not None and self.states(instant.scene)[number].gradient in ("active", "done"):
            parts.append(f"∂L/∂{'a' if column.output != column.linear else 'z'} = {exact(slope)}")
        rect = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        name = f"{column.title}, neuron {neuron + 1}" if number else f"input {neuron + 1}"
        return Hit(column.linear or column.output, rect, name, "\n".join(parts), (neuron,), freezes=column.path)

    def _weight_hit(self, number: int, target: int, source: int) -> Hit | None:
        column = self.plan.columns[number]
        weights, gradients = weights_of(self.subject, column), weight_gradients_of(self.subject, column)
        if weights is None:
            return None
        text = f"w = {exact(float(weights[target, source]))}"
        if gradients is not None:
            text += f"\n∂L/∂w = {exact(float(gradients[target, source]))}"
        a, b = self.plan.centers[number - 1][source], self.plan.centers[number][target]
        rect = QRectF(a, b).normalized()
        name = f"{column.title}, weight from neuron {source + 1} to neuron {target + 1}"
        return Hit(column.linear, rect, name, text, (target,), freezes=column.path)

    def find(self, identity: str) -> Hit | None:
        for number, column in enumerate(self.plan.columns):
            if identity in column.nodes:
                return Hit(column.linear or column.output, self.plan.title(number), column.title, column.subtitle,
                           freezes=column.path)  # fmt: skip
        return None

    def move(self, view: View, direction: Direction) -> Hit | None:
        """Return the neuron that an arrow key leads to from the selected one."""
        here = self.chosen(view)
        number, neuron = here if here is not None else (0, 0)
        if here is not None:
            number += {"left": -1, "right": 1}.get(direction, 0)
            neuron += {"up": -1, "down": 1}.get(direction, 0)
        number = min(max(number, 0), len(self.plan.columns) - 1)
        neuron = min(max(neuron, 0), self.plan.columns[number].count - 1)
        return self._neuron_hit(number, neuron, Instant(None, view))

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        radius = self.plan.radius
        size = QSizeF(2 * radius, 2 * radius)
        return [
            (QRectF(center - QPointF(radius, radius), size), "accent" if state.values == "active" else "line2")
            for centers, state in zip(self.plan.centers, self.states(instant.scene), strict=True)
            for center in centers
        ] + [(self.plan.loss, "line2")]

    # Numbers.

    def _value(self, node: str, neuron: int) -> float | None:
        values = self._array(self.subject.activation(node)) if node else None
        return None if values is None else float(values[neuron])

    def _slope(self, number: int, neuron: int) -> float | None:
        values = self._array(self.subject.gradient(self.plan.columns[number].output))
        return None if values is None else float(values[neuron])

    def _array(self, tensor: object) -> Array | None:
        values: Array | None = getattr(tensor, "values", None)
        return None if values is None else values.reshape(-1)

    def _largest(self, node: str) -> float:
        values = self._array(self.subject.activation(node))
        return 1.0 if values is None else float(abs(values).max()) or 1.0


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def fixed(value: float) -> str:
    """Return a number with two decimals for a circle, or rounded where it would not fit."""
    return f"{value:.2f}".replace("-", MINUS) if abs(value) < 100 else rounded(value, 2)
