"""Draws a network of small linear layers neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen

from visualizer.core.timeline import Pulse, SceneState
from visualizer.ui import paint
from visualizer.ui.canvas.cards import badge, fitting, switch
from visualizer.ui.canvas.drawing import Direction, Hit, Instant
from visualizer.ui.canvas.loss_box import paint_loss
from visualizer.ui.canvas.micro import paint_micro
from visualizer.ui.canvas.neuron import NeuronPainter
from visualizer.ui.canvas.neuron_edges import paint_biases, paint_chosen, paint_shares, paint_travel, paint_weights
from visualizer.ui.canvas.neuron_picking import (
    bias_hit,
    has_gradient,
    label_hit,
    line_hit,
    loss_hit,
    neuron_hit,
    switch_hit,
    weight_hit,
)
from visualizer.ui.canvas.neuron_state import (
    ColumnState,
    bias_gradients_of,
    biases_of,
    column_state,
    parameter_of,
    weight_gradients_of,
    weights_of,
)
from visualizer.ui.canvas.neurons import NeuronPlan, columns_of, plan_neurons, room_for
from visualizer.ui.canvas.seen import InputPicture
from visualizer.ui.canvas.states import Moment, moment
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.working_point import paint_callout
from visualizer.ui.store import View
from visualizer.ui.theme import Theme, font

_WAY_ROOM = 190.0  # between two columns, for a word and an arrow
_SMALLEST_RESPONSE = 17.0  # pixels on the screen


class NeuronDrawing:
    """Circles with their activations, lines with their weights, and in the backward pass rings with gradients."""

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None:
        self.subject, self.theme, self.opened = subject, theme, ""
        columns = columns_of(subject)
        assert columns is not None
        size = room_for(columns, size)
        self.plan: NeuronPlan = plan_neurons(columns, size)
        self._seen = QRectF(QPointF(), size)
        self.neurons = NeuronPainter(self.plan, subject, theme)
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

    def follow(self, seen: QRectF) -> None:
        """Keep the curve that is pointed at in view."""
        self._seen = seen

    def place_of(self, node: str) -> QRectF | None:
        hit = self.find(node)
        return None if hit is None else hit.rect

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
            gradients = weight_gradients_of(self.subject, column)
            paint_weights(painter, self.plan, number, weights_of(self.subject, column), gradients,
                          states[number], self.theme, only)  # fmt: skip
        taken = self.taken(instant.view)
        if taken is not None:
            paint_chosen(painter, self.plan, taken, instant.view.number, self.theme)
        paint_loss(painter, self.plan, self.subject, self.theme, instant.scene.phase if instant.scene else "")
        for number in range(1, len(self.plan.columns)):
            gradients = weight_gradients_of(self.subject, self.plan.columns[number])
            if states[number].weight_gradient in ("active", "done") and gradients is not None:
                paint_shares(painter, self.plan, number, gradients, self.theme)
        for number, state in enumerate(states):
            self._title(painter, number, state)
            for neuron in range(len(self.plan.centers[number])):
                if self._shows_responses(painter, instant, state):
                    self.neurons.response(painter, number, neuron)
            self._biases(painter, number, state)
            for neuron in range(len(self.plan.centers[number]) if state.values != "active" else 0):
                self.neurons.neuron(painter, number, neuron, state)
            self._left_out(painter, number)
        if chosen is not None:
            at, radius = self.plan.centers[chosen[0]][chosen[1]], self.plan.radius + 6
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.drawEllipse(at, radius, radius)
        paint_micro(painter, self.plan, instant.view, self.theme)

    def chosen(self, view: View) -> tuple[int, int] | None:
        """Return column and number of the selected neuron."""
        for number, column in enumerate(self.plan.columns):
            if view.selected in column.nodes and view.element and view.element[0] < column.drawn:
                return number, view.element[0]
        return None

    def taken(self, view: View) -> int | None:
        """Return the column of the weight or bias that keys set, None where there is none."""
        for number, column in enumerate(self.plan.columns):
            if view.parameter and view.parameter == parameter_of(self.subject, column, len(view.number)):
                sizes = (column.drawn, self.plan.columns[number - 1].drawn)
                return number if all(n < size for n, size in zip(view.number, sizes, strict=False)) else None
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
        if running and gap.width() > _WAY_ROOM:
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
        short = column.title.removeprefix("Linear ")
        tries = [(column.title, font(13, 600)), (short, font(13, 600)), (short, font(11, 600))]
        title, face = next((t for t in tries if paint.width_of(*t) <= rect.width()), tries[-1])
        paint.text(painter, rect, title, face, theme.color("text" if number else "text2"), center)
        below = rect.translated(0, 18)
        paint.text(painter, below, column.subtitle, font(11), theme.color("text2"), center)
        if state.frozen:
            corner = QPointF(self.plan.switch(number).left() + 24, rect.y())
            verified = self.subject.is_verified((column.path,))
            badge(painter, corner + QPointF(16, 0) if verified else corner, theme, verified)

    def _biases(self, painter: QPainter, number: int, state: ColumnState) -> None:
        column = self.plan.columns[number]
        biases, gradients = biases_of(self.subject, column), bias_gradients_of(self.subject, column)
        paint_biases(painter, self.plan, number, biases, gradients, state, self.theme)

    def _shows_responses(self, painter: QPainter, instant: Instant, state: ColumnState) -> bool:
        """Return whether responses are wanted, large enough to be seen, and gradients do not claim the eye."""
        large = (
            self.plan.has_room_for_responses
            and 2 * self.plan.radius * painter.worldTransform().m11() >= _SMALLEST_RESPONSE
        )
        return instant.view.responses and large and not state.gradient and self.subject.responses is not None

    def _left_out(self, painter: QPainter, number: int) -> None:
        """Say below a large layer how many of its neurons are drawn."""
        column, centers = self.plan.columns[number], self.plan.centers[number]
        if column.drawn < column.count:
            spot = QRectF(centers[-1].x() - 70, centers[-1].y() + self.plan.apart(number) - 8, 140, 16)
            counted = f"⋮ {column.drawn} of {column.count}"
            words = fitting((f"{counted} drawn", counted), font(11, 500), self.plan.title(number).width())
            color = self.theme.color("text2")
            paint.text(painter, spot, words, font(11, 500), color, Qt.AlignmentFlag.AlignHCenter)

    # Moving.

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        self._paint_moving(painter, instant)
        self._curve(painter, instant)

    def _curve(self, painter: QPainter, instant: Instant) -> None:
        """Show the activation curve of the neuron that is pointed at."""
        selects, element = (instant.pointed.selects, instant.pointed.element) if instant.pointed else ("", ())
        for column, centers in zip(self.plan.columns, self.plan.centers, strict=True):
            if selects != column.linear or column.linear in ("", column.output) or len(element) != 1:
                continue
            z, a = (self.neurons.value(node, element[0]) for node in (column.linear, column.output))
            node = self.subject.graph.node[column.output]
            if z is not None and a is not None:
                paint_callout(painter, centers[element[0]], self.plan.radius, self._seen, node, z, a, self.theme)

    def _paint_moving(self, painter: QPainter, instant: Instant) -> None:
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
        shown = round(fill * column.drawn)
        for neuron in range(column.drawn):
            known = state if neuron < shown else state._replace(node="", values="active")
            if state.node == column.output != column.linear and neuron >= shown:
                known = state._replace(node=column.linear)
            self.neurons.neuron(painter, number, neuron, known)

    def _travelling(self, scene: SceneState) -> list[tuple[int, Pulse]]:
        """Return the columns before which something travels, with the pulse."""
        edge_into = {
            edge.id: number
            for number, column in enumerate(self.plan.columns)
            if column.linear
            for edge in self.subject.graph.incoming[column.linear]
        }
        return [(edge_into[pulse.edge], pulse) for pulse in scene.pulses if pulse.edge in edge_into]

    def looked_at(self, view: View) -> tuple[object, ...]:
        return (view.selected, view.element, view.parameter, view.number, view.micro, view.responses)

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

    def input_pictures(self, instant: Instant) -> list[InputPicture]:
        return []  # inputs are neurons here

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        for number, column in enumerate(self.plan.columns):
            shown = number in self._switchable(instant) or self.subject.is_frozen((column.path,))
            if column.path and shown and self.plan.switch(number).adjusted(0, 0, 16, 0).contains(point):
                return switch_hit(self.neurons, number)
            if self.plan.title(number).adjusted(0, 0, 0, 18).contains(point):
                return Hit(column.linear or column.output, self.plan.title(number), column.title, freezes=column.path)
        neuron, states = self.plan.neuron_at(point), self.states(instant.scene)
        if neuron is not None:
            state = states[neuron[0]]
            return neuron_hit(self.neurons, *neuron, gradient=has_gradient(state), shown=state.node)
        if self.plan.loss.contains(point):
            return loss_hit(self.neurons)
        return label_hit(self.neurons, point, states) or line_hit(self.neurons, point)  # as they are painted

    def find(self, identity: str) -> Hit | None:
        for number, column in enumerate(self.plan.columns):
            if identity in column.nodes:
                return Hit(column.linear or column.output, self.plan.title(number), column.title, column.subtitle,
                           freezes=column.path)  # fmt: skip
        return loss_hit(self.neurons) if identity.startswith("loss/") else None

    def move(self, view: View, direction: Direction) -> Hit | None:
        """Return the neuron that an arrow key leads to from the selected one."""
        here = self.chosen(view)
        number, neuron = here if here is not None else (0, 0)
        if here is not None:
            number += {"left": -1, "right": 1}.get(direction, 0)
            neuron += {"up": -1, "down": 1}.get(direction, 0)
        number = min(max(number, 0), len(self.plan.columns) - 1)
        neuron = min(max(neuron, 0), self.plan.columns[number].drawn - 1)
        return neuron_hit(self.neurons, number, neuron, gradient=False)

    def next_parameter(self, view: View) -> Hit | None:
        """Return the weight after the selected one into the selected neuron, its bias after the last."""
        chosen = self.chosen(view)
        if chosen is None or not self.plan.columns[chosen[0]].linear:
            return None
        number, neuron = chosen
        sources = self.plan.columns[number - 1].drawn
        taken = self.taken(view) == number and view.number[0] == neuron
        source = view.number[1] + 1 if taken and len(view.number) == 2 else 0
        weight = weight_hit(self.neurons, number, neuron, source) if source < sources else None
        return weight or bias_hit(self.neurons, number, neuron) or weight_hit(self.neurons, number, neuron, 0)

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        radius = self.plan.radius
        size = QSizeF(2 * radius, 2 * radius)
        return [
            (QRectF(center - QPointF(radius, radius), size), "accent" if state.values == "active" else "line2")
            for centers, state in zip(self.plan.centers, self.states(instant.scene), strict=True)
            for center in centers
        ] + [(self.plan.loss, "line2")]
