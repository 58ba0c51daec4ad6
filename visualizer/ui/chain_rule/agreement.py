"""The badge that says in how many digits the three ways agree."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.topics.chain_rule import Proof
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_FEWEST = 4  # fewer digits that agree are a warning


class Agreement(QWidget):
    """Hidden without a proof."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._words, self._short, self._good = "", "", True
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_proof(self, proof: Proof | None) -> None:
        self.setVisible(proof is not None)
        if proof is not None:
            self._good = proof.agreed_digits >= _FEWEST
            self._short = f"{proof.agreed_digits} digit{'s' * (proof.agreed_digits != 1)}"
            self._words = f"agree to {self._short}"
            self.setAccessibleName(f"The three ways {self._words}")
            self.setToolTip("Significant digits in which all three agree, in float64")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(_width(self._words), 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(_width(self._short), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        token = "ice" if self._good else "warn"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect())
            paint.rounded(painter, area, 10, theme.mix("panel", token, 0.16))
            icon = "check" if self._good else "warning"
            drawn = paint.icon_pixmap(icon, theme.hex(token), 12, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(9, 4), drawn)
            words = self._words if _width(self._words) <= self.width() else self._short
            paint.text(painter, area.adjusted(24, 0, -6, 0), words, font(11, 600), theme.color(token))


def _width(words: str) -> int:
    return round(paint.width_of(words, font(11, 600))) + 34
