"""What each character of a written name was drawn from: a column a character, the likeliest signs as bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from visualizer.core.frames import Generated
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.sequences.words import percent
from visualizer.ui.theme import font

_HEAD, _ROW, _LEAST, _MOST = 30.0, 19.0, 92.0, 150.0
_SHOWN_END = "end"


class ProbabilityBars(Plot):
    """The character that was drawn is marked; all others are on the hover, as far as there is room for."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Probabilities of each character")
        self._frame: Generated | None = None
        self.setMinimumHeight(110)

    def show_frame(self, frame: Generated | None) -> None:
        """Show one written text."""
        self._frame = frame
        self.hover(-1)
        self.renew()

    @property
    def _wide(self) -> float:
        count = len(self._frame.written) if self._frame is not None else 1
        return min(max(self.width() / max(count, 1), _LEAST), _MOST)

    def draw(self, painter: QPainter) -> None:
        frame = self._frame
        if frame is None or not frame.written:
            area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            paint_empty(painter, self.context, area, "Let the network write a name to see what it chose from")
            return
        fitting = int(self.width() // self._wide)
        for column in range(min(len(frame.written), fitting)):
            self._draw_column(painter, frame, column)

    def _draw_column(self, painter: QPainter, frame: Generated, column: int) -> None:
        theme, left, wide = self.context.theme, column * self._wide, self._wide
        drawn = frame.classes.index(frame.written[column])
        before = f"{frame.prompt}{''.join(frame.written[:column])}"
        head = QRectF(left + 4, 0, wide - 10, 16)
        style = font(11)
        said = before if paint.width_of(f"after “{before}”", style) <= head.width() else f"…{before[-5:]}"
        paint.text(painter, head, f"after “{said}”" if before else "at first", style, theme.color("text3"))
        order = list(np.argsort(-frame.probabilities[column], kind="stable"))
        rows = max(int((self.height() - _HEAD + 8) // _ROW), 1)
        shown = order[:rows] if drawn in order[:rows] else [*order[: rows - 1], drawn]
        for row, sign in enumerate(shown):
            self._draw_bar(painter, frame, column, int(sign), _HEAD - 8 + row * _ROW, int(sign) == drawn)

    def _draw_bar(self, painter: QPainter, frame: Generated, column: int, sign: int, top: float, drawn: bool) -> None:
        theme, left = self.context.theme, column * self._wide + 4
        share = float(frame.probabilities[column, sign])
        name = _SHOWN_END if sign == 0 else frame.classes[sign]
        ink = theme.color("text" if drawn else "text2")
        paint.text(painter, QRectF(left, top, 26, _ROW), name, font(12, 700 if drawn else 400), ink)
        track = QRectF(left + 26, top + 6, self._wide - 26 - 48, 7)
        paint.rounded(painter, track, 3, theme.color("hover"))
        bar = QRectF(track.left(), track.top(), max(track.width() * share, 2.0), track.height())
        paint.rounded(painter, bar, 3, theme.color("accent" if drawn else "text3"))
        words = QRectF(track.right() + 4, top, 42, _ROW)
        paint.text(painter, words, percent(share), font(11, 600 if drawn else 400, tabular=True), ink)

    def hover_count(self) -> int:
        return len(self._frame.written) if self._frame is not None else 0

    def hover_at(self, place: QPointF) -> int:
        column = int(place.x() // self._wide)
        return column if 0 <= column < self.hover_count() else -1

    def draw_hover(self, painter: QPainter) -> None:
        frame = self._frame
        assert frame is not None
        drawn = frame.written[self.hovered]
        name = _SHOWN_END if drawn == frame.classes[0] else f"“{drawn}”"
        lines = [f"{name} was drawn", f"probability {exact(float(frame.chosen[self.hovered]))}"]
        lines.append(f"of {len(frame.classes)} signs, temperature included")
        at = QPointF((self.hovered + 0.5) * self._wide, self.height() - 30)
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
