"""One value in full: the real operands, the formula, and the result."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from visualizer.core.frames import Explanation, Operand, Products
from visualizer.core.numbers import exact, rounded
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.inspectors.asking import Asking
from visualizer.ui.inspectors.formula_line import FormulaLine
from visualizer.ui.inspectors.look import Look, sign_token
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.product_grid import ProductGrid
from visualizer.ui.inspectors.rows import Row, Rows
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.inspectors.sums import added_up
from visualizer.ui.inspectors.symbols import plain_symbol
from visualizer.ui.inspectors.window_grid import WindowGrid, window_of
from visualizer.ui.theme import font

_LISTED = 8
_OPERANDS = 12
_UNEXPLAINED = ("input", "constant", "opaque", "decision")
Go = Callable[[str, tuple[int, ...]], None]


class Arithmetic(Part):
    """Asks the engine how the chosen value came about and shows the answer."""

    def __init__(self, context: Context, pick_input: Callable[[int], None], go: Go) -> None:
        super().__init__(context, "value", "One value, in full")
        self.explanation: Explanation | None = None
        self._go = go
        self._asking = Asking(context.link, self)
        self._asking.explained.connect(self._explain)
        self._asking.refused.connect(self._refuse)
        self.rounding = QLabel("cells rounded")
        self.rounding.setFont(font(11))
        self.rounding.setObjectName("quiet")
        self.header.addWidget(self.rounding)
        self.grid = ProductGrid(context)
        self.grid.origin_picked.connect(self._go_to_input)
        self.inputs = Stepper(context, "input channel")
        self.inputs.stepped.connect(pick_input)
        self.partial = note()
        self.partial.setWordWrap(False)
        self.partial.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.window_grid = WindowGrid(context)
        self.window_grid.origin_picked.connect(self._go_to_window)
        self.formula, self.numbers = FormulaLine(context), FormulaLine(context)
        self.rows = Rows(context, "Operands")
        self.rows.origin_picked.connect(lambda row: go(*row.origin))
        self.result = ResultBox(context)
        self.note = note()
        channel_row = QHBoxLayout()
        channel_row.addWidget(self.inputs)
        channel_row.addWidget(self.partial, 1)
        self.body.addWidget(self.grid)
        self.body.addLayout(channel_row)
        self.body.addWidget(self.formula)
        self.body.addWidget(self.window_grid)
        self.body.addWidget(self.rows)
        self.body.addWidget(self.numbers)
        self.body.addWidget(self.result)
        self.body.addWidget(self.note)

    def applies(self, look: Look) -> bool:
        return look.place is not None and look.subject.node.kind not in _UNEXPLAINED

    def refresh(self, look: Look) -> None:
        node, index = look.subject.node.id, look.index
        known = self.explanation
        if known is not None and (known.node, known.index) != (node, index):
            self.explanation = None
        if self.isVisible():
            self._asking.ask(node, index)
        if self.explanation is not None:
            self._show(self.explanation, look)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_open()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._asking.forget()

    def _explain(self, explanation: Explanation) -> None:
        self.explanation = explanation
        if self.look is not None:
            self._show(explanation, self.look)

    def _refuse(self, sentence: str) -> None:
        self.explanation = None
        for widget in (self.grid, self.inputs, self.partial, self.window_grid, self.rows, self.result, self.rounding):
            widget.hide()
        self.formula.show_formula("")
        self.numbers.show_formula("")
        self.note.setText(sentence)
        self.note.show()

    def _show(self, explanation: Explanation, look: Look) -> None:
        products = explanation.products
        in_grid = products is not None and products.values.ndim > 1
        several = in_grid and products is not None and len(products.values) > 1
        self.grid.setVisible(in_grid)
        self.inputs.setVisible(several)
        self.partial.setVisible(several)
        window = window_of(explanation.operands) if products is None else None
        self.window_grid.setVisible(window is not None)
        self.rows.setVisible(not in_grid and window is None)
        self.rounding.setVisible(products is not None or window is not None)
        self.rounding.setText("cells rounded" if in_grid or window else "pre-activation, rounded")
        self.formula.show_formula(explanation.formula if products is None else "")
        self.numbers.show_formula(explanation.formula_with_numbers if products is None and window is None else "")
        self.result.show()
        self.note.setVisible(products is None)
        if products is None:
            if window is not None:
                self.window_grid.show_window(explanation.operands, window, _winner(explanation, look))
            else:
                self.rows.show_rows(
                    [_operand_row(operand, look.subject.node.module) for operand in explanation.operands[:_OPERANDS]]
                )
            self.note.setText(explanation.sentence if window is not None else _more(explanation))
            self.result.show_value(explanation)
            return
        self.result.show_sum(_total(products), explanation)
        if in_grid:
            self._show_grid(products, look.input_channel)
        else:
            self.rows.show_rows(_product_rows(products))

    def _show_grid(self, products: Products, input_channel: int) -> None:
        first, count = products.start[0], len(products.values)
        channel = min(max(input_channel - first, 0), count - 1)
        self.grid.show_products(products, channel)
        self.inputs.show_number(first + channel, count)
        part = float((products.values[channel].astype(np.float64) * products.weights[channel]).sum())
        self.partial.setText(f"its Σ {rounded(part)}")
        self.partial.setToolTip(f"The products of this input channel add up to {exact(part)}")

    def _go_to_window(self, index: tuple[int, ...]) -> None:
        if self.explanation is not None:
            self._go(self.explanation.operands[0].origin, index)

    def _go_to_input(self, index: tuple[int, ...]) -> None:
        if self.explanation is not None and self.explanation.products is not None:
            self._go(self.explanation.products.origin, index)


class ResultBox(QWidget):
    """Σ −0.457 + b 0.011 = −0.446."""

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
        self._show([("quiet", "y  =  "), ("result", rounded(explanation.result, 4))], explanation)

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


def _winner(explanation: Explanation, look: Look) -> int | None:
    """Return which operand a maximum has taken."""
    if not look.subject.node.operation.startswith("max_pool"):
        return None
    values = [operand.value for operand in explanation.operands]
    return values.index(max(values))


def _total(products: Products) -> float:
    """Return the sum of all products in float64; factors in the padding are zero."""
    return float((products.values.astype(np.float64) * products.weights).sum())


def _operand_row(operand: Operand, module: str) -> Row:
    """Return a line for an operand; of the module's own state only its last name."""
    place = f" ({', '.join(map(str, operand.index))})" if operand.index else ""
    name = plain_symbol(operand.name)
    hover = f"{name} = {exact(operand.value)}" + (f"\nfrom {operand.origin}{place}" if operand.origin else "")
    origin = (operand.origin, operand.index) if operand.origin else None
    shown = operand.origin.removeprefix(f"{module}.") if module else operand.origin
    return Row(name, shown + place, operand.value, rounded(operand.value, 4), hover, origin)


def _product_rows(products: Products) -> list[Row]:
    """Return all products in order, or of many the largest ones and the sum of the rest."""
    terms = products.values.astype(np.float64) * products.weights
    order = range(len(terms))
    if len(terms) > _LISTED:
        order = sorted(np.argsort(-np.abs(terms), kind="stable")[: _LISTED - 1].tolist())
    rows = []
    for number in order:
        x, weight, term = float(products.values[number]), float(products.weights[number]), float(terms[number])
        index = (*products.start[:-1], number)
        hover = f"{products.parameter} ({number}): {exact(weight)}\n{products.origin} ({number}): {exact(x)}"
        middle = f"{rounded(weight)} × {rounded(x)}"
        rows.append(
            Row(f"w{number} × x{number}", middle, term, rounded(term), hover, (products.origin, index), signed=True)
        )
    if len(terms) > _LISTED:
        rest = float(np.delete(terms, order).sum())
        count = len(terms) - len(rows)
        rows.append(Row(f"{count} others", "smaller ones, added up", rest, rounded(rest), exact(rest), signed=True))
    return rows


def _more(explanation: Explanation) -> str:
    left = len(explanation.operands) - _OPERANDS
    return f"{explanation.sentence} {left} more operands." if left > 0 else explanation.sentence
