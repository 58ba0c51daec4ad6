"""One typeset formula, made smaller where the card is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from visualizer.ui.context import Context
from visualizer.ui.formula import Extent, extent, paint_formula, plain, typesetter

_PIXELS = 15.0
_SMALLEST = 9.5


class FormulaLine(QWidget):
    """Hides itself where the formula would have to be unreadably small."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._tex = ""
        self._pixels = _PIXELS
        self._extent = Extent(0, 0, 0)
        typesetter().ready.connect(self._fit)

    def show_formula(self, tex: str) -> None:
        """Show a formula in TeX, "" for none."""
        self._tex = tex
        self.setAccessibleName(plain(tex))
        self.setToolTip(plain(tex))
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        room = self.parentWidget().width() - 36 if self.parentWidget() else self.width()
        natural = extent(self._tex, _PIXELS).width if self._tex else 0.0
        self._pixels = _PIXELS if natural <= room else _PIXELS * room / natural
        self.setVisible(bool(self._tex) and self._pixels >= _SMALLEST)
        self._extent = extent(self._tex, self._pixels) if self._tex else Extent(0, 0, 0)
        self.setFixedHeight(max(round(self._extent.ascent + self._extent.descent) + 6, 1))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            color = self._context.theme.color("text2")
            paint_formula(painter, 2, self._extent.ascent + 3, self._tex, self._pixels, color)
