"""The meters below each other: name, bar, number; hover says in words what each means."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.meters import Meter, meters
from visualizer.ui.adversarial.numbers import of_meter
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_LOW, _HIGH = 20.0, 34.0  # of a row
_NAME, _NUMBER = 128.0, 76.0


class MetersView(FocusRing, QWidget):
    """Up and Down go from meter to meter."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__()
        self._context, self._game = context, shown
        self.meters: list[Meter] = []
        self.row = 0
        self.setAccessibleName("Meters of the game")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        shown.changed.connect(self._follow)
        context.store.view_changed.connect(lambda old, new: self.update())
        self._follow()
        clickable(self, context, self._number_at, self._number_here, by_click=True)

    def sizeHint(self) -> QSize:
        return QSize(280, round(_LOW * max(len(self.meters), 6)) + 4)

    @property
    def _row_height(self) -> float:
        return min(max((self.height() - 4) / max(len(self.meters), 1), _LOW), _HIGH)

    def _follow(self) -> None:
        frame = self._game.adversary
        before = len(self.meters)
        self.meters = meters(frame) if frame is not None else []
        self.row = min(self.row, max(len(self.meters) - 1, 0))
        if len(self.meters) != before:
            self.updateGeometry()
        self.update()

    def _number_at(self, point: QPointF) -> Number | None:
        return self._number(int((point.y() - 2) // self._row_height))

    def _number_here(self) -> Number | None:
        return self._number(self.row)

    def _number(self, row: int) -> Number | None:
        frame = self._game.adversary
        if frame is None or not 0 <= row < len(self.meters):
            return None
        return of_meter(self.meters[row], frame.step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in moves and self.meters:
            self.row = min(max(self.row + moves[Qt.Key(event.key())], 0), len(self.meters) - 1)
            announce(self, text_of(self.meters[self.row]))
            QToolTip.showText(self.mapToGlobal(QPointF(20, 2 + (self.row + 1) * self._row_height)).toPoint(),
                              text_of(self.meters[self.row]), self)  # fmt: skip
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, meter in enumerate(self.meters):
                high = self._row_height
                row = QRectF(2, 2 + number * high, self.width() - 4, high)
                self._paint_meter(painter, row, meter)
                if self._ring and number == self.row:
                    paint.rounded(painter, row, 5, None, theme.color("accent"), 2)

    def _paint_meter(self, painter: QPainter, row: QRectF, meter: Meter) -> None:
        theme = self._context.theme
        paint.text(
            painter, QRectF(row.left() + 4, row.top(), _NAME, row.height()), meter.name, font(12), theme.color("text2")
        )
        track = QRectF(row.left() + _NAME + 8, row.center().y() - 3, row.width() - _NAME - _NUMBER - 16, 6)
        if math.isfinite(meter.share) and track.width() > 16:
            paint.rounded(painter, track, 3, theme.color("hover"))
            done = QRectF(track.left(), track.top(), track.width() * min(max(meter.share, 0.0), 1.0), 6)
            paint.rounded(painter, done, 3, theme.color(meter.token))
        if math.isfinite(meter.mark) and track.width() > 16:
            x = track.left() + track.width() * min(meter.mark, 1.0)
            painter.fillRect(QRectF(x - 0.75, track.top() - 4, 1.5, 14), theme.color("text2"))
        number = QRectF(row.right() - _NUMBER - 4, row.top(), _NUMBER, row.height())
        style, right = font(13, 600, tabular=True), Qt.AlignmentFlag.AlignRight
        paint.text(painter, number, meter.words, style, theme.color("text"), right)


def text_of(meter: Meter) -> str:
    """Return what a meter shows, in full, and what it means."""
    return f"{meter.name}: {exact(meter.value)}\n{meter.about}"
