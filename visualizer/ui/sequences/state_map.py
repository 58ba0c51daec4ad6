"""A vector of the cell over time as a heat map: a row a unit, a column a time step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.number import number_of, slope_of
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.words import step_title
from visualizer.ui.theme import MapName, font

LEFT, RIGHT = 44.0, 58.0
_TOP, _BOTTOM = 4.0, 4.0


class StateMap(Plot):
    """Hover gives the value in full, a click or the arrow keys select unit and time step."""

    follows = ("theme", "vector", "slopes")

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__(context, "State over time")
        self._unrolling = unrolled
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumHeight(90)
        here = unrolled
        clickable(self, context, self._number_at, lambda: self._number(here.place, here.unit), own_menu=True)
        unrolled.changed.connect(self.renew)
        unrolled.playhead.moved.connect(self.update)

    @property
    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, _TOP, -RIGHT, -_BOTTOM)

    @property
    def _shape(self) -> tuple[int, int]:
        vector = self._unrolling.vector
        return (0, 0) if vector is None else vector.values.T.shape

    def draw(self, painter: QPainter) -> None:
        vector, theme, area = self._unrolling.vector, self.context.theme, self._area
        if vector is None:
            return
        slopes = self.context.store.view.slopes
        values = vector.gradients if slopes else vector.values
        if not len(values):
            paint_empty(painter, self.context, area, "No gradient comes to this layer")
            return
        name: MapName = "gradient" if slopes else paint.map_name_for(values)
        low, high = paint.limit(values, name)
        painter.drawImage(area, paint.image(values.T, theme, name, low, high))
        style, ink = font(11, tabular=True), theme.color("text2")
        units, right = values.shape[1], Qt.AlignmentFlag.AlignRight
        for unit in dict.fromkeys((0, units - 1)):
            y = area.top() + (unit + 0.5) * area.height() / units
            paint.text(painter, QRectF(0, y - 8, LEFT - 8, 16), str(unit), style, ink, right)
        middle = QRectF(0, area.center().y() - 8, LEFT - 8, 16)
        if area.height() > 70:
            paint.text(painter, middle, "unit", font(11), theme.color("text3"), right)
        self._draw_scale(painter, name, low, high)

    def _draw_scale(self, painter: QPainter, name: MapName, low: float, high: float) -> None:
        theme, area = self.context.theme, self._area
        bar = QRectF(area.right() + 8, area.top(), 6, area.height())
        table = theme.table(name)[::-1].copy()
        picture = paint.QImage(table.data, 1, len(table), 3, paint.QImage.Format.Format_RGB888)
        painter.drawImage(bar, picture)
        for value, y in ((high, bar.top()), (low, bar.bottom() - 14)):
            words = QRectF(bar.right() + 3, y, RIGHT - 17, 14)
            paint.text(painter, words, rounded(value, 2), font(11, tabular=True), theme.color("text2"))

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return unit and time step at a point."""
        area, (units, steps) = self._area, self._shape
        if not steps or not area.contains(place):
            return None
        unit = int((place.y() - area.top()) / area.height() * units)
        step = int((place.x() - area.left()) / area.width() * steps)
        return min(unit, units - 1), min(step, steps - 1)

    def _cell_area(self, unit: int, step: int) -> QRectF:
        area, (units, steps) = self._area, self._shape
        wide, high = area.width() / steps, area.height() / units
        return QRectF(area.left() + step * wide, area.top() + unit * high, wide, high)

    def paintEvent(self, event: object) -> None:
        super().paintEvent(event)
        if self._shape[1]:
            theme, area = self.context.theme, self._area
            chosen = self._cell_area(self._unrolling.unit, self._unrolling.place)
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(theme.color("accent", 0.8), 1.2))
                for x in (chosen.left(), chosen.right()):
                    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                paint.rounded(painter, chosen.adjusted(-2, -2, 2, 2), 2, None, theme.color("accent"), 2)

    def hover_count(self) -> int:
        return self._shape[0] * self._shape[1]

    def hover_at(self, place: QPointF) -> int:
        cell = self.cell_at(place)
        return -1 if cell is None else cell[0] * self._shape[1] + cell[1]

    def lines_of(self, element: int) -> list[str]:
        frame, vector = self._unrolling.frame, self._unrolling.vector
        if frame is None or vector is None:
            return []
        unit, step = divmod(element, self._shape[1])
        lines = [f"{vector.title}, unit {unit}", step_title(frame, step)]
        lines.append(f"value {exact(float(vector.values[step, unit]))}")
        slope = len(vector.gradients) > 0
        return [*lines, f"∂L/∂ of it {exact(float(vector.gradients[step, unit]))}"] if slope else lines

    def draw_hover(self, painter: QPainter) -> None:
        lines = [*self.lines_of(self.hovered), "Double-click: where does it come from?"]
        at = self._cell_area(*divmod(self.hovered, self._shape[1])).center()
        paint_note(painter, self.context, lines, at, QRectF(self.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None:
            self._unrolling.select(unit=cell[0], place=cell[1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if walk_by_key(self._unrolling, event):
            self.tell(self._unrolling.unit * self._shape[1] + self._unrolling.place)
        else:
            super().keyPressEvent(event)

    def _number_at(self, place: QPointF) -> Number | None:
        cell = self.cell_at(place)
        return None if cell is None else self._number(cell[1], cell[0])

    def _number(self, place: int, unit: int) -> Number | None:
        """Return what is shown there: a value, or its gradient."""
        slopes = self.context.store.view.slopes
        return slope_of(self._unrolling, place, unit) if slopes else number_of(self._unrolling, place, unit)

    def table(self) -> str:
        frame, vector = self._unrolling.frame, self._unrolling.vector
        if frame is None or vector is None:
            return ""
        head = ",".join(["step", "name", *(f"{vector.name}_{unit}" for unit in range(self._shape[0]))])
        rows = [",".join([str(step + 1), frame.names[step], *map(str, row)]) for step, row in enumerate(vector.values)]
        return "\n".join([head, *rows]) + "\n"
