"""The operands of an explanation and the terms of its sum as lines of cells, each of which can be asked in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visualizer.core.frames import Explanation, Factors, Operand
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded, whole
from visualizer.core.passes import in_its_pass
from visualizer.ui.explanations.questions import Question, place_text, title_of
from visualizer.ui.inspectors.symbols import plain_symbol

LARGEST = 12
"""So many terms are shown of a long sum until somebody wants them all."""

_SHORT = 8  # digits; a given number as short as this is written out


class Cell(NamedTuple):
    """What stands in a cell, what a hover says, and what to ask when it is picked."""

    text: str
    hover: str = ""
    question: Question | None = None
    value: float = 0.0


Line = tuple[Cell, Cell, Cell, Cell]
"""Symbol, first number, second number or where the first is from, product."""

_NONE = Cell("")


@dataclass(frozen=True, eq=False)
class Lines:
    """The operands first, then the terms of the sum: `whole_sum` shows all of them, else the largest and the rest."""

    explanation: Explanation
    whole_sum: bool = False
    leads: Mapping[str, Question] = field(default_factory=dict)

    @cached_property
    def _terms(self) -> npt.NDArray[np.float64]:
        products = self.explanation.products
        return np.zeros(0) if products is None else products.terms.reshape(-1)

    @cached_property
    def _inside(self) -> npt.NDArray[np.int64]:
        """The terms that are not in the padding."""
        products = self.explanation.products
        return np.zeros(0, np.int64) if products is None else np.flatnonzero(products.inside.reshape(-1))

    @property
    def term_count(self) -> int:
        return len(self._inside)

    @property
    def padding_count(self) -> int:
        return len(self._terms) - len(self._inside)

    @property
    def is_long(self) -> bool:
        """Whether the terms are more than are shown at first."""
        return self.term_count > LARGEST

    @cached_property
    def _shown(self) -> npt.NDArray[np.int64]:
        if self.whole_sum or not self.is_long:
            return self._inside
        strongest = np.argsort(-np.abs(self._terms[self._inside]), kind="stable")[:LARGEST]
        return self._inside[strongest]

    @cached_property
    def _summaries(self) -> list[Line]:
        """Lines that stand for many terms: the smaller ones, and those in the padding."""
        lines = []
        if len(self._shown) < self.term_count:
            rest = float(self._terms.sum() - self._terms[self._shown].sum())
            left = whole(self.term_count - len(self._shown))
            lines.append(_summary(f"{left} smaller terms", rest))
        if self.padding_count:
            lines.append(_summary(f"{whole(self.padding_count)} terms in the zero padding", 0.0))
        return lines

    def __len__(self) -> int:
        return len(self.explanation.operands) + len(self._shown) + len(self._summaries)

    def __getitem__(self, number: int) -> Line:
        operands, terms = self.explanation.operands, len(self._shown)
        if number < len(operands):
            return _operand_line(operands[number], self.leads.get(operands[number].name))
        number -= len(operands)
        return self._term_line(int(self._shown[number])) if number < terms else self._summaries[number - terms]

    def _term_line(self, term: int) -> Line:
        products = self.explanation.products
        assert products is not None
        first, second = _factor(products.first, term), _factor(products.second, term)
        value = float(self._terms[term])
        said = f"{exact(first.value)} × {exact(second.value)} = {value:.9g}".replace("-", "−")
        return _NONE, first, second, Cell(rounded(value, 4), said, value=value)

    @property
    def heads(self) -> tuple[str, str, str, str]:
        """What stands above the columns; nothing where there are no products."""
        products = self.explanation.products
        if products is None:
            return "", "", "", ""
        return "", _head(products.first), f"× {_head(products.second)}", "= product"


def _operand_line(operand: Operand, told: Question | None) -> Line:
    asked = Explain(operand.origin, operand.index, operand.kind) if operand.kind != "constant" else None
    question: Question | None = told or asked
    name = plain_symbol(operand.name)
    said = f"{name} = {exact(operand.value)}"
    where = title_of(question) if question is not None else operand.origin or "a given number"
    hover = f"{said}\n{where}" if question is not None else said
    given = exact(operand.value)
    text = given.removesuffix(".0") if question is None and len(given) <= _SHORT else rounded(operand.value, 5)
    return Cell(name, hover), Cell(text, hover, question, operand.value), Cell(where, hover), _NONE


def _factor(factors: Factors, term: int) -> Cell:
    value = float(factors.values.reshape(-1)[term])
    if factors.kind == "constant":
        return Cell(rounded(value, 4), exact(value), None, value)
    place = np.unravel_index(term, factors.values.shape)
    index = tuple(int(at) for at in factors.indices[place])
    question = Explain(factors.origin, index, factors.kind)
    return Cell(rounded(value, 4), f"{title_of(question)}\n{exact(value)}", question, value)


def _head(factors: Factors) -> str:
    return in_its_pass(factors.origin) or "constant"


def _summary(words: str, value: float) -> Line:
    return Cell("…"), Cell(words, words), _NONE, Cell(rounded(value, 4), exact(value), None, value)


def place_words(cell: Cell) -> str:
    """Return where a cell's number stands in its tensor."""
    return place_text(cell.question.index) if isinstance(cell.question, Explain) else ""
