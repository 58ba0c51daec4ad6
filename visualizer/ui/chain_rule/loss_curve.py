"""The loss over one weight, with the point where it is now and the tangent whose slope is the gradient."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.chain_rule import Proof
from visualizer.ui import paint
from visualizer.ui.chain_rule.wording import signed
from visualizer.ui.context import Context
from visualizer.ui.plots.axes import Axes, Scale
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note
from visualizer.ui.theme import font

_LEAST = 84
_REACH = 0.22  # of the width: how far the tangent goes to both sides


class LossCurve(Plot):
    """Drawn from a proof; empty without one."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Loss against this weight")
        self.proof: Proof | None = None
        self._axes: Axes | None = None

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _LEAST)

    def sizeHint(self) -> QSize:
        return QSize(240, _LEAST)  # it takes what the column leaves

    def show_proof(self, proof: Proof | None) -> None:
        self.proof = proof
        self.hovered = -1
        words = "" if proof is None else f"loss {rounded(proof.loss, 4)} at w = {rounded(proof.value, 4)}"
        self.setAccessibleDescription(words)
        self.renew()

    def draw(self, painter: QPainter) -> None:
        proof, theme = self.proof, self.context.theme
        if proof is None or not np.isfinite(proof.curve_losses).any():
            self._axes = None
            paint_empty(painter, self.context, QRectF(self.rect()).adjusted(0, 0, 0, -4), "Press Prove to see it")
            return
        losses = np.asarray(proof.curve_losses, np.float64)
        weights = np.asarray(proof.curve_weights, np.float64)
        low, high = float(np.nanmin(losses)), float(np.nanmax(losses))
        room = 0.08 * ((high - low) or max(abs(high), 1.0))
        rect = QRectF(self.rect()).adjusted(1, 4, -1, -20)
        self._axes = axes = Axes(rect, Scale(float(weights[0]), float(weights[-1])), Scale(low - room, high + room))
        painter.setPen(theme.color("line"))
        for share in (0.0, 0.5, 1.0):
            y = round(rect.top() + share * rect.height()) + 0.5
            painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
        pen = QPen(theme.color("accent"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        for line in axes.lines(weights, losses):
            painter.drawPolyline(line)
        self._tangent(painter, axes, proof)
        self._ends(painter, axes, proof)

    def _tangent(self, painter: QPainter, axes: Axes, proof: Proof) -> None:
        theme = self.context.theme
        token = "grad_pos" if proof.autograd >= 0 else "grad_neg"
        at = axes.point(proof.value, proof.loss)
        step = axes.x.high - axes.x.low
        there = axes.point(proof.value + step, proof.loss + step * proof.autograd)
        along = QLineF(at, there)
        along.setLength(_REACH * axes.rect.width())
        painter.save()
        painter.setClipRect(axes.rect)
        painter.setPen(QPen(theme.color(token), 2, Qt.PenStyle.DashLine))
        painter.drawLine(along.p2(), at - (along.p2() - at))
        painter.restore()
        painter.setPen(QPen(theme.color("panel"), 2))
        painter.setBrush(theme.color(token))
        painter.drawEllipse(at, 5.5, 5.5)

    def _ends(self, painter: QPainter, axes: Axes, proof: Proof) -> None:
        theme, rect = self.context.theme, axes.rect
        line = QRectF(rect.left(), rect.bottom() + 4, rect.width(), 16)
        quiet = font(11, tabular=True)
        color = theme.color("text2")
        paint.text(painter, line, rounded(axes.x.low, 2), quiet, color)
        paint.text(painter, line, rounded(axes.x.high, 2), quiet, color, Qt.AlignmentFlag.AlignRight)
        words = f"w = {rounded(proof.value, 3)}"
        style = font(11, 600, tabular=True)
        width = paint.width_of(words, style) + 2
        x = min(max(float(axes.xs(proof.value)) - width / 2, 44.0), rect.right() - width - 44)
        paint.text(painter, QRectF(x, line.top(), width, 16), words, style, theme.color("text"))

    def hover_count(self) -> int:
        return len(self.proof.curve_weights) if self.proof is not None and self._axes is not None else 0

    def hover_at(self, place: QPointF) -> int:
        if self.proof is None or self._axes is None or not self._axes.rect.contains(place):
            return -1
        return int(np.abs(self._axes.xs(self.proof.curve_weights) - place.x()).argmin())

    def lines_of(self, element: int) -> list[str]:
        if self.proof is None:
            return []
        weight, loss = (float(values[element]) for values in (self.proof.curve_weights, self.proof.curve_losses))
        return [f"loss {exact(loss)}", f"w {exact(weight)}", f"slope at w now {signed(self.proof.autograd)}"]

    def draw_hover(self, painter: QPainter) -> None:
        if self.proof is None or self._axes is None:
            return
        weight, loss = (float(values[self.hovered]) for values in (self.proof.curve_weights, self.proof.curve_losses))
        if not np.isfinite(loss):
            return
        at = self._axes.point(weight, loss)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.context.theme.color("accent"))
        painter.drawEllipse(at, 3.5, 3.5)
        paint_note(painter, self.context, self.lines_of(self.hovered), at, QRectF(self.rect()))

    def table(self) -> str:
        if self.proof is None:
            return ""
        pairs = zip(self.proof.curve_weights.tolist(), self.proof.curve_losses.tolist(), strict=True)
        return "\n".join(["weight,loss", *(f"{weight!r},{loss!r}" for weight, loss in pairs)]) + "\n"
