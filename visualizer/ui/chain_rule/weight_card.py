"""The inspector of one weight: its chain of factors, the proof, and the loss against it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.frames import Recording
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.chain_rule import Chain, Proof
from visualizer.ui.card import Card
from visualizer.ui.chain_rule.agreement import Agreement
from visualizer.ui.chain_rule.chain_view import ChainView
from visualizer.ui.chain_rule.loss_curve import LossCurve
from visualizer.ui.chain_rule.questions import WeightQuestions
from visualizer.ui.chain_rule.three_ways import ThreeWays, differences
from visualizer.ui.chain_rule.wording import gathered, kind_of, place_of
from visualizer.ui.context import Context
from visualizer.ui.formula_label import FormulaLabel
from visualizer.ui.inspectors.part import note
from visualizer.ui.inspectors.scroll import ScrollColumn
from visualizer.ui.store import View
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.section import Section

_ASKING = "Following the chain …"


class WeightCard(Card):
    """Shows the weight that the view names; asks the engine while it is seen."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "weight")
        self.chain: Chain | None = None
        self.proof: Proof | None = None
        self.questions = WeightQuestions(context.link, self)
        self._build_header()
        self.view = ChainView(context)
        self.ways = ThreeWays(context)
        self.curve = LossCurve(context)
        self.agreement = Agreement(context)
        self.act = Chip(context, "Prove")
        self.act.setToolTip("Compute this gradient in three ways, in float64: chain rule, autograd, finite difference")
        self.refused, self.gathered, self.apart, self.kinks = note(), note(), note(), note()
        self._slope = QLabel("slope = gradient", objectName="quiet")
        self._slope.setFont(font(11))
        self.body.addWidget(ScrollColumn(self._column()), 1)
        self._connect()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 200)  # the width is that of the layer's inspector, in whose place this stands

    def _build_header(self) -> None:
        self.body.setContentsMargins(0, 6, 0, 1)
        self.body.setSpacing(0)
        self.header.setContentsMargins(16, 0, 8, 0)
        self.header.setSpacing(6)
        self._title.setFont(font(15, 600))
        self.symbol = FormulaLabel(self.context, pixels=15)
        self.header.insertWidget(1, self.symbol)
        self.shut = Button(self.context, icon="close", kind="bare")
        self.shut.setAccessibleName("Back to the layer")
        self.shut.setToolTip("Back to the layer (Esc)")
        self.shut.setFixedSize(32, 32)
        self.header.addWidget(self.shut)
        self.place, self.value = note(), QLabel()
        self.value.setFont(font(13, 600, tabular=True))
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 8)
        row.addWidget(self.place, 1)
        row.addWidget(self.value)
        self.body.addLayout(row)

    def _column(self) -> QWidget:
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        factors = Section(self.context, "weight/factors", "Chain rule, factor by factor")
        factors.body.addWidget(self.view)
        factors.body.addWidget(self.gathered)
        factors.body.addWidget(self.refused)
        proof = Section(self.context, "weight/proof", "Three ways, one answer")
        proof.header.addWidget(self.agreement)
        proof.header.addWidget(self.act)
        for widget in (self.ways, self.apart, self.kinks):
            proof.body.addWidget(widget)
        curve = Section(self.context, "weight/curve", "Loss against this weight")
        curve.header.addWidget(self._slope)
        curve.body.addWidget(self.curve, 1)
        for section, stretch in ((factors, 0), (proof, 0), (curve, 1)):
            layout.addWidget(section, stretch)
        layout.addStretch(0)
        return column

    def _connect(self) -> None:
        context = self.context
        context.store.view_changed.connect(self._look)
        context.player.recording_changed.connect(self._recorded)
        self.questions.chained.connect(self._show_chain)
        self.questions.proved.connect(self._show_proof)
        self.questions.refused.connect(self._refuse)
        self.questions.changed.connect(self._name_act)
        self.act.clicked.connect(self._toggle)
        self.shut.clicked.connect(lambda: context.store.look(parameter="", number=()))
        context.link.state_changed.connect(lambda _: self._name_act())
        self._name_act()

    @property
    def _weight(self) -> tuple[str, tuple[int, ...]]:
        view = self.context.store.view
        return view.parameter, view.number

    def _look(self, old: View, new: View) -> None:
        if (old.parameter, old.number) != (new.parameter, new.number):
            self._turn()
        elif old.theme != new.theme:
            self._show_value()

    def _recorded(self, recording: Recording | None) -> None:
        """Follow the chain in a new recording; what was proved of another is gone."""
        if recording is not None and self.isVisible():
            self._forget_proof()
            self.questions.ask(*self._weight, live=recording.live)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.questions.forget()

    def _turn(self) -> None:
        """Show another weight, without its numbers until they come."""
        parameter, number = self._weight
        recording = self.context.player.recording
        if not parameter or recording is None or not self.isVisible():
            return
        self.set_title(kind_of(parameter))
        self.setAccessibleName(f"Inspector of {parameter}{list(number)}")
        self.place.setText(place_of(recording, parameter, number))
        if self.chain is None or (self.chain.parameter, self.chain.index) != (parameter, number):
            self.chain = None
            self.symbol.set_formula("")
            self.view.hide()
            self.gathered.hide()
            self._say(_ASKING)
            self._forget_proof()
        self._show_value()
        self.questions.ask(parameter, number, live=False)

    def _show_value(self) -> None:
        parameter, number = self._weight
        recording = self.context.player.recording
        view = recording.parameters.get(parameter) if recording is not None else None
        if view is None or len(number) != view.values.ndim:
            self.value.clear()
            return
        value = float(view.values[number])
        theme = self.context.theme
        color = theme.hex("pos" if value > 0 else "neg" if value < 0 else "text")
        quiet = theme.hex("text2")
        self.value.setText(f'<span style="color:{quiet}">w = </span><span style="color:{color}">{rounded(value, 4)}')
        self.value.setToolTip(f"{parameter}{list(number)} = {exact(value)}\ndrag its line on the canvas to set it")

    def _show_chain(self, chain: Chain) -> None:
        self.chain = chain
        self.symbol.set_formula(chain.symbol)
        self.view.show_chain(chain)
        self.view.show()
        self.gathered.setText(gathered(chain))
        self.gathered.setVisible(bool(self.gathered.text()))
        self._say("")
        self._show_value()
        self.ways.show_ways(chain, self.proof)

    def _show_proof(self, proof: Proof) -> None:
        self.proof = proof
        if self.chain is not None:
            self.ways.show_ways(self.chain, proof)
        self.agreement.show_proof(proof)
        self.curve.show_proof(proof)
        self.apart.setText(differences(proof))
        self.apart.show()
        self.kinks.setText(" ".join(proof.kinks))
        self.kinks.setVisible(bool(proof.kinks))
        self._name_act()

    def _forget_proof(self) -> None:
        self.questions.cancel()
        self.proof = None
        self.agreement.show_proof(None)
        self.curve.show_proof(None)
        self.apart.hide()
        self.kinks.hide()
        if self.chain is not None:
            self.ways.show_ways(self.chain, None)
        self._name_act()

    def _refuse(self, sentence: str) -> None:
        if self.chain is None:
            self._say(sentence)
        else:
            self.apart.setText(sentence)
            self.apart.show()

    def _say(self, sentence: str) -> None:
        self.refused.setText(sentence)
        self.refused.setVisible(bool(sentence))

    def _toggle(self) -> None:
        if self.questions.proving:
            self.questions.cancel()
        else:
            self.questions.prove()

    def _name_act(self) -> None:
        proving = self.questions.proving
        self.act.say("Cancel" if proving else "Prove")
        self.act.setVisible(proving or self.proof is None)
        self.act.setEnabled(self.context.link.state == "running")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.context.store.look(parameter="", number=())
        else:
            super().keyPressEvent(event)
