"""The last line of an equation: Σ −0.457 + b 0.011 = −0.446."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from visualizer.core.frames import Explanation
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import sign_token
from visualizer.ui.inspectors.sums import added_up
from visualizer.ui.inspectors.symbols import plain_symbol
from visualizer.ui.theme import font

_LONGEST = 3  # signs of a name


class ResultBox(QWidget):
    """`words` are what stands there, each with its kind: quiet, number or result."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.words: list[tuple[str, str]] = []
        self._value = 0.0
        self.setFixedHeight(34)

    def sizeHint(self) -> QSize:
        return QSize(200, 34)

    def show_sum(self, total: float, explanation: Explanation) -> None:
        """Show a sum of products and what is added to it; the printed numbers add up, or ≈ says that they do not."""
        parts = [total, *(operand.value for operand in explanation.operands)]
        texts, result, exactly = added_up(parts, explanation.result)
        names = ["Σ", *(plain_symbol(operand.name) for operand in explanation.operands)]
        words = []
        for name, text in zip(names, texts, strict=True):
            words += [("quiet", "  +  ")] if words else []
            words += [("quiet", f"{name} "), ("number", text)]
        self._show([*words, ("quiet", "  =  " if exactly else "  ≈  "), ("result", result)], explanation)

    def show_value(self, explanation: Explanation) -> None:
        """Show a result that is not a sum."""
        self._show([("quiet", f"{_name(explanation)}  =  "), ("result", rounded(explanation.result, 4))], explanation)

    def _show(self, words: list[tuple[str, str]], explanation: Explanation) -> None:
        self.words, self._value = words, explanation.result
        full = "\n".join(f"{plain_symbol(operand.name)} = {exact(operand.value)}" for operand in explanation.operands)
        self.setToolTip(f"{full}\nresult {exact(explanation.result)}".strip())
        self.setAccessibleName("".join(text for _, text in words))
        self.setAccessibleDescription(explanation.sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        fonts = {"quiet": font(12, 500), "number": font(13, 500, tabular=True), "result": font(15, 700, tabular=True)}
        tokens = {"quiet": "text3", "number": "text", "result": sign_token(self._value, False)}
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(0, 1, 0, -1)
            paint.rounded(painter, area, 8, theme.color("sunk"), theme.color("line"))
            widths = [paint.width_of(text, fonts[kind]) for kind, text in self.words]
            left = max((self.width() - sum(widths)) / 2, 8.0)
            for (kind, text), width in zip(self.words, widths, strict=True):
                place = QRectF(left, area.top(), width + 1, area.height())
                paint.text(painter, place, text, fonts[kind], theme.color(tokens[kind]), Qt.AlignmentFlag.AlignLeft)
                left += width


def _name(explanation: Explanation) -> str:
    """Return what the formula calls the result, y where it says only how it is made."""
    left, equals, _ = explanation.formula.partition(" = ")
    name = plain_symbol(left)
    return name if equals and len(name) <= _LONGEST and "\\" not in name else "y"
