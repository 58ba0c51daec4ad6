"""A matrix of numbers in tinted cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from visualizer.core.numbers import cell, rounded
from visualizer.ui import paint
from visualizer.ui.inspectors.pictures import Values
from visualizer.ui.theme import Theme, font

ROW = 20.0
NARROWEST = 19.0
"""A cell of this width still holds a number."""

_TINT = 0.34  # text keeps its contrast


@dataclass(frozen=True, eq=False)
class NumberGrid:
    """Values (rows, columns) and where they are painted. Cells that are not `inside` are padding."""

    values: Values
    area: QRectF
    inside: npt.NDArray[np.bool_] | None = None
    tinted: bool = True

    @property
    def numbers_fit(self) -> bool:
        return self.area.width() / self.values.shape[1] >= NARROWEST - 1

    def cell(self, row: int, column: int) -> QRectF:
        """Return where a cell lies."""
        height, width = self.area.height() / self.values.shape[0], self.area.width() / self.values.shape[1]
        return QRectF(self.area.left() + column * width, self.area.top() + row * height, width, height)

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the cell at a point."""
        if not self.area.contains(x, y):
            return None
        rows, columns = self.values.shape
        row = int((y - self.area.top()) / self.area.height() * rows)
        return min(row, rows - 1), min(int((x - self.area.left()) / self.area.width() * columns), columns - 1)

    def paint(self, painter: QPainter, theme: Theme) -> None:
        limit = float(np.nanmax(np.abs(self.values), initial=0.0)) or 1.0
        digits = font(11 if self.area.width() / self.values.shape[1] > 26 else 10, 500, tabular=True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for (row, column), value in np.ndenumerate(self.values):
            area = self.cell(row, column).adjusted(0.5, 0.5, -0.5, -0.5)
            paint.rounded(painter, area, 3, self._tint(theme, float(value), limit))
            if self.numbers_fit:
                text = _fitting(float(value), area.width() + 1, digits)
                room = max(min((area.width() - paint.width_of(text, digits)) / 2, 3.0), 0.0)
                painter.setFont(digits)
                painter.setPen(theme.color("text" if self.inside is None or self.inside[row, column] else "text3"))
                painter.drawText(area.adjusted(-4, 0, -room, 0), right, text)

    def _tint(self, theme: Theme, value: float, limit: float) -> QColor:
        if not self.tinted or value == 0 or not np.isfinite(value):
            return theme.color("raised")
        amount = min(_TINT, 0.05 + 0.3 * abs(value) / limit)
        return theme.mix("raised", "pos" if value > 0 else "neg", amount)


def _fitting(value: float, width: float, face: QFont) -> str:
    """Return a number with as many digits as there is room for; a part of a number would be another number."""
    wordings = (cell(value), rounded(value, 2), rounded(value, 1)) if abs(value) >= 10 else (cell(value),)
    fitting = (words for words in wordings if paint.width_of(words, face) <= width)
    return next(fitting, "…" if len(wordings) > 1 else wordings[0])
