"""The loss at the right end of a network drawn neuron by neuron, and the lines that lead to it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.canvas import words
from visualizer.ui.canvas.halo import glow
from visualizer.ui.canvas.neurons import NeuronPlan
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.theme import Theme, font


def paint_loss(painter: QPainter, plan: NeuronPlan, subject: Subject, theme: Theme, phase: str) -> None:
    """Paint the box with what is known of the loss in a phase of the pass ("" before any)."""
    _lines(painter, plan, subject, theme, phase)
    box, running = plan.loss, phase == "loss"
    if running:
        glow(painter, box, 12, theme.color("accent"), strength=1.0 if theme.dark else 0.62)
    paint.rounded(painter, box, 12, theme.color("raised"), theme.color("accent" if running else "line2"), 1.5)
    known = subject.recording is not None and phase in ("loss", "backward", "update")
    value = rounded(subject.recording.loss, 4) if known and subject.recording else "later"
    below = "∂L/∂L = 1" if phase in ("backward", "update") else _name(subject)
    rows = ((8, 18, "loss L", font(12, 600), "text"), (28, 24, value, font(16, 600, tabular=True), "text"),
            (52, 16, below, font(10), "text2"))  # fmt: skip
    for top, high, text, face, token in rows:
        row = QRectF(box.x(), box.y() + top, box.width(), high)
        paint.text(painter, row, text, face, theme.color(token), Qt.AlignmentFlag.AlignHCenter)
    title = QRectF(box.center().x() - 60, 0, 120, 20)
    paint.text(painter, title, "Loss", font(13, 600), theme.color("text"), Qt.AlignmentFlag.AlignHCenter)


def _name(subject: Subject) -> str:
    """Return what the loss is called."""
    computed = [node for node in subject.graph.nodes if node.call == "loss" and node.kind == "operation"]
    return words.operation_title(computed[-1]) if computed else "loss"


def _lines(painter: QPainter, plan: NeuronPlan, subject: Subject, theme: Theme, phase: str) -> None:
    gradient = subject.gradient(plan.columns[-1].output) if phase in ("backward", "update") else None
    for neuron, center in enumerate(plan.centers[-1]):
        if gradient is not None:
            slope = float(gradient.values.reshape(-1)[neuron])
            painter.setPen(QPen(theme.mix("panel", "grad_pos" if slope >= 0 else "grad_neg", 0.75), 3.5))
        elif phase == "loss":
            painter.setPen(QPen(theme.mix("panel", "text2", 0.75), 1.5))
        else:
            painter.setPen(QPen(theme.mix("panel", "line2", 0.5), 1.5, Qt.PenStyle.DotLine))
        start = QPointF(center.x() + plan.radius, center.y())
        painter.drawLine(start, QPointF(plan.loss.left(), plan.loss.center().y()))
