"""One sample at several times of the training, side by side; a slider goes through them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from visualizer.core.numbers import whole
from visualizer.core.topics.adversarial import Evolution
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.slider import Slider

_SIDE = 34.0


class TimeStrip(QWidget):
    """`moved` carries the time that is looked at, -1 for now."""

    moved = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.slider = Slider(context, "Time in the training", 0, 0, 0)
        self.slider.setToolTip("The same noise at earlier steps of this run")
        self.line = _Line(context, self.slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addWidget(self.slider)
        self.slider.valueChanged.connect(self._move)

    @property
    def time(self) -> int:
        """The time that is looked at, -1 for now."""
        return -1 if self.slider.value() == self.slider.maximum() else self.slider.value()

    def show_evolution(self, evolution: Evolution | None, sample: int) -> None:
        """Show another evolution; who looked at now looks at now again."""
        now = self.time == -1
        last = len(evolution.steps) - 1 if evolution is not None else 0
        self.slider.blockSignals(True)
        self.slider.setRange(0, last)
        if now:
            self.slider.setValue(last)
        self.slider.blockSignals(False)
        self.slider.setEnabled(last > 0)
        self.line.evolution, self.line.sample = evolution, sample
        self.line.update()
        self.slider.update()

    def _move(self) -> None:
        self.line.update()
        self.moved.emit(self.time)


class _Line(QWidget):
    def __init__(self, context: Context, slider: Slider) -> None:
        super().__init__()
        self._context, self._slider = context, slider
        self.evolution: Evolution | None = None
        self.sample = 0
        self.setAccessibleName("One sample over time")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(300, round(_SIDE) + 20)

    def _shown(self) -> list[int]:
        """Return the times that there is room for, evenly spread, the first and the last among them."""
        assert self.evolution is not None
        count, fits = len(self.evolution.steps), max(int(self.width() // (_SIDE + 4)), 2)
        if count <= fits:
            return list(range(count))
        return [round(place * (count - 1) / (fits - 1)) for place in range(fits)]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.evolution is not None:
            shown = self._shown()
            self._slider.setValue(shown[min(int(event.position().x() // (_SIDE + 4)), len(shown) - 1)])

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.evolution is None or len(self.evolution.steps) < 2:
                words = "Press Train, and what becomes of the chosen sample is kept here"
                paint.text(painter, QRectF(self.rect()), words, font(12), theme.color("text2"))
                return
            samples = self.evolution.samples
            number = min(self.sample, samples.shape[1] - 1)
            for place, time in enumerate(self._shown()):
                area = QRectF(1 + place * (_SIDE + 4), 1, _SIDE, _SIDE)
                painter.drawImage(area, paint.image(samples[time, number, 0], theme, "picture", 0.0, 1.0))
                on = time == self._slider.value()
                paint.rounded(painter, area, 3, None, theme.color("accent" if on else "line2"), 2 if on else 1)
                self._name(painter, area, self.evolution.steps[time], place)

    def _name(self, painter: QPainter, area: QRectF, step: int, place: int) -> None:
        words, style = whole(step), font(11, tabular=True)
        if paint.width_of(words, style) <= _SIDE + 2 or place % 2 == 0:
            below = QRectF(area.left(), area.bottom() + 2, _SIDE + 32, 14)
            paint.text(painter, below, words, style, self._context.theme.color("text2"))
