"""What the generator makes of the same noise: now, in a stage, and at earlier times of this run."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QLabel

from visualizer.core.frames import Configured, Frame, Status
from visualizer.core.messages import AskEvolution
from visualizer.core.numbers import whole
from visualizer.core.topics.adversarial import Evolution
from visualizer.ui.adversarial.asker import Asker
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.picture_grid import PictureGrid
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.adversarial.time_strip import TimeStrip
from visualizer.ui.adversarial.verdict_banner import VerdictBanner
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import font

_UNKNOWN = np.zeros(0, np.float32)


class PicturesCard(Card):
    """A grid of samples above, their past below."""

    def __init__(self, context: Context, shown: Game, subject: Subject) -> None:
        super().__init__(context, "Generated pictures")
        self._game, self._subject = shown, subject
        self._evolution: Evolution | None = None
        self.grid, self.strip = PictureGrid(context), TimeStrip(context)
        self._words = QLabel(objectName="quiet")
        self._words.setFont(font(11, tabular=True))
        for widget, stretch in ((self.grid, 1), (self._words, 0), (self.strip, 0), (VerdictBanner(context, shown), 0)):
            self.body.addWidget(widget, stretch)
        self._asker = Asker(self, context.link, Evolution)
        self._asker.answered.connect(self._evolved)
        self.grid.picked.connect(subject.choose)
        subject.changed.connect(self._follow)
        self.strip.moved.connect(lambda time: self._follow())
        shown.changed.connect(self._follow)
        context.link.arrived.connect(self._receive)
        self._follow()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self._evolution = None
            self.strip.show_evolution(None, 0)
        elif isinstance(frame, Status) and not frame.training and self.isVisible():
            known = self._evolution.steps[-1] if self._evolution is not None else -1
            if known != frame.step:
                self._asker.ask(AskEvolution())

    def _evolved(self, evolution: Evolution) -> None:
        self._evolution = evolution
        self._follow()

    def _follow(self) -> None:
        self.strip.show_evolution(self._evolution, self._subject.chosen)
        adversary, stage, time = self._game.adversary, self._game.stage, self.strip.time
        if adversary is None or adversary.fake.ndim != 4:
            return
        if stage is not None:
            judged = stage.fake_judgements
            pictures = stage.fake if stage.fake.ndim == 4 else adversary.fake[:0]
            words = (
                f"The batch of this step: {len(pictures)} of {stage.batch} fakes" if len(pictures) else "No fakes yet"
            )
            self.grid.show_pictures(pictures, judged)
        elif time != -1 and self._evolution is not None:
            samples = self._evolution.samples[time]
            words = f"After {whole(self._evolution.steps[time])} steps: the first {len(samples)} of the same noise"
            self.grid.show_pictures(samples, _UNKNOWN)
        else:
            words = "The same noise each time. The bar below a picture is how real D finds it"
            self.grid.show_pictures(adversary.fake, adversary.fake_judgements)
        self._words.setText(words)
        self.grid.choose(min(self._subject.chosen, max(len(self.grid.pictures) - 1, 0)))
