"""What goes wrong in the game: its name, how it shows, what to try."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from visualizer.core.topics.adversarial import Adversary, Verdict
from visualizer.ui import paint
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.number_label import NumberLabel
from visualizer.ui.adversarial.numbers import asked
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import font


class VerdictBanner(QWidget):
    """Hidden while nothing goes wrong."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__()
        self._context, self._game = context, shown
        self._name, self._advice = QLabel(), QLabel()
        self._sentence = NumberLabel(context, font(12), self._asked)
        self._name.setFont(font(13, 600))
        column = QVBoxLayout(self)
        column.setContentsMargins(36, 8, 12, 8)
        column.setSpacing(2)
        column.addWidget(self._name)
        for label in (self._sentence, self._advice):
            label.setFont(font(12))
            label.setWordWrap(True)
            column.addWidget(label)
        shown.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        frame = self._game.adversary
        verdict = frame.verdict if frame is not None else Verdict("", "", "")
        self.setVisible(bool(verdict.failure))
        self._name.setText(verdict.failure.capitalize())
        self._sentence.setText(verdict.sentence)
        self._advice.setText(f"Try: {verdict.advice}" if verdict.advice else "")
        self.setToolTip(f"{verdict.sentence} {verdict.advice}")
        self.setAccessibleName(f"{verdict.failure}: {verdict.sentence}")

    def _asked(self) -> Number | None:
        """Return the meter that shows what goes wrong."""
        frame = self._game.adversary
        if frame is None or not frame.verdict.failure:
            return None
        return asked(_meter_of(frame), (frame.step,), self._sentence.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), 8, theme.mix("panel", "warn", 0.1), theme.color("warn"))
            sign = paint.icon_pixmap("warning", theme.hex("warn"), 18, self.devicePixelRatio())
            painter.drawPixmap(QPointF(10, 9), sign)


def _meter_of(frame: Adversary) -> str:
    quality = frame.quality
    if frame.verdict.failure != "mode collapse":
        return "mean_judgement/fake"
    if quality.coverable and 2 * quality.covered <= quality.coverable:
        return "covered"
    return "reached" if not quality.coverable and quality.reached < 0.5 else "variety"
