"""What the generator makes of the same noise: now, in a stage, and at earlier times of this run."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel

from visualizer.core.frames import Configured, Frame, Status
from visualizer.core.messages import AskEvolution
from visualizer.core.numbers import whole
from visualizer.core.topics.adversarial import Evolution, Stage
from visualizer.ui.adversarial import numbers
from visualizer.ui.adversarial.asker import Asker
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.picture_grid import Ask, PictureGrid
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.adversarial.time_strip import TimeStrip
from visualizer.ui.adversarial.verdict_banner import VerdictBanner
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.theme import font

_UNKNOWN = np.zeros(0, np.float32)
_NO_PICTURES = np.zeros((0, 1, 28, 28), np.float32)


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
        self.grid.picked.connect(self._pick)
        subject.changed.connect(self._follow)
        self.strip.moved.connect(lambda time: self._follow())
        shown.changed.connect(self._follow)
        context.link.arrived.connect(self._receive)
        self._follow()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self._evolution = None
            self.strip.show_evolution(None, 0)
        elif isinstance(frame, Status):
            self._ask()

    def _ask(self) -> None:
        """Ask for the past where it has grown, once training rests."""
        status = self.context.link.latest(Status)
        known = self._evolution.steps[-1] if self._evolution is not None else -1
        if status is not None and not status.training and status.step != known and self.isVisible():
            self._asker.ask(AskEvolution())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _pick(self, number: int) -> None:
        if self._game.stage is None:  # the batch of a stage is of other noise
            self._subject.choose(number)

    def _evolved(self, evolution: Evolution) -> None:
        self._evolution = evolution
        self._follow()

    def _follow(self) -> None:
        self.strip.show_evolution(self._evolution, self._subject.chosen)
        adversary, stage, time = self._game.adversary, self._game.stage, self.strip.time
        if adversary is None or adversary.fake.ndim != 4:
            return
        if stage is not None:
            words = self._show_stage(stage)
        elif time != -1 and self._evolution is not None:
            samples = self._evolution.samples[time]
            words = f"After {whole(self._evolution.steps[time])} steps: the first {len(samples)} of the same noise"
            self.grid.show_pictures(samples, _UNKNOWN, _nothing)
        else:
            words = "The same noise each time. The bar below a picture is how real D finds it"
            self.grid.show_pictures(adversary.fake, adversary.fake_judgements, self._of_fake)
        self._words.setText(words)
        last = max(len(self.grid.pictures) - 1, 0)
        self.grid.choose(min(self._subject.chosen, last) if stage is None else -1)

    def _show_stage(self, stage: Stage) -> str:
        """Show the batch of a stage as far as it is made, or the gradient on its pixels; return what it is."""
        if stage.name == "samples" and stage.arrows.ndim == 4:
            self.grid.show_pictures(stage.arrows, _UNKNOWN, self._of_batch("wish", "fake"), signed=True)
            return "How each pixel of the batch should change to look more real: yellow up, violet down"
        if stage.fake.ndim == 4:
            self.grid.show_pictures(stage.fake, stage.fake_judgements, self._of_batch("sample", "fake"))
            return f"The batch of this step: {len(stage.fake)} of {stage.batch} fakes"
        real = stage.real.ndim == 4
        pictures = stage.real if real else _NO_PICTURES
        self.grid.show_pictures(pictures, _UNKNOWN, self._of_batch("sample", "real"))
        return (
            f"The real pictures of this step: {len(stage.real)} of {stage.batch}" if real else "No fakes are made yet"
        )

    def _of_fake(self, number: int, pixel: tuple[int, int] | None) -> Number:
        if pixel is None:
            return numbers.of_sample("judgement", "fake", number, self._game.steps_done)
        return numbers.of_sample("sample", "fake", number, self._game.steps_done, (0, *pixel))

    def _of_batch(self, quantity: str, kind: str) -> Ask:
        """Return how numbers of the batch of the present stage are asked for."""
        stage, step = self._game.stage, self._game.steps_done
        assert stage is not None

        def ask(number: int, pixel: tuple[int, int] | None) -> Number:
            if pixel is None:
                return numbers.of_batch("judgement", kind, stage, number, step)
            return numbers.of_batch(quantity, kind, stage, number, step, (0, *pixel))

        return ask


def _nothing(number: int, pixel: tuple[int, int] | None) -> None:
    """Pictures of other steps are only looked at: the networks that made them are not at hand."""
