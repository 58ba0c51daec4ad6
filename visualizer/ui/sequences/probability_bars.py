"""What each character of a written name was drawn from: a column a character, the likeliest signs as bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QWheelEvent

from visualizer.core.frames import Generated
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.passes import put_together
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.sequences.words import percent
from visualizer.ui.theme import font

_HEAD, _ROW, _LEAST, _MOST = 30.0, 19.0, 92.0, 150.0
_FOOT = 16.0
_SHOWN_END = "end"


class ProbabilityBars(Plot):
    """The character that was drawn is marked; long texts scroll with the wheel and the arrow keys."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Probabilities of each character")
        self._frame: Generated | None = None
        self._first = 0  # the column at the left
        self.setMinimumHeight(110)

    def show_frame(self, frame: Generated | None) -> None:
        """Show one written text."""
        self._frame, self._first = frame, 0
        self.hover(-1)
        self.renew()

    @property
    def _wide(self) -> float:
        return min(max(self.width() / max(self.hover_count(), 1), _LEAST), _MOST)

    @property
    def _shown(self) -> range:
        """The columns that are in sight."""
        count, fitting = self.hover_count(), max(int(self.width() // self._wide), 1)
        first = min(self._first, max(count - fitting, 0))
        return range(first, min(first + fitting, count))

    @property
    def _rows(self) -> int:
        foot = _FOOT if len(self._shown) < self.hover_count() else 0.0
        return max(int((self.height() - foot - _HEAD + 8) // _ROW), 1)

    def _signs(self, frame: Generated, column: int) -> list[int]:
        """Return the signs that have a row, the likeliest first; the one that was drawn is among them."""
        drawn = frame.classes.index(frame.written[column])
        order = [int(sign) for sign in np.argsort(-frame.probabilities[column], kind="stable")]
        return order[: self._rows] if drawn in order[: self._rows] else [*order[: self._rows - 1], drawn]

    def draw(self, painter: QPainter) -> None:
        frame = self._frame
        if frame is None or not frame.written:
            area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            paint_empty(painter, self.context, area, "Let the network write a name to see what it chose from")
            return
        for column in self._shown:
            self._draw_column(painter, frame, column)
        if len(self._shown) < len(frame.written):
            said = f"characters {self._shown[0] + 1} to {self._shown[-1] + 1} of {len(frame.written)}: wheel or arrows"
            foot = QRectF(4, self.height() - _FOOT, self.width() - 8, _FOOT)
            paint.text(painter, foot, said, font(11), self.context.theme.color("text3"))

    def _left(self, column: int) -> float:
        return (column - self._shown.start) * self._wide

    def _draw_column(self, painter: QPainter, frame: Generated, column: int) -> None:
        theme = self.context.theme
        before = self._text_before(frame, column)
        head = QRectF(self._left(column) + 4, 0, self._wide - 10, 16)
        style = font(11)
        said = before if paint.width_of(f"after “{before}”", style) <= head.width() else f"…{before[-5:]}"
        paint.text(painter, head, f"after “{said}”" if before else "at first", style, theme.color("text3"))
        for row, sign in enumerate(self._signs(frame, column)):
            self._draw_bar(painter, frame, column, sign, _HEAD - 8 + row * _ROW)

    def _draw_bar(self, painter: QPainter, frame: Generated, column: int, sign: int, top: float) -> None:
        theme, left = self.context.theme, self._left(column) + 4
        drawn, share = frame.classes[sign] == frame.written[column], float(frame.probabilities[column, sign])
        ink = theme.color("text" if drawn else "text2")
        name = _SHOWN_END if sign == 0 else frame.classes[sign]
        paint.text(painter, QRectF(left, top, 26, _ROW), name, font(12, 700 if drawn else 400), ink)
        track = QRectF(left + 26, top + 6, self._wide - 26 - 48, 7)
        paint.rounded(painter, track, 3, theme.color("hover"))
        if share > 0:
            bar = QRectF(track.left(), track.top(), max(track.width() * share, 2.0), track.height())
            paint.rounded(painter, bar, 3, theme.color("accent" if drawn else "text3"))
        words = QRectF(track.right() + 4, top, 42, _ROW)
        paint.text(painter, words, percent(share), font(11, 600 if drawn else 400, tabular=True), ink)

    @staticmethod
    def _text_before(frame: Generated, column: int) -> str:
        return f"{frame.prompt}{''.join(frame.written[:column])}"

    def hover_count(self) -> int:
        return len(self._frame.written) if self._frame is not None else 0

    def hover_at(self, place: QPointF) -> int:
        column = self._shown.start + int(place.x() // self._wide)
        return column if column in self._shown else -1

    def hover(self, element: int) -> None:
        if element >= 0 and element not in self._shown:
            self._scroll(element - len(self._shown) + 1 if element >= self._shown.stop else element)
        super().hover(element)

    def _scroll(self, first: int) -> None:
        last = max(self.hover_count() - len(self._shown), 0)
        self._first = min(max(first, 0), last)
        self.renew()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if len(self._shown) < self.hover_count():
            delta = event.angleDelta().y() or event.angleDelta().x()
            self._scroll(self._shown.start + (-1 if delta > 0 else 1))
        event.accept()

    def number_of(self, element: int) -> Number | None:
        frame = self._frame
        if frame is None or not 0 <= element < self.hover_count():
            return None
        return self._share(frame, element, frame.classes.index(frame.written[element]))

    def _number_at(self, place: QPointF) -> Number | None:
        frame, column = self._frame, self.hover_at(place)
        row = int((place.y() - _HEAD + 8) // _ROW)
        if frame is None or column < 0:
            return None
        signs = self._signs(frame, column)
        return self._share(frame, column, signs[row]) if 0 <= row < len(signs) else None

    def _share(self, frame: Generated, column: int, sign: int) -> Number:
        text, name = self._text_before(frame, column), _SHOWN_END if sign == 0 else f"“{frame.classes[sign]}”"
        what = f"probability of {frame.classes[sign]} at {frame.temperature:g}"
        asked = put_together("text", frame.step, text, quantity=what)
        share = exact(float(frame.probabilities[column, sign]))
        return Number(Explain(asked, (), "inner"), f"probability of {name} after “{text}”: {share}")

    def lines_of(self, element: int) -> list[str]:
        frame = self._frame
        assert frame is not None
        drawn = frame.written[element]
        name = _SHOWN_END if drawn == frame.classes[0] else f"“{drawn}”"
        lines = [f"{name} was drawn", f"probability {exact(float(frame.chosen[element]))}"]
        return [*lines, f"of {len(frame.classes)} signs, at temperature {frame.temperature:g}"]

    def draw_hover(self, painter: QPainter) -> None:
        lines = [*self.lines_of(self.hovered), "Double-click a number: where does it come from?"]
        at = QPointF(self._left(self.hovered) + self._wide / 2, self.height() - 40)
        paint_note(painter, self.context, lines, at, QRectF(self.rect()))

    def table(self) -> str:
        if self._frame is None:
            return ""
        head = ",".join(["character", *self._frame.classes])
        rows = [
            ",".join([sign, *map(str, row)])
            for sign, row in zip(self._frame.written, self._frame.probabilities, strict=True)
        ]
        return "\n".join([head, *rows]) + "\n"
