"""The output card of a network that answers at every step: all probabilities, and those of the right answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from visualizer.core.frames import Array
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.theme import Theme, font

_TITLE = 54.0  # that of the card, left of the loss
_LETTER, _PERCENT = 15.0, 13.0
_NARROWEST = 9.0


@dataclass(frozen=True, eq=False)
class StepAnswers:
    """The steps that count: their numbers, the right class of each, and probabilities (steps, classes)."""

    classes: tuple[str, ...]
    steps: list[int]
    targets: list[int]
    probabilities: Array

    @cached_property
    def right(self) -> list[float]:
        """The probability of the right class at each step."""
        return [float(row[target]) for row, target in zip(self.probabilities, self.targets, strict=True)]

    def told(self, place: int, number: int) -> str:
        """Return what is known of one class at one step."""
        target = self.targets[place]
        probability = exact(float(self.probabilities[place, number]))
        lines = [f"step {self.steps[place]}, “{self.classes[number]}”: {probability}"]
        if number != target:
            lines.append(f"right would be “{self.classes[target]}”: {exact(self.right[place])}")
        return "\n".join(lines)


def step_answers(subject: Subject) -> StepAnswers | None:
    """Return the answers of the recorded pass, None where they are not one class a step."""
    recording = subject.recording
    if recording is None or not subject.classes or len(recording.probabilities) or not recording.graph.outputs:
        return None
    output = recording.activations.get(recording.graph.outputs[0])
    if output is None or output.values.shape != (len(recording.wanted), len(subject.classes)):
        return None
    counted = np.flatnonzero(recording.wanted >= 0)
    logits = output.values[counted].astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return StepAnswers(subject.classes, counted.tolist(), recording.wanted[counted].astype(int).tolist(), probabilities)


def layout(area: QRectF, answers: StepAnswers) -> tuple[QRectF, float, float]:
    """Return where the map lies, and the height of the rows of letters and of percentages below it (0: no room)."""
    width = area.width() / max(len(answers.steps), 1)
    letters = _LETTER if width >= _NARROWEST else 0.0
    percent = _PERCENT if width >= paint.width_of("99", font(10, 500, tabular=True)) + 2 else 0.0
    return area.adjusted(0, 0, 0, -letters - percent), letters, percent


def paint_steps(painter: QPainter, area: QRectF, answers: StepAnswers, theme: Theme, loss: float) -> None:
    """Paint the classes down and the steps to the right, the right class of each framed and told below."""
    picture, letters, percent = layout(area, answers)
    middle, right = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
    above = QRectF(area.x(), area.y() - 20, area.width(), 14)
    words, face = f"loss {rounded(loss)}", font(10, 600, tabular=True)
    if paint.width_of(words, face) + _TITLE <= area.width():
        paint.text(painter, above, words, face, theme.color("text"), right)
    for place, target in enumerate(answers.targets):
        for number, probability in enumerate(answers.probabilities[place]):
            color = theme.mix("panel", "accent", 0.04 + 0.96 * float(probability))
            painter.fillRect(cell(picture, answers, place, number).adjusted(0, 0, -1, 0), color)
        frame = cell(picture, answers, place, target).adjusted(-0.5, -0.5, -0.5, 0.5)
        paint.rounded(painter, frame, 1, None, theme.color("text"), 1)
        column = QRectF(frame.x() - 4, picture.bottom(), frame.width() + 8, letters)
        if letters:
            name = answers.classes[target]
            paint.text(painter, column, name, font(11, 600), theme.color("text"), middle)
        if percent:
            below = QRectF(column.x(), column.bottom(), column.width(), percent)
            face, share = font(10, 500, tabular=True), f"{100 * answers.right[place]:.0f}"
            unit = "%" if paint.width_of("99%", face) + 1 <= frame.width() else ""
            paint.text(painter, below, share + unit, face, theme.color("text2"), middle)


def cell(picture: QRectF, answers: StepAnswers, place: int, number: int) -> QRectF:
    """Return where one class at one step lies."""
    width, height = picture.width() / len(answers.steps), picture.height() / len(answers.classes)
    return QRectF(picture.x() + place * width, picture.y() + number * height, width, height)


def step_at(area: QRectF, answers: StepAnswers, point: QPointF) -> tuple[int, int] | None:
    """Return which step that counts and which class lie at a point; below the map it is the right class."""
    if not answers.steps or not area.contains(point):
        return None
    picture, *_ = layout(area, answers)
    place = min(int((point.x() - area.x()) / area.width() * len(answers.steps)), len(answers.steps) - 1)
    if point.y() > picture.bottom():
        return place, answers.targets[place]
    down = (point.y() - picture.y()) / picture.height() * len(answers.classes)
    return place, min(int(down), len(answers.classes) - 1)
