"""Which colour of the map means which judgement."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_STOPS = 12


class JudgementScale(QWidget):
    """From fake over undecided to real."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("The discriminator\u2019s judgement: 0 is fake, 0.5 undecided, 1 real")
        self.setAccessibleName("Colours of the judgement, from 0, fake, to 1, real")
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(132, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, style = self._context.theme, font(11)
        bar = QRectF(34, 6, self.width() - 68, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for number in range(_STOPS + 1):
            gradient.setColorAt(number / _STOPS, inks.of_judgement(theme, number / _STOPS))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.text(painter, QRectF(0, 0, 30, 20), "fake", style, theme.color("text2"), Qt.AlignmentFlag.AlignRight)
            paint.text(painter, QRectF(bar.right() + 4, 0, 30, 20), "real", style, theme.color("text2"))
            painter.setPen(theme.color("line2"))
            painter.setBrush(gradient)
            painter.drawRoundedRect(bar, 3, 3)
