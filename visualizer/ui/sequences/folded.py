"""The network folded: one cell that feeds itself, and the names of what the rows of the unrolled one show."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Unrolled
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.sequences.lanes import Lanes
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.words import KINDS
from visualizer.ui.theme import font

_WIDTH = 140
_CELL = QRectF(16, 0, 56, 56)
_LABELS = 86.0


class Folded(QWidget):
    """Stands left of the unrolled network and shares its rows."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self.setAccessibleName("Network folded")
        self.setToolTip("The same network folded: one cell, one set of weights, used again at every step")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        unrolled.changed.connect(self.update)
        unrolled.playhead.moved.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, 190)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame, theme = self._unrolling.frame, self._context.theme
        if frame is None:
            return
        lanes = Lanes(1, 76, self.height() - 10)  # the scroll bar's height
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_cell(painter, KINDS[frame.kind], lanes)
            back = self._unrolling.playhead.moment.phase == "backward"
            vector = self._unrolling.vector
            name = vector.title if vector is not None else "hidden state"
            rows = [
                (lanes.loss(0), "loss", "warn"),
                (lanes.output(0), "target" if frame.outcome and frame.outcome.classes else "output", "text2"),
                (lanes.cell(0), f"∂L/∂ {name}" if back else name, "grad" if back else "text2"),
                (lanes.input(0), "input", "text2"),
                (lanes.number(0), _number_words(frame), "text3"),
            ]
            for row, words, token in rows:
                area = QRectF(_LABELS, row.top(), _WIDTH - _LABELS - 2, row.height())
                _paint_words(painter, area, words, theme.color(token))

    def _paint_cell(self, painter: QPainter, name: str, lanes: Lanes) -> None:
        theme = self._context.theme
        cell = QRectF(_CELL)
        cell.moveTop(lanes.cell(0).center().y() - cell.height() / 2)
        back = self._unrolling.playhead.moment.phase == "backward"
        ink = theme.color("grad" if back else "text2")
        pen = QPen(ink, 2)
        middle = cell.center().x()
        painter.setPen(QPen(theme.color("line2"), 1.4))
        painter.drawLine(QPointF(middle, cell.bottom()), QPointF(middle, lanes.input(0).top()))
        painter.drawLine(QPointF(middle, cell.top()), QPointF(middle, lanes.output(0).bottom()))
        loop = QPainterPath(QPointF(cell.right(), cell.center().y() + 10))
        loop.cubicTo(
            cell.right() + 22, cell.bottom() + 4, cell.right() + 8, cell.bottom() + 20, middle, cell.bottom() + 18
        )
        loop.cubicTo(
            cell.left() - 14,
            cell.bottom() + 18,
            cell.left() - 14,
            cell.center().y() + 10,
            cell.left(),
            cell.center().y() + 10,
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(loop)
        tip = QPointF(cell.right() + 1, cell.center().y() + 9) if back else QPointF(cell.left(), cell.center().y() + 10)
        way = 1.0 if back else -1.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon([tip, tip + QPointF(way * 8, 4.5), tip + QPointF(way * 8, -4.5)])
        paint.rounded(painter, cell, 10, theme.color("raised"), theme.color("line2"), 1.2)
        center = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, cell, name, font(13, 600), theme.color("text"), center)
        for area, words in ((lanes.input(0), "x"), (lanes.output(0), "y")):
            spot = QRectF(middle - 20, area.top(), 40, area.height())
            paint.text(painter, spot, words, font(13, 500, italic=True), theme.color("text"), center)


def _number_words(frame: Unrolled) -> str:
    """Return what the number below a step is: a year where the input is that of a year, else its place."""
    of_year = frame.inputs.shape[1] == 1 and frame.names[0].isdigit() and len(frame.names[0]) == 4
    return "year" if of_year else "step"


def _paint_words(painter: QPainter, area: QRectF, words: str, ink: object) -> None:
    """Draw words in as many lines as they need, right aligned."""
    painter.setFont(font(11))
    painter.setPen(ink)
    flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area, flags, words)
