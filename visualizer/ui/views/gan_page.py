"""A generator against its discriminator: the samples, the pair, the stages of a step, and how the game goes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from visualizer.core import catalogue
from visualizer.core.entries import Task
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame
from visualizer.core.topics.adversarial import Adversary
from visualizer.ui.adversarial.explore_card import ExploreCard
from visualizer.ui.adversarial.game import Game, game
from visualizer.ui.adversarial.invitation import Invitation
from visualizer.ui.adversarial.losses_plot import LossesPlot
from visualizer.ui.adversarial.meters_card import MetersCard
from visualizer.ui.adversarial.pair_card import PairCard
from visualizer.ui.adversarial.pictures_card import PicturesCard
from visualizer.ui.adversarial.plane_card import PlaneCard
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.form import Complain
from visualizer.ui.player import Player
from visualizer.ui.theme import GRID
from visualizer.ui.watching import watching


class GanPage(QStackedWidget):
    """Shows the work place where a pair is trained, else an invitation."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        self._passes = context.player
        self.game, subject = game(context), Subject(self)
        self.invitation = Invitation(context)
        self.plane = PlaneCard(context, self.game)
        self.pair, self.meters = PairCard(context, self.game, complain), MetersCard(context, self.game)
        losses = Card(context, "Losses", "over the steps")
        losses.body.addWidget(LossesPlot(context), 1)
        self.left = QStackedWidget()
        self.pictures = PicturesCard(context, self.game, subject)
        self.left.addWidget(self.plane)
        self.left.addWidget(self.pictures)
        self.lower_left = QStackedWidget()
        self.lower_left.addWidget(losses)
        self.explore = ExploreCard(context, self.game, subject)
        self.lower_left.addWidget(self.explore)
        self._lower = _splitter(Qt.Orientation.Horizontal, self.lower_left, self.meters)
        self._lower.setMinimumHeight(200)  # the pair needs the rest of the smallest window
        self._right = _splitter(Qt.Orientation.Vertical, self.pair, self._lower)
        self.work = _splitter(Qt.Orientation.Horizontal, self.left, self._right)
        around = QWidget()
        column = QVBoxLayout(around)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.invitation)
        self.addWidget(around)
        self.addWidget(self.work)
        self._sized = False
        for splitter in (self._lower, self._right, self.work):
            splitter.splitterMoved.connect(self._moved)
        watching(context).watch(self.work, "adversary", Adversary)
        context.link.arrived.connect(self._receive)
        known = context.link.latest(Configured)
        experiment = context.store.experiment if known is None else known.experiment
        self._follow(experiment, catalogue.dataset(experiment.dataset).task if known is None else known.task)

    @property
    def player(self) -> Game | Player:
        """What the keys of the animation move: the stages, where a pair is trained."""
        return self.game if self.currentWidget() is self.work else self._passes

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured):
            self._follow(frame.experiment, frame.task)

    def _follow(self, experiment: Experiment, task: Task) -> None:
        self.setCurrentIndex(1 if task == "generation" else 0)
        pictures = len(catalogue.dataset(experiment.dataset).input_shape) == 3
        for stack in (self.left, self.lower_left):
            stack.setCurrentIndex(1 if pictures else 0)

    def _moved(self) -> None:
        self._sized = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._sized:
            return
        width, height = self.width(), self.height()
        narrow = width < 1100
        left = min(round(width * (0.38 if narrow else 0.43)), height - 110)
        self.work.setSizes([left, width - left - GRID])
        right = self.work.sizes()[1]  # the left side may need more
        least = self.pair.layout().minimumHeightForWidth(right)  # its words wrap
        upper = max(round(height * 0.6), height - 340 if height > 900 else 0, least)
        self._right.setSizes([upper, height - upper - GRID])
        meters = min(max(round(right * 0.42), 250 if narrow else 296), 420)
        self._lower.setSizes([right - meters - GRID, meters])


def _splitter(direction: Qt.Orientation, *widgets: QWidget) -> QSplitter:
    splitter = QSplitter(direction)
    splitter.setHandleWidth(GRID)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    return splitter
