"""The size of the gradient in each layer, now as bars and over the steps as lines."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.plots.gradient_bars import GradientBars
from visualizer.ui.plots.gradient_lines import GradientLines
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.theme import font
from visualizer.ui.widgets.segmented import Segmented

_TITLE = "Gradient norm"


class GradientCard(PlotCard):
    """Bars of now, or lines over the steps."""

    def __init__(self, context: Context) -> None:
        self.bars = GradientBars(context)
        self.lines = GradientLines(context)
        self._legend = FrozenLegend(context)
        self._shown = Segmented(context, "Shown", ("now", "steps"))
        super().__init__(context, _TITLE, [self._legend, self._shown])
        self._shown.chosen.connect(lambda shown: context.store.look(norms_over_steps=shown == "steps"))
        self._stack = QStackedLayout()
        self.body.addLayout(self._stack, 1)  # first: without a parent the stack shows what is added as a window
        self._stack.addWidget(self.bars)
        self._stack.addWidget(self.lines)
        self.bars.prepared.connect(self.arrange)
        self.arrange()

    @property
    def plot(self) -> GradientBars | GradientLines:
        """What is shown now."""
        return self.lines if self.context.store.view.norms_over_steps else self.bars

    def arrange(self) -> None:
        over_steps = self.context.store.view.norms_over_steps
        self._shown.choose("steps" if over_steps else "now")
        self._shown.setVisible(self.fits(_TITLE, self._shown))
        self._stack.setCurrentWidget(self.plot)
        norms = self.bars.norms
        hatched = norms is not None and any(bar.frozen for bar in norms.bars) and not over_steps
        self._legend.setVisible(hatched and self.fits(_TITLE, self._shown, self._legend))
        what = "over the steps" if over_steps else norms.source if norms is not None else "now"
        self.entitle(_TITLE, f"per layer, {what}, log scale", f"per layer, {what}", "per layer")


class FrozenLegend(QWidget):
    """Says what the hatched bars are."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(20 + round(paint.width_of("frozen", font(11)) + 2), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(0, 4, 14, 12)
            paint.hatch(painter, box, 3, theme.color("ice", 0.5), 4)
            paint.rounded(painter, box, 3, None, theme.color("ice", 0.8))
            paint.text(painter, QRectF(20, 0, self.width() - 20, 20), "frozen", font(11), theme.color("text2"))
