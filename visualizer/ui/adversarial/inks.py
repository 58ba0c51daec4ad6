"""Which colour stands for whom: the same on the plane, in the pair and in the plots."""

from __future__ import annotations

from PySide6.QtGui import QColor

from visualizer.core.topics.adversarial import Player
from visualizer.ui.theme import Theme

REAL, FAKE, MANIFOLD = "series1", "series4", "series3"
OF_PLAYER: dict[Player, str] = {"discriminator": "series2", "generator": "series4"}


def of_judgement(theme: Theme, judgement: float) -> QColor:
    """Return the colour of a judgement: blue is fake (0), orange real (1), the middle is undecided."""
    row = theme.table("signed")[round(min(max(judgement, 0.0), 1.0) * 255)]
    return QColor(*(int(channel) for channel in row))
