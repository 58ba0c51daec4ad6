"""What comes of a game: how real both kinds of samples look, and what each player loses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from visualizer.core.numbers import rounded
from visualizer.core.topics.adversarial import Adversary, Stage
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.theme import Theme, font

_ROOM = 118.0  # width of a row from which there is room between its name and its number


class Row(NamedTuple):
    """One number: what it is asked as, its name, value and colour."""

    quantity: str
    name: str
    value: float
    token: str


@dataclass(frozen=True)
class Outcome:
    """Mean judgements (0 to 1) and losses, NaN where they are not known."""

    real: float = math.nan
    fake: float = math.nan
    discriminator: float = math.nan
    generator: float = math.nan

    @staticmethod
    def of_adversary(frame: Adversary) -> Outcome:
        losses = frame.discriminator_loss, frame.generator_loss
        return Outcome(frame.mean_real_judgement, frame.mean_fake_judgement, *losses)

    @staticmethod
    def of_stage(stage: Stage) -> Outcome:
        real, fake = (
            float(part.mean()) if part.size else math.nan for part in (stage.real_judgements, stage.fake_judgements)
        )
        losses = (stage.loss, math.nan) if stage.player == "discriminator" else (math.nan, stage.loss)
        return Outcome(real, fake, *losses)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is written below each other."""
        return (
            Row("mean_judgement/real", "D(real)", self.real, inks.REAL),
            Row("mean_judgement/fake", "D(fake)", self.fake, inks.FAKE),
            Row("loss/discriminator", "loss of D", self.discriminator, inks.OF_PLAYER["discriminator"]),
            Row("loss/generator", "loss of G", self.generator, inks.OF_PLAYER["generator"]),
        )

    @property
    def text(self) -> str:
        return (
            f"D finds real {rounded(self.real)}, fake {rounded(self.fake)}; "
            f"losses: discriminator {rounded(self.discriminator)}, generator {rounded(self.generator)}"
        )


def paint_outcome(painter: QPainter, theme: Theme, area: QRectF, outcome: Outcome) -> None:
    """Paint two bars and two losses below each other."""
    rows = outcome.rows
    height = area.height() / len(rows)
    for number, (quantity, name, value, token) in enumerate(rows):
        row = QRectF(area.left(), area.top() + number * height, area.width(), height)
        known = math.isfinite(value)
        ink = theme.color("text" if known else "text3")
        paint.text(painter, row, name, font(11), theme.color("text2"))
        words = rounded(value) if known else "–"
        paint.text(painter, row, words, font(13, 600, tabular=True), ink, Qt.AlignmentFlag.AlignRight)
        if row.width() < _ROOM:
            continue
        if quantity.startswith("mean"):
            track = QRectF(row.left() + 54, row.center().y() - 3, row.width() - 104, 6)
            paint.rounded(painter, track, 3, theme.color("hover"))
            if known:
                done = QRectF(track.left(), track.top(), track.width() * min(max(value, 0.0), 1.0), 6)
                paint.rounded(painter, done, 3, theme.color(token))
            middle = QRectF(track.center().x() - 0.5, track.top() - 3, 1, 12)
            painter.fillRect(middle, theme.color("text3"))
        else:
            paint.rounded(painter, QRectF(row.left() + 54, row.center().y() - 4, 8, 8), 4, theme.color(token))
