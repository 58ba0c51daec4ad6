"""A walk from one noise vector to another, and what the generator makes of the places on the way."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from visualizer.core.messages import Walk
from visualizer.core.numbers import exact
from visualizer.core.topics.adversarial import Imagined
from visualizer.ui import paint
from visualizer.ui.adversarial.asker import Asker
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.number_label import NumberLabel
from visualizer.ui.adversarial.numbers import of_sample
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.theme import font
from visualizer.ui.widgets.slider import Slider

PLACES = 33
_SIDE = 96


class WalkPanel(QWidget):
    """From the sample chosen in the grid to another; the slider goes along."""

    def __init__(self, context: Context, shown: Game, subject: Subject) -> None:
        super().__init__()
        self._context, self._game, self._subject = context, shown, subject
        self.walk: Imagined | None = None
        self._asked: tuple[int, Walk] | None = None  # step and question
        self.end = 5
        self.start_choice, self.end_choice = Stepper(context, "from sample"), Stepper(context, "to sample")
        self.slider = Slider(context, "Place on the way", 0, PLACES - 1, (PLACES - 1) // 2)
        self.picture = _Way(context, self)
        self._judgement = NumberLabel(context, font(12, tabular=True), lambda: self._asked_as("judgement"))
        self._length = NumberLabel(
            context, font(11, tabular=True), lambda: self._asked_as("noise_length"), name="quiet"
        )
        head = QHBoxLayout()
        for widget in (self.start_choice, self.end_choice):
            head.addWidget(widget)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        words = QHBoxLayout()
        words.setSpacing(16)
        words.addWidget(self._judgement)
        words.addWidget(self._length, 1)
        column.addWidget(self.picture)
        column.addWidget(self.slider)
        column.addLayout(words)
        column.insertLayout(0, head)
        column.addStretch(1)
        self._asker = Asker(self, context.link, Imagined)
        self._asker.answered.connect(self._walked)
        self.start_choice.stepped.connect(subject.choose)
        self.end_choice.stepped.connect(self._choose_end)
        self.slider.valueChanged.connect(self._tell)
        subject.changed.connect(self._ask)
        shown.changed.connect(self._ask)

    def _choose_end(self, number: int) -> None:
        self.end = number
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        self._ask()

    def _ask(self) -> None:
        adversary = self._game.adversary
        if adversary is None:
            self._asked = None  # another run
        if adversary is None or not self.isVisible():
            return
        count = len(adversary.noise)
        start, self.end = min(self._subject.chosen, count - 1), min(self.end, count - 1)
        self.start_choice.show_number(start, count)
        self.end_choice.show_number(self.end, count)
        first, last = (tuple(map(float, adversary.noise[number])) for number in (start, self.end))
        wanted = (adversary.step, Walk(first, last, PLACES))
        if wanted != self._asked:
            self._asked = wanted
            self._asker.ask(wanted[1])

    def _walked(self, walk: Imagined) -> None:
        self.walk = walk
        self._tell()

    def _asked_as(self, quantity: str) -> Number | None:
        if self.walk is None:
            return None
        place = self.slider.value()
        exactly = {
            "judgement": f"D(x) = {exact(float(self.walk.judgements[place]))}",
            "noise_length": f"‖z‖ = {exact(float(np.linalg.norm(self.walk.noise[place])))}",
        }
        return of_sample(quantity, "walk", place, self.walk.step, hover=exactly[quantity])

    def _tell(self) -> None:
        if self.walk is not None:
            place = self.slider.value()
            length = float(np.linalg.norm(self.walk.noise[place]))
            self._judgement.setText(f"D finds it {self.walk.judgements[place]:.1%} real")
            self._length.setText(f"place {place + 1} of {PLACES} on the arc, ‖z‖ = {length:.2f}")
        self.picture.update()


class _Way(QWidget):
    """The picture at the place, and a few on the way."""

    def __init__(self, context: Context, panel: WalkPanel) -> None:
        super().__init__()
        self._context, self._panel = context, panel
        self.setAccessibleName("Pictures on the way")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(320, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        walk = self._panel.walk
        if walk is None or walk.samples.ndim != 4:
            return
        here = self._panel.slider.value()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter, QRectF(0, 0, _SIDE, _SIDE), here, chosen=True)
            columns = max(int((self.width() - _SIDE - 12) // 46), 1)
            count = min(2 * columns, PLACES)
            for number in range(count):
                place = round(number * (PLACES - 1) / max(count - 1, 1))
                row, column = divmod(number, columns)
                area = QRectF(_SIDE + 12 + column * 46, row * 50, 42, 42)
                self._paint(painter, area, place, chosen=abs(place - here) * (count - 1) * 2 <= PLACES - 1)

    def _paint(self, painter: QPainter, area: QRectF, place: int, *, chosen: bool) -> None:
        walk, theme = self._panel.walk, self._context.theme
        assert walk is not None
        painter.drawImage(area, paint.image(walk.samples[place, 0], theme, "picture", 0.0, 1.0))
        paint.rounded(painter, area, 3, None, theme.color("accent" if chosen else "line2"), 2 if chosen else 1)
