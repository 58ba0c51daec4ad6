"""A widget that shows one formula."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui.context import Context
from visualizer.ui.formula import extent, paint_formula, plain, typesetter


class FormulaLabel(QWidget):
    """One formula (TeX), left aligned, in the colour of text."""

    def __init__(self, context: Context, tex: str = "", pixels: float = 14) -> None:
        super().__init__()
        self._context, self._tex, self._pixels = context, tex, pixels
        typesetter().ready.connect(self._typeset)
        self.set_formula(tex)

    def set_formula(self, tex: str) -> None:
        self._tex = tex
        self.setAccessibleName(plain(tex))
        self._typeset()

    def _typeset(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if not self._tex:
            return QSize()
        room = extent(self._tex, self._pixels)
        return QSize(math.ceil(room.width), math.ceil(room.ascent + room.descent))

    def paintEvent(self, event: QPaintEvent) -> None:
        room = extent(self._tex, self._pixels)
        baseline = (self.height() + room.ascent - room.descent) / 2
        with QPainter(self) as painter:
            paint_formula(painter, 0, baseline, self._tex, self._pixels, self._context.theme.color("text"))
