"""The same gradient in three ways, side by side: what agrees is strong, what does not is quiet."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.numbers import MINUS, exact, rounded
from visualizer.core.topics.chain_rule import Chain, Proof
from visualizer.ui import paint
from visualizer.ui.chain_rule.wording import agreeing, digits_of
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_HEIGHT, _GAP = 78, 8
_ROOMY = 92.0
_FIRST = 8  # characters of a number in its first line


@dataclass(frozen=True)
class Way:
    """One box: a name, the number ("" while unknown), words below (the longest first), and what a hover tells."""

    name: str
    digits: str
    notes: tuple[str, ...]
    hover: str


class ThreeWays(QWidget):
    """Three boxes; without a proof they hold what the recording knows."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.ways: tuple[Way, ...] = ()
        self._agreeing = 0
        self.setAccessibleName("The gradient in three ways")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def show_ways(self, chain: Chain, proof: Proof | None) -> None:
        """Show a proof, or without one the two numbers of the recording."""
        self.ways = _proved(proof) if proof is not None else _recorded(chain)
        self._agreeing = agreeing([way.digits for way in self.ways]) if proof is not None else 0
        self.setAccessibleDescription("; ".join(f"{way.name} {way.digits or 'not computed yet'}" for way in self.ways))
        self.update()

    def _box(self, number: int) -> QRectF:
        width = (self.width() - 2 * _GAP) / 3
        return QRectF(number * (width + _GAP), 0, width, self.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            for number, way in enumerate(self.ways):
                if self._box(number).contains(event.pos().toPointF()):
                    QToolTip.showText(event.globalPos(), way.hover, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, way in enumerate(self.ways):
                box = self._box(number)
                if way.digits:
                    paint.rounded(painter, box, 6, theme.color("raised"))
                else:
                    paint.rounded(painter, box, 6, theme.color("sunk"), theme.color("line"))
                inner = box.adjusted(10, 7, -6, 0)
                inner.setHeight(16)
                paint.text(painter, inner, way.name, font(11, 600), theme.color("text"))
                self._digits(
                    painter, inner.translated(0, 18), way.digits[:_FIRST], 0, 14 if box.width() > _ROOMY else 13
                )
                self._digits(painter, inner.translated(0, 33), way.digits[_FIRST:], _FIRST, 11)
                note = next(
                    (note for note in way.notes if paint.width_of(note, font(11)) <= inner.width()), way.notes[-1]
                )
                paint.text(painter, inner.translated(0, 49), note, font(11), theme.color("text2"))

    def _digits(self, painter: QPainter, area: QRectF, digits: str, begin: int, size: int) -> None:
        """Write digits, strong as far as all three agree; without a proof all of them are."""
        theme, face = self._context.theme, font(size, 600 if size > 12 else 400, tabular=True)
        split = max(self._agreeing - begin, 0) if self._agreeing else len(digits)
        strong, quiet = digits[:split], digits[split:]
        paint.text(painter, area, strong, face, theme.color("text"))
        rest = area.adjusted(paint.width_of(strong, face), 0, 0, 0)
        paint.text(painter, rest, quiet, face, theme.color("text3"))


def _proved(proof: Proof) -> tuple[Way, ...]:
    h = rounded(proof.h, 1).replace("1e", "10^").replace("10^−5", "10⁻⁵")
    sides = f"from the left {proof.left!r}\nfrom the right {proof.right!r}".replace("-", MINUS)
    return (
        Way("chain rule", digits_of(proof.chain_rule), ("by hand, above", "by hand"),
            f"{proof.chain_rule!r}\nlocal derivatives multiplied node by node, in float64"),
        Way("autograd", digits_of(proof.autograd), ("loss.backward()", "backward()"),
            f"{proof.autograd!r}\nin float64"),
        Way("finite diff.", digits_of(proof.finite_difference), (f"h = {h}, central", f"h = {h}"),
            f"{proof.finite_difference!r}\n(L(w + h) − L(w − h)) / 2h, in float64\n{sides}"),
    )  # fmt: skip


def _recorded(chain: Chain) -> tuple[Way, ...]:
    return (
        Way(
            "chain rule",
            exact(chain.product),
            ("by hand, above", "by hand"),
            f"{chain.product!r}\nproduct of the factors above",
        ),
        Way("autograd", exact(chain.gradient), ("as recorded",), f"{exact(chain.gradient)}\nin float32, as recorded"),
        Way("finite diff.", "", ("not yet",), "Press Prove: two forward passes, with w a little larger and smaller"),
    )


def differences(proof: Proof) -> str:
    """Return how far apart the three are, in words."""
    chain = abs(proof.chain_rule - proof.autograd)
    difference = abs(proof.finite_difference - proof.autograd)
    if not math.isfinite(difference):
        return "Without a number in each way there is nothing to compare."
    by_hand = f"chain rule {rounded(chain, 2)}, " if math.isfinite(chain) else ""
    return f"Apart from autograd, in float64: {by_hand}finite difference {rounded(difference, 2)}."
