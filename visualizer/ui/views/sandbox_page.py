"""The sandbox: a convolution whose every setting can be turned, and whose every output is taken apart."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.core.convolution import KERNELS, Floats, Setting, Terms, convolve, size_formula, terms
from visualizer.core.errors import UserError
from visualizer.core.frames import Recording
from visualizer.core.numbers import exact, rounded
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.formula_label import FormulaLabel
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.own.own_pad import picture_in
from visualizer.ui.sandbox.asked import output_of
from visualizer.ui.sandbox.board import Board
from visualizer.ui.sandbox.choices import NUMBERS, SAMPLE, Choices, remember, remembered
from visualizer.ui.sandbox.patterns import PATTERNS, pattern
from visualizer.ui.sandbox.terms_view import TermsView
from visualizer.ui.theme import font
from visualizer.ui.walk import Walk
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.combo import Combo, Option

_OWN = "own numbers"


class SandboxPage(QWidget):
    """Choices above, input and output in the middle, one output in full below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        chosen = remembered()
        self.numbers, self.weights = chosen.numbers, chosen.weights
        self.source, self.named, self.transposed = chosen.source, chosen.named, chosen.transposed
        self.place, self.channel = (0, 0), 0
        self._begun = False
        self.values: Floats = np.zeros((1, 1, 1))
        self.output: Floats | None = None
        self.terms: Terms | None = None
        self.walk = Walk(self)
        self.walk.moved.connect(self.move_to)
        self.walk.rested.connect(lambda: self.play.setText("Slide"))
        self._build()
        context.player.recording_changed.connect(self._recorded)
        context.store.view_changed.connect(lambda old, new: self._compute() if old.theme != new.theme else None)
        self._compute()

    @property
    def setting(self) -> Setting:
        chosen = (self.numbers[name] for name in ("kernel", "stride", "padding", "dilation"))
        return Setting(*chosen, transposed=self.transposed)

    def choose(self, name: str, value: str) -> None:
        """Change one of the choices; `value` is as the choice offers it."""
        if name == "source":
            self.source = value
        elif name == "kind":
            self.transposed = value == "transposed"
        elif name == "named":
            self._take_kernel(value)
        else:
            self.numbers[name] = int(value)
            if name == "kernel":
                self._resize_kernel()
        self._compute()
        self._remember()

    def set_weight(self, row: int, column: int, number: float) -> None:
        """Set one number of the kernel of the shown channel."""
        self.weights = self.weights.copy()
        self.weights[self.channel, row, column] = number
        self.named = _OWN
        self._compute()
        self._remember()

    def _remember(self) -> None:
        remember(Choices(self.source, self.named, self.transposed, self.numbers, self.weights.tolist()))

    def move_to(self, row: int, column: int) -> None:
        """Look at another output."""
        self.place = (row, column)
        self._show_place()

    def _build(self) -> None:
        card = Card(
            self._context,
            "Convolution sandbox",
            "the kernel slides over the input; each output is the sum of patch × kernel",
        )
        self.combos = {name: Combo(self._context, words) for name, (words, _) in NUMBERS.items()}
        self.combos["source"] = Combo(self._context, "Input")
        self.combos["kind"] = Combo(self._context, "Kind")
        self.combos["named"] = Combo(self._context, "Weights")
        for name, combo in self.combos.items():
            combo.picked.connect(lambda value, name=name: self.choose(name, value))
        for names in (("source", "size", "channels", "kind"), ("named", "kernel", "stride", "padding", "dilation")):
            row = QHBoxLayout()
            row.setSpacing(4)
            for name in names:
                row.addWidget(self.combos[name])
            row.addStretch(1)
            card.body.addLayout(row)
        self.formula = FormulaLabel(self._context, pixels=15)
        self.formula.setToolTip("n: size of the input, p: padding, d: dilation, k: size of the kernel, s: stride")
        row.addWidget(self.formula)
        self.obstacle = QLabel(wordWrap=True)
        self.obstacle.setFont(font(14))
        self.obstacle.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.board = Board(self._context)
        self.board.moved.connect(self.move_to)
        self.view = TermsView(self._context)
        self.view.weight_set.connect(self.set_weight)
        card.body.addWidget(self.obstacle, 1)
        card.body.addWidget(self.board, 1)
        card.body.addLayout(self._build_foot())
        card.body.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card)

    def _build_foot(self) -> QHBoxLayout:
        self.play = Button(self._context, "Slide", icon="play")
        self.play.setToolTip("Move the kernel over the input, place by place")
        self.play.clicked.connect(self._toggle)
        self.inputs = Stepper(self._context, "channel")
        self.inputs.stepped.connect(self._look_at_channel)
        self.sum = QLabel()
        self.sum.setFont(font(15, 600, tabular=True))
        clickable(self.sum, self._context, lambda _: self._asked(), by_click=True)
        foot = QHBoxLayout()
        foot.addWidget(self.play)
        foot.addWidget(self.inputs)
        foot.addStretch(1)
        foot.addWidget(self.sum)
        return foot

    def _take_kernel(self, name: str) -> None:
        self.named = name
        if name in KERNELS:
            self.numbers["kernel"] = len(KERNELS[name])
            self.weights = np.array([KERNELS[name]] * len(self.weights), np.float64)

    def _resize_kernel(self) -> None:
        """Keep the middle of the kernel, and fill up with zeros."""
        size, old = self.numbers["kernel"], self.weights.shape[1]
        grown = np.pad(self.weights, ((0, 0), (size, size), (size, size)))
        first = size + (old - size) // 2
        self.weights = grown[:, first : first + size, first : first + size]
        self.named = _OWN

    def _recorded(self, _: Recording | None) -> None:
        if self.source == SAMPLE:
            self._compute()

    def _compute(self) -> None:
        """Compute everything anew, or say why it cannot be."""
        sample = picture_in(self._context.player.recording)
        if self.source == SAMPLE and sample is not None:
            self.values = sample.astype(np.float64)
        else:
            self.values = pattern(self._pattern, self.numbers["size"], self.numbers["channels"])
        channels = len(self.values)
        if len(self.weights) != channels:
            self.weights = np.resize(self.weights, (channels, *self.weights.shape[1:]))
        self.channel = min(self.channel, channels - 1)
        self._offer(sample is not None)
        try:
            self.output = convolve(self.values, self.weights, self.setting)
        except UserError as error:
            self.output = self.terms = None
            self.walk.rest()
            self.obstacle.setText(str(error))
        for widget, there in ((self.obstacle, self.output is None), (self.board, self.output is not None)):
            widget.setVisible(there)
        for widget in (self.formula, self.view, self.sum):
            widget.setVisible(self.output is not None)
        self.play.setEnabled(self.output is not None)
        if self.output is not None:
            height, width = self.output.shape
            if not self._begun:
                self._begun = True  # where there is something to see
                strongest = np.unravel_index(np.abs(self.output).argmax(), self.output.shape)
                self.place = (int(strongest[0]), int(strongest[1]))
            self.place = (min(self.place[0], height - 1), min(self.place[1], width - 1))
            self.formula.set_formula(size_formula(self.setting, self.values.shape[1]))
            self._show_place()

    @property
    def _pattern(self) -> str:
        return self.source if self.source in PATTERNS else PATTERNS[0]

    def _offer(self, has_sample: bool) -> None:
        sources = [Option(name, name) for name in PATTERNS]
        if has_sample:
            sources.append(Option(SAMPLE, "the sample", "The picture that runs through the network, also your own"))
        source = self.source if has_sample or self.source != SAMPLE else self._pattern
        self.combos["source"].offer(sources, source)
        kinds = [Option("ordinary", "ordinary"), Option("transposed", "transposed", "As in the decoder of a GAN")]
        self.combos["kind"].offer(kinds, "transposed" if self.transposed else "ordinary")
        self.combos["named"].offer([Option(name, name) for name in (*KERNELS, _OWN)], self.named)
        for name, (_, values) in NUMBERS.items():
            shown = [Option(str(value), f"{value}×{value}" if name == "kernel" else str(value)) for value in values]
            self.combos[name].offer(shown, str(self.numbers[name]))
            self.combos[name].setEnabled(source != SAMPLE or name not in ("size", "channels"))

    def _show_place(self) -> None:
        if self.output is None:
            return
        self.terms = terms(self.values, self.weights, self.setting, *self.place)
        channels = len(self.values)
        name = f"channel {self.channel} of {channels}," if channels > 1 else "input"
        self.board.show_maps(self.values[self.channel], self.output, self.setting, name)
        self.board.show_place(*self.place, self.terms)
        self.view.show_terms(self.terms, self.channel)
        self.inputs.setVisible(channels > 1)
        self.inputs.show_number(self.channel, channels)
        parts = [float(part.sum()) for part in self.terms.products]
        added = " + ".join(_summand(part) for part in parts) + " = " if channels > 1 else ""
        self.sum.setText(f"y({self.place[0]}, {self.place[1]}) = {added}{rounded(self.terms.result, 4)}")

    def _asked(self) -> Number | None:
        """Return the output that is looked at."""
        if self.terms is None:
            return None
        said = f"The sum of all products, in full: {exact(self.terms.result)}"
        return Number(output_of(self.terms, self.place), said)

    def _look_at_channel(self, channel: int) -> None:
        self.channel = channel
        self._show_place()

    def _toggle(self) -> None:
        """Begin the walk, or stop it; without motion the kernel goes to its last place at once."""
        if self.output is None:
            return
        if self.walk.walking:
            self.walk.rest()
            return
        reduced = self._context.store.view.reduced_motion
        self.play.setText("Slide" if reduced else "Pause")
        self.walk.start(self.place, self.output.shape, to_the_end=reduced)


def _summand(value: float) -> str:
    return rounded(value) if value >= 0 else f"({rounded(value)})"
