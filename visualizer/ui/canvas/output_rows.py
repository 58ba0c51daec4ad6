"""What the output card says where answers are not one class: the loss, and what was given beside what is wanted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from visualizer.core.numbers import rounded
from visualizer.ui import paint
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.theme import Theme, font

_ROW = 18.0


def output_rows(subject: Subject) -> list[tuple[str, str]]:
    """Return rows of a name and a value: the loss first, then each number that was given and the one wanted."""
    recording = subject.recording
    if recording is None:
        return []
    rows = [("loss", rounded(recording.loss))]
    output = recording.activations.get(recording.graph.outputs[0]) if recording.graph.outputs else None
    if output is None or subject.classes or output.values.size != len(recording.wanted):
        return rows
    for number, (given, wanted) in enumerate(zip(output.values.reshape(-1), recording.wanted, strict=True)):
        name = str(number) if len(recording.wanted) > 1 else ""
        rows += [(f"given {name}", rounded(float(given))), (f"wanted {name}", rounded(float(wanted)))]
    return rows


def paint_rows(painter: QPainter, area: QRectF, subject: Subject, theme: Theme) -> None:
    """Paint as many rows as there is room for."""
    for place, (name, value) in enumerate(output_rows(subject)[: int(area.height() // _ROW)]):
        row = QRectF(area.x(), area.y() + place * _ROW, area.width(), _ROW)
        paint.text(painter, row, name, font(11), theme.color("text2"))
        face = font(11, 600, tabular=True)
        paint.text(painter, row, value, face, theme.color("text"), Qt.AlignmentFlag.AlignRight)
