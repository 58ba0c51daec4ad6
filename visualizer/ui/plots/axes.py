"""From numbers to places: scales, the ticks that deserve a line, and how both are painted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from visualizer.core.history import History
from visualizer.core.numbers import MINUS, whole
from visualizer.ui import paint
from visualizer.ui.theme import Theme, font

Values = npt.NDArray[np.float64]
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_APART = 6  # pixels between two numbers below the axis
_BEYOND = 8  # pixels that a number below the axis may stand out at the right
_SMALLEST = 1e-30
"""What lies at or below zero has no place on a logarithmic scale; it is drawn at the lower edge."""


@dataclass(frozen=True)
class Scale:
    """A stretch of numbers from `low` to `high`, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    def share(self, values: npt.ArrayLike) -> Values:
        """Return where values lie: 0 at `low`, 1 at `high`."""
        numbers = np.asarray(values, np.float64)
        if not self.log:
            return (numbers - self.low) / (self.high - self.low)
        low, high = math.log10(self.low), math.log10(self.high)
        return (np.log10(np.maximum(numbers, _SMALLEST)) - low) / (high - low)

    def value(self, share: float) -> float:
        """Return the number at a place."""
        if not self.log:
            return self.low + share * (self.high - self.low)
        return float(10 ** (math.log10(self.low) + share * (math.log10(self.high) - math.log10(self.low))))

    def ticks(self, count: int = 5) -> list[float]:
        """Return at most `count` round numbers that lie on it."""
        return _log_ticks(self.low, self.high, count) if self.log else _ticks(self.low, self.high, count)


def decades(low: float, high: float, fewest: int = 2) -> Scale:
    """Return a logarithmic scale of whole decades around some numbers."""
    bottom = math.floor(math.log10(max(low, _SMALLEST)) + 1e-9)
    top = max(math.ceil(math.log10(max(high, _SMALLEST)) - 1e-9), bottom + 1)
    return Scale(10.0 ** min(bottom, top - fewest), 10.0**top, log=True)


def steps_scale(history: History) -> Scale:
    """Return the scale of a run: up to the number of steps done, one more than the step of the last measurement."""
    if not len(history):  # a run began anew after its curves were prepared, and before they are painted
        return Scale(0.0, 1.0)
    return Scale(min(float(history.steps[0]), 0.0), float(history.steps[-1]) + 1)


def _ticks(low: float, high: float, count: int) -> list[float]:
    raw = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 4, 5, 10, 20) if _fits(low, high, factor * power, count))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _fits(low: float, high: float, step: float, count: int) -> bool:
    return math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9) + 1 <= count


def _log_ticks(low: float, high: float, count: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 2:
        fine = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
        return [tick for tick in fine if low * 0.999 <= tick <= high * 1.001][:count]
    stride = -(-(last - first + 1) // count)
    return [10.0**power for power in range(last, first - 1, -stride)][::-1]


def tick_text(value: float) -> str:
    """Return a tick as it is written at an axis: 0.01, 40, 12 000, 10⁻⁵, 8e15."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-3:
        power = math.floor(math.log10(size) + 1e-9)
        factor = f"{value / 10.0**power:.3g}".replace("-", MINUS)
        if factor == "1":
            return f"10{str(power).translate(_SUPERSCRIPT)}"
        return f"{factor}e{power}".replace("-", MINUS)
    return whole(round(value)) if size >= 1000 else f"{value:.4g}".replace("-", MINUS)


@dataclass(frozen=True)
class Axes:
    """A rectangle of the widget in which numbers have places."""

    rect: QRectF
    x: Scale
    y: Scale

    def xs(self, values: npt.ArrayLike) -> Values:
        return self.rect.left() + self.x.share(values) * self.rect.width()

    def ys(self, values: npt.ArrayLike) -> Values:
        return self.rect.bottom() - self.y.share(values) * self.rect.height()

    def point(self, x: float, y: float) -> QPointF:
        return QPointF(float(self.xs(x)), float(self.ys(y)))

    def lines(self, x: npt.ArrayLike, y: npt.ArrayLike) -> list[QPolygonF]:
        """Return a series as lines; what is not finite is a gap between two of them."""
        places, heights = self.xs(x), self.ys(y)
        present = np.isfinite(heights)
        breaks = np.flatnonzero(np.diff(present.astype(np.int8))) + 1
        lines = []
        for part in np.split(np.arange(len(heights)), breaks):
            if len(part) and present[part[0]]:
                lines.append(QPolygonF([QPointF(places[n], heights[n]) for n in part]))
        return lines


def paint_grid(painter: QPainter, theme: Theme, axes: Axes, *, unit: str = "", x_ticks: bool = True) -> None:
    """Draw horizontal hairlines with their numbers, and the numbers below."""
    style, ink = font(10, tabular=True), theme.color("text2")
    rect = axes.rect
    for tick in _y_ticks(axes.y, rect.height()):
        y = round(float(axes.ys(tick))) + 0.5
        painter.setPen(theme.color("line"))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        area = QRectF(0, y - 8, rect.left() - 8, 16)
        paint.text(painter, area, f"{tick_text(tick)}{unit}", style, ink, Qt.AlignmentFlag.AlignRight)
    for text, area in step_labels(axes) if x_ticks else ():
        paint.text(painter, area, text, style, ink)


def step_labels(axes: Axes) -> list[tuple[str, QRectF]]:
    """Return the numbers below the plot and their places: round ones and the last step, all of them whole."""
    labels: list[tuple[str, QRectF]] = []
    for tick in [axes.x.high, *reversed(axes.x.ticks(max(int(axes.rect.width() // 60), 3)))]:
        text = tick_text(tick)
        width = paint.width_of(text, font(10, tabular=True)) + 1
        left = min(float(axes.xs(tick)) - width / 2, axes.rect.right() + _BEYOND - width)
        if not labels or left + width + _APART <= labels[-1][1].left():
            labels.append((text, QRectF(left, axes.rect.bottom() + 4, width, 14)))
    return labels[::-1]


def _y_ticks(scale: Scale, height: float) -> list[float]:
    return scale.ticks(min(max(round(height / 26), 3), 6))


def left_room(scale: Scale, height: float, unit: str = "") -> float:
    """Return how much room the numbers at the left of a plot of this height need."""
    style = font(10, tabular=True)
    widths = [paint.width_of(f"{tick_text(tick)}{unit}", style) for tick in _y_ticks(scale, height)]
    return max([*widths, 20.0]) + 10
