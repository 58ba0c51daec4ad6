"""The activation function of one neuron as a curve, with the point at which it works now and the tangent there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from visualizer.core.activation_curves import Function, curve_of
from visualizer.core.graph import Node
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number, title_of
from visualizer.ui.explanations.worked_out import Given, slope
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.rows import Piece, Row, Rows
from visualizer.ui.plots.axes import Axes, Scale
from visualizer.ui.theme import font

_HEIGHT = 132
_LEAST_REACH = 3.0


class Working(NamedTuple):
    """Where a neuron works: pre-activation, activation, and the derivative there, with the function itself."""

    name: str
    before: Given
    after: Given
    slope: float
    function: Function

    @property
    def z(self) -> float:
        return self.before.value

    @property
    def a(self) -> float:
        return self.after.value


class ActivationCurve(Part):
    """There for a layer that an activation function follows, and for the function itself."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "activation curve", "Activation curve")
        self._said = QLabel(objectName="quiet")
        self._said.setFont(font(11))
        self.header.addWidget(self._said)
        self.plot = CurvePlot(context)
        self.rows = Rows(context, "Pre-activation, activation and slope")
        self.words = note()
        for widget in (self.plot, self.rows, self.words):
            self.body.addWidget(widget)

    def applies(self, look: Look) -> bool:
        return working(look) is not None

    def name(self, look: Look) -> None:
        at = working(look)
        self._said.setText("" if at is None else f"{at.name}, slope {rounded(at.slope)}")

    def refresh(self, look: Look) -> None:
        at = working(look)
        if at is not None:
            self.plot.show_working(at)
            self.rows.show_rows(_rows(at))
            self.words.setText("The dashed tangent has this slope: by it a gradient is multiplied on its way back.")


def _rows(at: Working) -> list[Row]:
    asked = (at.before.question, at.after.question, slope(at.name, at.before, at.after, at.slope))
    told = (("z", "what comes in", at.z), ("a", f"{at.name}(z)", at.a), ("da/dz", "slope of the tangent", at.slope))
    rows = []
    for question, (name, words, value) in zip(asked, told, strict=True):
        number = Number(question, f"{title_of(question)}\n{exact(value)}")
        rows.append(Row(name, (Piece(words),), value, Piece(rounded(value, 4), number), exact(value)))
    return rows


def working(look: Look) -> Working | None:
    """Return where the neuron that is looked at works, None where no known function follows."""
    recording, node = look.subject.recording, look.subject.node
    after = node if curve_of(node) else _reader(look)
    curve = curve_of(after) if after is not None else None
    if after is None or curve is None or not look.index:
        return None
    before = recording.activations.get(recording.graph.incoming[after.id][0].tensor)
    given = recording.activations.get(after.id)
    if (
        before is None
        or given is None
        or any(
            place >= size
            for view in (before, given)
            for place, size in zip(look.index, view.values.shape, strict=False)
        )
    ):
        return None
    tensor = recording.graph.incoming[after.id][0].tensor
    z, a = float(before.values[look.index]), float(given.values[look.index])
    if not (np.isfinite(z) and np.isfinite(a)):
        return None
    function, derivative = curve
    asked = (Given(Explain(tensor, look.index), z), Given(Explain(after.id, look.index), a))
    return Working(after.operation, *asked, float(derivative(np.array(z))), function)


def _reader(look: Look) -> Node | None:
    """Return the one operation that reads what is shown."""
    graph = look.subject.recording.graph
    readers = graph.outgoing[look.subject.node.id]
    return graph.node[readers[0].target] if len(readers) == 1 else None


class CurvePlot(QWidget):
    """Curve, operating point and tangent."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._at: Working | None = None
        self.setAccessibleName("Activation curve")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def show_working(self, at: Working) -> None:
        self._at = at
        self.setAccessibleDescription(f"{at.name} at {rounded(at.z)}: {rounded(at.a)}, slope {rounded(at.slope)}")
        self.setToolTip(f"z = {exact(at.z)}\na = {exact(at.a)}\nda/dz = {exact(at.slope)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        at, theme = self._at, self._context.theme
        if at is None:
            return
        reach = max(_LEAST_REACH, 1.25 * abs(at.z))
        places = np.linspace(-reach, reach, 161)
        heights = at.function(places)
        room = 0.14 * (float(heights.max() - heights.min()) or 1.0)
        y = Scale(float(heights.min()) - room, float(heights.max()) + room)
        axes = Axes(QRectF(self.rect()).adjusted(2, 2, -2, -16), Scale(-reach, reach), y)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter, axes, reach)
            points = zip(axes.xs(places), axes.ys(heights), strict=True)
            painter.setPen(QPen(theme.color("accent"), 2.2))
            painter.drawPolyline(QPolygonF([QPointF(x, height) for x, height in points]))
            self._paint_point(painter, axes, at, reach)

    def _paint_axes(self, painter: QPainter, axes: Axes, reach: float) -> None:
        theme, rect = self._context.theme, axes.rect
        painter.setPen(QPen(theme.color("line"), 1))
        zero = axes.point(0.0, 0.0)
        painter.drawLine(QPointF(rect.left(), zero.y()), QPointF(rect.right(), zero.y()))
        painter.drawLine(QPointF(zero.x(), rect.top()), QPointF(zero.x(), rect.bottom()))
        for value, align in ((-reach, Qt.AlignmentFlag.AlignLeft), (0.0, Qt.AlignmentFlag.AlignHCenter),
                             (reach, Qt.AlignmentFlag.AlignRight)):  # fmt: skip
            area = QRectF(rect.left(), rect.bottom() + 1, rect.width(), 14)
            paint.text(painter, area, rounded(value, 2), font(11, tabular=True), theme.color("text2"), align)

    def _paint_point(self, painter: QPainter, axes: Axes, at: Working, reach: float) -> None:
        """Draw the tangent, and the way from z up to the curve and over to a."""
        theme, spot = self._context.theme, axes.point(at.z, at.a)
        painter.setPen(QPen(theme.color("text3"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(spot.x(), axes.rect.bottom()), spot)
        painter.drawLine(spot, QPointF(float(axes.xs(0.0)), spot.y()))
        half = 0.32 * reach
        painter.setPen(QPen(theme.color("grad_pos"), 2, Qt.PenStyle.DashLine))
        painter.drawLine(
            axes.point(at.z - half, at.a - half * at.slope), axes.point(at.z + half, at.a + half * at.slope)
        )
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(theme.color("pos_shape" if at.a >= 0 else "neg_shape"))
        painter.drawEllipse(spot, 5, 5)
