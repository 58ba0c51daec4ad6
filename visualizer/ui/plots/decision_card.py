"""The card of the network's answers over the input space, in the place of the loss surface where inputs are points."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget

from visualizer.core.frames import Configured, Frame
from visualizer.core.numbers import whole
from visualizer.core.topics.neurons import Responses
from visualizer.ui.canvas.points import is_points
from visualizer.ui.context import Context
from visualizer.ui.plots.decision_plot import DecisionPlot
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.plots.surface_card import SurfaceCard
from visualizer.ui.watching import watching
from visualizer.ui.widgets.chip import Chip


class DecisionCard(PlotCard):
    """What the network answers to every point, live."""

    def __init__(self, context: Context) -> None:
        self._other = Chip(context, "Loss surface")
        self._other.setToolTip("Show the loss around the present weights instead")
        self._other.clicked.connect(lambda: context.store.look(decision=False))
        super().__init__(context, "Decision surface", [self._other])
        self.plot = DecisionPlot(context)
        watching(context).watch(self.plot, "responses", Responses)
        self.body.addWidget(self.plot, 1)
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Responses):
            self.arrange()

    def arrange(self) -> None:
        found, configured = self.context.link.latest(Responses), self.context.link.latest(Configured)
        classes = configured is not None and bool(configured.classes)
        titles = ("Decision surface", "Decisions") if classes else ("Fit",)
        title = next((words for words in titles if self.fits(words, self._other)), titles[-1])
        if found is None or not found.training.count:
            self.entitle(title)
            return
        shown, count = len(found.training.inputs), found.training.count
        left_out = f", {whole(shown)} of {whole(count)} training samples" if shown < count else ""
        what = "probabilities" if classes else "output"
        self.entitle(title, f"{what} at step {whole(found.step)}{left_out}", f"step {whole(found.step)}")


class AnswersOrLoss(QStackedWidget):
    """Shows the answers over the input space or the loss surface, as the view says; the first only of points."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.loss = SurfaceCard(context)
        self.answers = DecisionCard(context)
        self.addWidget(self.loss)
        self.addWidget(self.answers)
        context.link.arrived.connect(self._receive)
        context.store.view_changed.connect(lambda *_: self._choose())
        self._choose()

    def minimumSizeHint(self) -> QSize:
        return self.loss.minimumSizeHint()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured):
            self._choose()

    def _choose(self) -> None:
        configured = self._context.link.latest(Configured)
        points = configured is not None and is_points(configured)
        self.loss.offer_answers(points)
        answers = points and self._context.store.view.decision
        self.setCurrentWidget(self.answers if answers else self.loss)
