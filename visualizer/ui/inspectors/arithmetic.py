"""One value in full: the real operands, the formula, and the result."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from visualizer.core.frames import Explanation, Products
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.context import Context
from visualizer.ui.explanations.asking import Asking
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number, Question
from visualizer.ui.explanations.reached import Reached
from visualizer.ui.explanations.trail import explain
from visualizer.ui.inspectors.account_rows import operand_row, product_rows, total
from visualizer.ui.inspectors.formula_line import FormulaLine
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.product_grid import ProductGrid
from visualizer.ui.inspectors.result_box import ResultBox
from visualizer.ui.inspectors.rows import Rows
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.inspectors.window_grid import WindowGrid, window_of
from visualizer.ui.theme import font

_LISTED = 12
_UNEXPLAINED = ("input", "constant", "opaque", "decision")
Go = Callable[[str, tuple[int, ...]], None]


class Arithmetic(Part):
    """Asks the engine how the chosen value came about; `go` is told the tensor and index of an operand to look at."""

    def __init__(self, context: Context, pick_input: Callable[[int], None], go: Go) -> None:
        super().__init__(context, "value", "One value, in full")
        self.explanation: Explanation | None = None
        self._go = go
        self._asking = Asking(context.link, self)
        self._asking.explained.connect(self._explain)
        self._asking.refused.connect(self._refuse)
        self.rounding = QLabel()
        self.rounding.setFont(font(11))
        self.rounding.setObjectName("quiet")
        self.header.addWidget(self.rounding)
        self.grid = ProductGrid(context)
        self.grid.followed.connect(self._follow)
        self.inputs = Stepper(context, "input channel")
        self.inputs.stepped.connect(pick_input)
        self.partial = note()
        self.partial.setWordWrap(False)
        self.partial.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.formula, self.numbers = FormulaLine(context), FormulaLine(context)
        self.window_grid = WindowGrid(context)
        self.window_grid.followed.connect(self._follow)
        self.rows = Rows(context, "Operands")
        self.result = ResultBox(context)
        Reached(context, clickable(self.result, context, lambda _: self._result(), by_click=True))
        self.note = note()
        channels = QHBoxLayout()
        channels.addWidget(self.inputs)
        channels.addWidget(self.partial, 1)
        self.body.addWidget(self.grid)
        self.body.addLayout(channels)
        for widget in (self.formula, self.window_grid, self.rows, self.numbers, self.result, self.note):
            self.body.addWidget(widget)
        self._show_only()

    def applies(self, look: Look) -> bool:
        return look.place is not None and look.subject.node.kind not in _UNEXPLAINED

    def refresh(self, look: Look) -> None:
        """Show what is known, and ask; numbers of another layer do not stay until the answer comes."""
        known = self.explanation
        if known is not None and known.name != look.subject.node.id:
            self.explanation = known = None
            self._show_only()
        if known is not None and known.index == look.index:
            self._show(known, look)
        if self.isVisible():
            self._asking.ask(Explain(look.subject.node.id, look.index), look.subject.recording.live)

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
        self.note.setText(sentence)
        self._show_only(self.note)

    def _show_only(self, *shown: QWidget) -> None:
        """Show some of the widgets; formulas show themselves."""
        self.formula.show_formula("")
        self.numbers.show_formula("")
        parts = (self.rounding, self.grid, self.inputs, self.partial, self.window_grid, self.rows, self.result)
        for widget in (*parts, self.note):
            widget.setVisible(widget in shown)

    def _show(self, explanation: Explanation, look: Look) -> None:
        products = explanation.products
        if products is None:
            self._show_formula(explanation, look)
        elif products.inside.ndim == 1:
            self._show_only(self.rounding, self.rows, self.result)
            self.rounding.setText("pre-activation, rounded")
            self.rows.show_rows(product_rows(products))
            self.result.show_sum(total(products), explanation)
        else:
            chooser = (self.inputs, self.partial) if len(products.inside) > 1 else ()
            self._show_only(self.rounding, self.grid, self.result, *chooser)
            self.rounding.setText("cells rounded")
            self._show_grid(products, look.input_channel)
            self.result.show_sum(total(products), explanation)

    def _show_formula(self, explanation: Explanation, look: Look) -> None:
        window = window_of(explanation.operands)
        if window is not None:
            self._show_only(self.rounding, self.window_grid, self.result, self.note)
            self.rounding.setText("cells rounded")
            self.window_grid.show_window(explanation.operands, window, _winner(explanation, look))
        else:
            self._show_only(self.rows, self.result, self.note)
            shown = explanation.operands[:_LISTED]
            self.rows.show_rows([operand_row(operand, look.subject.node.module) for operand in shown])
            self.numbers.show_formula(explanation.formula_with_numbers)
        left = 0 if window is not None else len(explanation.operands) - _LISTED
        self.note.setText(explanation.sentence + (f" {left} more operands." if left > 0 else ""))
        self.formula.show_formula(explanation.formula)
        self.result.show_value(explanation)

    def _show_grid(self, products: Products, input_channel: int) -> None:
        first, count = int(products.first.indices.flat[0]), len(products.inside)
        channel = min(max(input_channel - first, 0), count - 1)
        self.grid.show_products(products, channel)
        self.inputs.show_number(first + channel, count)
        part = float(products.terms[channel].sum())
        self.partial.setText(f"its Σ {rounded(part)}")
        self.partial.setToolTip(f"The products of this input channel add up to {exact(part)}")

    def _follow(self, question: Question) -> None:
        """Go to an operand, and say where it comes from."""
        if isinstance(question, Explain) and question.kind == "activation":
            self._go(question.name, question.index)
        explain(self.context, question)

    def _result(self) -> Number | None:
        known = self.explanation
        if known is None:
            return None
        return Number(Explain(known.name, known.index, known.kind), f"{self.result.toolTip()}\n{known.sentence}")


def _winner(explanation: Explanation, look: Look) -> int | None:
    """Return which operand a maximum has taken."""
    if not look.subject.node.operation.startswith("max_pool"):
        return None
    values = [operand.value for operand in explanation.operands]
    return values.index(max(values))
