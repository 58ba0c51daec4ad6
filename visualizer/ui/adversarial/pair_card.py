"""The pair, the stages of its next step, and in words and numbers what happens in the one that is looked at."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel

from visualizer.core import catalogue
from visualizer.core.numbers import whole
from visualizer.ui.adversarial.controls import Controls
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.numbers import of_stage
from visualizer.ui.adversarial.pair_view import PairView
from visualizer.ui.adversarial.stage_bar import StageBar
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.form import Complain
from visualizer.ui.formula import plain
from visualizer.ui.formula_label import FormulaLabel
from visualizer.ui.theme import font


class PairCard(Card):
    """Controls in the title row, the machine, the bar, the words."""

    def __init__(self, context: Context, shown: Game, complain: Complain) -> None:
        super().__init__(context, "The pair")
        self._game = shown
        self.header.addWidget(Controls(context, complain))
        self.view, self.bar = PairView(context, shown), StageBar(context, shown)
        self._where, self._title, self._sentence = QLabel(objectName="quiet"), QLabel(), QLabel()
        self._where.setFont(font(12, tabular=True))
        self._title.setFont(font(13, 600))
        self._sentence.setFont(font(12))
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumHeight(32)
        self._formula, self._numbers = FormulaLabel(context, pixels=14), FormulaLabel(context, pixels=14)
        clickable(self._numbers, context, lambda point: self._asked(), by_click=True)
        clickable(self.bar.line, context, lambda point: None, self._asked)
        words = QHBoxLayout()
        words.setSpacing(12)
        words.addWidget(self._title)
        words.addWidget(self._where)
        words.addStretch(1)
        formulas = QHBoxLayout()
        formulas.setSpacing(24)
        for label in (self._formula, self._numbers):
            label.setMinimumHeight(36)
            formulas.addWidget(label)
        formulas.addStretch(1)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.bar)
        self.body.addLayout(words)
        self.body.addWidget(self._sentence)
        self.body.addLayout(formulas)
        shown.changed.connect(self._tell)
        self._tell()

    def _asked(self) -> Number | None:
        """Return what the formula of the present stage ends in."""
        stage = self._game.stage
        number = of_stage(stage, self._game.steps_done) if stage is not None else None
        return None if number is None else number._replace(hover=plain(stage.formula_with_numbers))

    def _tell(self) -> None:
        stage, shown = self._game.stage, self._game
        if stage is None:
            self._tell_now()
            return
        self._title.setText(stage.title)
        part = f", update {stage.round} of {stage.rounds}" if stage.rounds > 1 else ""
        sample = f", the first {stage.shown} of {stage.batch} samples are shown" if stage.shown < stage.batch else ""
        self._where.setText(f"stage {shown.place + 1} of {len(shown.plan)}{part}{sample}")
        self._sentence.setText(stage.sentence)
        self._formula.set_formula(stage.formula)
        self._numbers.set_formula(stage.formula_with_numbers)

    def _tell_now(self) -> None:
        experiment, adversary = self.context.store.experiment, self._game.adversary
        loss = catalogue.loss(experiment.loss)
        step = f"after {whole(adversary.step)} steps" if adversary is not None else ""
        self._title.setText("The pair as it stands")
        self._where.setText(step)
        self._sentence.setText(
            self._game.refusal
            or f"{loss.summary} Play, or take it stage by stage: the next step is shown on a copy, the run stays here."
        )
        self._formula.set_formula(loss.formula)
        self._numbers.set_formula("")
