"""What is typical of all values of a tensor, in one line; each number says where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.frames import TensorView
from visualizer.core.numbers import exact, rounded
from visualizer.core.quantities import Kind
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.statistics import Statistic, statistic
from visualizer.ui.theme import font

_HEIGHT = 30
_SHOWN: tuple[tuple[Statistic, str], ...] = (
    ("lowest", "lowest"), ("mean", "mean"), ("standard deviation", "std. dev."), ("highest", "highest"),
)  # fmt: skip


class StatisticsLine(QWidget):
    """Lowest, mean, standard deviation, highest."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._values: list[float] = []
        self._of: tuple[Kind, str] = ("activation", "")
        self.setFixedHeight(_HEIGHT)
        clickable(self, context, self._number_at, by_click=True)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def show_statistics(self, view: TensorView, kind: Kind, name: str) -> None:
        """Show what is typical of a tensor."""
        self._values = [view.minimum, view.mean, view.standard_deviation, view.maximum]
        self._of = kind, name
        pairs = zip(_SHOWN, self._values, strict=True)
        self.setAccessibleName(", ".join(f"{which} {rounded(value)}" for (which, _), value in pairs))
        self.update()

    def _number_at(self, point: QPointF) -> Number | None:
        place = int(point.x() / max(self.width(), 1) * len(_SHOWN))
        if not self._values or not 0 <= place < len(_SHOWN):
            return None
        question = statistic(*self._of, _SHOWN[place][0])
        return Number(question, f"{question.title}\n{exact(self._values[place])}")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, width = self._context.theme, self.width() / len(_SHOWN)
        with QPainter(self) as painter:
            for place, ((_, name), value) in enumerate(zip(_SHOWN, self._values, strict=False)):
                area = QRectF(place * width, 0, width - 4, 14)
                paint.text(painter, area, name, font(10), theme.color("text3"))
                figures = font(11, 600, tabular=True)
                paint.text(painter, area.translated(0, 14), rounded(value), figures, theme.color("text"))
