"""Paints single neurons: the activation as a filled disc, the gradient as a ring, the name, the response beside it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from visualizer.core.frames import Array
from visualizer.core.numbers import MINUS, rounded
from visualizer.ui import paint
from visualizer.ui.canvas.halo import glow
from visualizer.ui.canvas.neuron_state import ColumnState
from visualizer.ui.canvas.neurons import NeuronPlan
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.canvas.working_point import is_near, paint_working_point
from visualizer.ui.theme import Theme, font

_ANSWER = (11, 600)  # pixels and weight of what an output stands for
_CENTER = Qt.AlignmentFlag.AlignHCenter
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class NeuronPainter:
    """Paints the neurons of one plan."""

    def __init__(self, plan: NeuronPlan, subject: Subject, theme: Theme) -> None:
        self.plan, self.subject, self.theme = plan, subject, theme
        self._pictures: dict[int, list[QImage]] = {}

    # Numbers.

    def value(self, node: str, neuron: int) -> float | None:
        """Return the recorded activation of one neuron."""
        values = _flat(self.subject.activation(node)) if node else None
        return None if values is None else float(values[neuron])

    def slope(self, number: int, neuron: int) -> float | None:
        """Return the recorded gradient of one neuron's activation."""
        values = _flat(self.subject.gradient(self.plan.columns[number].output))
        return None if values is None else float(values[neuron])

    def _largest(self, node: str) -> float:
        values = _flat(self.subject.activation(node))
        return 1.0 if values is None else float(abs(values).max()) or 1.0

    # Discs and rings.

    def neuron(self, painter: QPainter, number: int, neuron: int, state: ColumnState) -> None:
        """Paint one neuron with what is known of it."""
        theme, at, radius = self.theme, self.plan.centers[number][neuron], self.plan.radius
        value = self.value(state.node, neuron)
        slope = self.slope(number, neuron) if state.gradient in ("active", "done") else None
        disc = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        if state.gradient == "active" and slope is not None:
            token = "grad_pos" if slope >= 0 else "grad_neg"
            glow(painter, disc, radius, theme.color(token), 16, 0.9 if theme.dark else 0.5)
        if value is None:
            paint.rounded(painter, disc, radius, theme.color("raised"), theme.color("line2"), 1, Qt.PenStyle.DotLine)
        else:
            self._disc(painter, disc, state, value)
            self._rim(painter, disc, state, slope)
            self._number(painter, number, neuron, state, value, slope)
        self._labels(painter, number, neuron, slope)

    def _disc(self, painter: QPainter, disc: QRectF, state: ColumnState, value: float) -> None:
        size = min(abs(value) / self._largest(state.node), 1.0)
        quiet = bool(state.gradient) or state.values == "later"
        over = "line2" if quiet else "pos" if value >= 0 else "neg"
        strength = 0.12 + 0.4 * size if quiet else 0.06 + 0.30 * size
        paint.rounded(painter, disc, disc.width() / 2, self.theme.mix("raised", over, strength))

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

    def _number(
        self, painter: QPainter, number: int, neuron: int, state: ColumnState, value: float, slope: float | None
    ) -> None:
        """Write the activation into the disc, below its curve where there is room for that, or beside it."""
        radius, later, at = self.plan.radius, state.values == "later", self.plan.centers[number][neuron]
        disc = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        if is_near(painter, radius) and self._curve_in(painter, disc, number, neuron, state):
            size = 0.36 * radius
            below = QRectF(disc.left(), at.y() + 0.28 * radius, disc.width(), 0.5 * radius)
            paint.text(painter, below, fixed(value), font(size, 600, tabular=True), self.theme.color("text"), _CENTER)
        elif not self.plan.is_small:
            face = font(12 if radius >= 20 else 10, 600, tabular=True)
            paint.text(painter, disc, fixed(value), face, self.theme.color("text3" if later else "text"), _CENTER)
        elif slope is None:
            self._beside(painter, at, fixed(value), "text3" if later else "text2")

    def _curve_in(self, painter: QPainter, disc: QRectF, number: int, neuron: int, state: ColumnState) -> bool:
        column = self.plan.columns[number]
        z = self.value(column.linear, neuron)
        if z is None or state.node != column.output or state.values == "later":
            return False
        a = self.value(column.output, neuron)
        return a is not None and paint_working_point(
            painter, disc, self.subject.graph.node[column.output], z, a, self.theme
        )

    # Words around it.

    def _labels(self, painter: QPainter, number: int, neuron: int, slope: float | None) -> None:
        """Name the neuron, and say its gradient below it or, where neurons are close, to its right."""
        theme, at, radius = self.theme, self.plan.centers[number][neuron], self.plan.radius
        column = self.plan.columns[number]
        if number == 0:
            place = QRectF(at.x() - radius - 48, at.y() - 9, 40, 18)
            face, name = font(13, 500, italic=True), f"x{str(neuron + 1).translate(_SUBSCRIPTS)}"
            paint.text(painter, place, name, face, theme.color("text2"), Qt.AlignmentFlag.AlignRight)
        if column is self.plan.columns[-1]:
            self._answer(painter, at, neuron)
        if slope is None:
            return
        token = "grad_pos" if slope >= 0 else "grad_neg"
        text = f"{'+' if slope > 0 else ''}{rounded(slope)}"
        if self.plan.apart(number) < 2 * radius + 24:
            self._beside(painter, at, text, token)
            return
        text = f"∂L/∂{'a' if column.output != column.linear else 'z'} {text}"
        face = font(11, 500, tabular=True)
        width = paint.width_of(text, face) + 10
        spot = QRectF(at.x() - width / 2, at.y() + radius + 5, width, 16)
        paint.rounded(painter, spot, 8, theme.color("panel", 0.85))
        paint.text(painter, spot, text, face, theme.color(token), _CENTER)

    def _beside(self, painter: QPainter, at: QPointF, text: str, token: str) -> None:
        """Write a number to the right of a neuron, where it has no room in or below it."""
        face = font(10, 500, tabular=True)
        width = paint.width_of(text, face) + 8
        spot = QRectF(at.x() + self.plan.radius + 4, at.y() - 7, width, 14)
        paint.rounded(painter, spot, 7, self.theme.color("panel", 0.85))
        paint.text(painter, spot, text, face, self.theme.color(token), _CENTER)

    def _answer(self, painter: QPainter, at: QPointF, neuron: int) -> None:
        """Say above an output what it stands for: a class with its probability, or a number and what is wanted."""
        words = self.answer(neuron)
        if not words:
            return
        place = self.answer_place(at, words)
        paint.rounded(painter, place, 8, self.theme.color("panel", 0.85))
        paint.text(painter, place, words, font(*_ANSWER), self.theme.color("text"), _CENTER)

    def answer_place(self, at: QPointF, words: str) -> QRectF:
        """Return where the words about an output stand: above it, or to its right where neurons are close."""
        radius, width = self.plan.radius, paint.width_of(words, font(*_ANSWER)) + 12
        if self.plan.apart(len(self.plan.columns) - 1) >= 2 * radius + 22:
            return QRectF(at.x() - width / 2, at.y() - radius - 23, width, 17)
        return QRectF(at.x() + radius + (48 if self.plan.is_small else 8), at.y() - 8, width, 17)

    def answer(self, neuron: int) -> str:
        """Return what an output stands for, with the target where it is known."""
        recording, classes = self.subject.recording, self.subject.classes
        if recording is None:
            return classes[neuron] if neuron < len(classes) else ""
        if neuron < len(recording.probabilities):
            name = classes[neuron] if neuron < len(classes) else f"class {neuron}"
            target = " (target)" if recording.target == neuron else ""
            return f"{name}{target}  {100 * float(recording.probabilities[neuron]):.0f} %"
        wanted = len(recording.wanted) == self.plan.columns[-1].count
        return f"wanted {rounded(float(recording.wanted[neuron]))}" if wanted else ""

    # Responses.

    def response(self, painter: QPainter, number: int, neuron: int) -> None:
        """Paint what a neuron answers to every point of the input space, left of its disc."""
        column, found = self.plan.columns[number], self.subject.responses
        values = found.neurons.get(column.output) if found is not None else None
        if values is None or neuron >= len(values):
            return
        spot = self.plan.response(number, neuron)
        paint.rounded(painter, spot.adjusted(-2, -2, 2, 2), 4, self.theme.color("panel"), self.theme.color("line2"))
        if values.ndim == 3:
            painter.drawImage(spot, self._images(number, values)[neuron])
            return
        self._curve(painter, spot, values[neuron], float(abs(values).max()) or 1.0)

    def _images(self, number: int, values: Array) -> list[QImage]:
        if number not in self._pictures:
            limit = float(abs(values).max()) or 1.0
            self._pictures[number] = [paint.image(plane[::-1], self.theme, "signed", -limit, limit) for plane in values]
        return self._pictures[number]

    def _curve(self, painter: QPainter, spot: QRectF, values: Array, limit: float) -> None:
        theme, middle = self.theme, spot.center().y()
        painter.setPen(QPen(theme.color("line2", 0.6), 0.8))
        painter.drawLine(QPointF(spot.left(), middle), QPointF(spot.right(), middle))
        step = spot.width() / (len(values) - 1)
        high = spot.height() / 2 - 1
        line = [QPointF(spot.left() + n * step, middle - high * float(v) / limit) for n, v in enumerate(values)]
        painter.setPen(QPen(theme.color("text2"), 1.3))
        painter.drawPolyline(QPolygonF(line))


def fixed(value: float) -> str:
    """Return a number with two decimals for a circle, or rounded where that would not fit or read as zero."""
    if 0 < abs(value) < 0.005:
        return rounded(value, 1)
    return f"{value:.2f}".replace("-", MINUS) if abs(value) < 100 else rounded(value, 2)


def _flat(tensor: object) -> Array | None:
    values: Array | None = getattr(tensor, "values", None)
    return None if values is None else values.reshape(-1)
