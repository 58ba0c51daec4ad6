"""A matrix of gradients: cells with numbers where they fit, else a map; a click picks a weight."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Array
from visualizer.core.messages import Explain
from visualizer.core.numbers import cell as short
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.chain_rule.layer_gradient import LayerGradient
from visualizer.ui.chain_rule.opening import follow_gradient
from visualizer.ui.chain_rule.wording import signed
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import ThemeName, font
from visualizer.ui.widgets.focus import FocusRing
from visualizer.ui.widgets.map_view import ARROWS

_HEAD, _SIDE, _GAP = 18.0, 40.0, 3.0
_WIDE, _NARROW, _LOW = 54.0, 26.0, 13.0
"""From these sizes on a cell holds a number with its sign, a short one, and any number at all."""
_TINT = 0.5  # text keeps its contrast
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class GradientMatrix(FocusRing, QWidget):
    """Arrows move from weight to weight; = or a double click asks where a number comes from."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.shown: LayerGradient | None = None
        self._image: tuple[ThemeName, QImage] | None = None
        self.setAccessibleName("Gradient of the layer's weights")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        clickable(self, context, lambda point: self._number(self.cell_at(point)), lambda: self._number(self.marked))

    def show_gradient(self, shown: LayerGradient | None) -> None:
        self.shown, self._image = shown, None
        self.update()

    # Where things are.

    @property
    def values(self) -> Array | None:
        return self.shown.values if self.shown is not None else None

    @property
    def marked(self) -> tuple[int, int] | None:
        """Row and column of the chosen weight."""
        view = self._context.store.view
        if self.shown is None or view.parameter != self.shown.parameter or self.shown.note:
            return None
        return self.shown.cell(view.number)

    @property
    def shows_numbers(self) -> bool:
        """Whether cells are large enough for numbers."""
        inner = self._size(QRectF(self.rect()).adjusted(_SIDE, _HEAD, 0, 0))
        return inner[0] >= _NARROW and inner[1] >= _LOW

    @property
    def power(self) -> int:
        """The power of ten that short numbers are to be multiplied with."""
        values = self.values
        if values is None or not self.shows_numbers or self._size(self._area())[0] >= _WIDE:
            return 0
        largest = float(np.abs(values).max(initial=0.0))
        power = math.floor(math.log10(largest)) if largest > 0 and math.isfinite(largest) else 0
        return 0 if -1 <= power <= 1 else power

    def _size(self, area: QRectF) -> tuple[float, float]:
        values = self.values
        if values is None:
            return 0.0, 0.0
        return area.width() / values.shape[1], min(area.height() / values.shape[0], 44.0)

    def _area(self) -> QRectF:
        """Return where the cells are."""
        if not self.shows_numbers:
            return QRectF(self.rect()).adjusted(1, 1, -1, -1)
        area = QRectF(self.rect()).adjusted(_SIDE, _HEAD, 0, 0)
        assert self.values is not None
        area.setHeight(self._size(area)[1] * self.values.shape[0])
        return area

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell lies."""
        area = self._area()
        assert self.values is not None
        width, height = area.width() / self.values.shape[1], area.height() / self.values.shape[0]
        return QRectF(area.left() + column * width, area.top() + row * height, width, height)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the cell at a point."""
        values, area = self.values, self._area()
        if values is None or not area.contains(point):
            return None
        row = int((point.y() - area.top()) / area.height() * values.shape[0])
        column = int((point.x() - area.left()) / area.width() * values.shape[1])
        return min(row, values.shape[0] - 1), min(column, values.shape[1] - 1)

    def _number(self, place: tuple[int, int] | None) -> Number | None:
        if place is None or self.shown is None or self.shown.note or self.shown.values is None:
            return None
        index = self.shown.index(*place)
        words = f"∂L/∂ {self.shown.parameter}{list(index)} = {exact(float(self.shown.values[place]))}"
        return Number(Explain(self.shown.parameter, index, "parameter_gradient"), f"{words}\nClick: factor by factor")

    # Picking.

    def pick(self, place: tuple[int, int]) -> None:
        """Open the chain rule of one weight."""
        shown = self.shown
        if shown is not None and not shown.note and shown.values is not None:
            index = shown.index(*place)
            follow_gradient(self._context, shown.parameter, index)
            announce(self, f"∂L/∂ {shown.parameter}{list(index)} = {exact(float(shown.values[place]))}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.cell_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pick(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = ARROWS.get(Qt.Key(event.key()))
        if direction is None or self.values is None:
            super().keyPressEvent(event)
            return
        row, column = self.marked or (-direction[0] if direction[0] < 0 else 0, 0)
        moved = (row + direction[0], column + direction[1]) if self.marked else (0, 0)
        if 0 <= moved[0] < self.values.shape[0] and 0 <= moved[1] < self.values.shape[1]:
            self.pick(moved)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        values, theme = self.values, self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if values is not None and values.size:
                if self.shows_numbers:
                    self._cells(painter, values)
                else:
                    self._map(painter, values)
                if self.marked is not None:
                    ring = self.cell_rect(*self.marked).adjusted(-1, -1, 1 - _GAP, 1 - _GAP)
                    grow = max((8 - min(ring.width(), ring.height())) / 2, 1.0)
                    paint.rounded(painter, ring.adjusted(-grow, -grow, grow, grow), 7, None, theme.color("accent"), 2)
            self.paint_ring(painter, theme)

    def _map(self, painter: QPainter, values: Array) -> None:
        theme = self._context.theme
        if self._image is None or self._image[0] != theme.name:
            low, high = paint.limit(values, "gradient")
            self._image = (theme.name, paint.image(values, theme, "gradient", low, high))
        smooth = values.shape[1] > self.width() * self.devicePixelRatio()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(self._area(), self._image[1])

    def _cells(self, painter: QPainter, values: Array) -> None:
        theme = self._context.theme
        largest = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
        table, power = theme.table("gradient"), self.power
        wide = self._size(self._area())[0] >= _WIDE
        face = font(12 if wide else 11, 600, tabular=True)
        for (row, column), value in np.ndenumerate(values):
            area = self.cell_rect(row, column).adjusted(0, 0, -_GAP, -_GAP)
            share = float(value) / largest if math.isfinite(value) else 0.0
            fill = QColor(*(int(part) for part in table[round(127.5 + 127.5 * _TINT * share)]))
            paint.rounded(painter, area, min(6.0, area.height() / 4), fill)
            words = signed(float(value), 3) if wide else short(float(value) / 10.0**power)
            paint.text(painter, area, words, face, theme.color("text"), Qt.AlignmentFlag.AlignHCenter)
        self._heads(painter, values.shape)

    def _heads(self, painter: QPainter, shape: tuple[int, ...]) -> None:
        assert self.shown is not None
        theme, face = self._context.theme, font(11)
        middle = Qt.AlignmentFlag.AlignHCenter
        linear = len(self.shown.shape) == 2
        wide = self._size(self._area())[0] >= _WIDE
        for column in range(shape[1] if linear else 0):
            area = self.cell_rect(0, column)
            name = f"{self.shown.source}{str(column).translate(_SUBSCRIPTS)}"
            spot = QRectF(area.left(), 0, area.width() - _GAP, _HEAD - 2)
            paint.text(painter, spot, f"from {name}" if wide else name, face, theme.color("text2"), middle)
        for row in range(shape[0]):
            area = self.cell_rect(row, 0)
            name = f"to z{str(row).translate(_SUBSCRIPTS)}"
            paint.text(
                painter, QRectF(0, area.top(), _SIDE - 6, area.height() - _GAP), name, face, theme.color("text2")
            )
