"""What the colours and borders of the canvas mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import Theme, font

_SWATCH, _NEAR, _APART = 10.0, 6.0, 14.0
FORWARD = ("positive", "negative", "running", "frozen", "later")
BACKWARD = ("gradient +", "gradient −", "activation", "running", "frozen")


class Legend(QWidget):
    """One line of swatches and words; shows another one while gradients run."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.entries: tuple[str, ...] = FORWARD
        self.setAccessibleName("Legend")
        self.setToolTip("Orange is positive, blue is negative; what glows is happening now.")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: tuple[str, ...]) -> None:
        if entries != self.entries:
            self.entries = entries
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        words = sum(paint.width_of(entry, font(11)) for entry in self.entries)
        return QSize(round(words + len(self.entries) * (_SWATCH + _NEAR + _APART)), 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            right = float(self.width())
            for entry in reversed(self.entries):
                width = paint.width_of(entry, font(11))
                left = right - width - _SWATCH - _NEAR
                if left < 0:
                    break
                swatch(painter, QRectF(left, (self.height() - _SWATCH) / 2, _SWATCH, _SWATCH), entry, theme)
                place = QRectF(right - width, 0, width + 2, self.height())
                paint.text(painter, place, entry, font(11), theme.color("text2"))
                right = left - _APART


def swatch(painter: QPainter, rect: QRectF, entry: str, theme: Theme) -> None:
    """Paint the sign of one entry."""
    if entry == "later":
        paint.rounded(painter, rect, 3, None, theme.color("line2"), 1, Qt.PenStyle.DotLine)
    elif entry == "frozen":
        paint.rounded(painter, rect, 3, None, theme.color("ice"), 1.5)
    elif entry == "running":
        paint.rounded(painter, rect, 3, theme.color("accent", 0.3), theme.color("accent"), 1.5)
    elif entry == "activation":
        paint.rounded(painter, rect, 5, theme.color("line2"))
    elif entry.startswith("gradient"):
        paint.rounded(painter, rect, 5, None, theme.color("grad_pos" if entry.endswith("+") else "grad_neg"), 2.2)
    else:
        paint.rounded(painter, rect, 5, theme.color("pos_shape" if entry == "positive" else "neg_shape"))
