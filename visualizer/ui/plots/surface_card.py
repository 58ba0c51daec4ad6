"""The loss surface around the present weights, scanned when it is asked for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout

from visualizer.ui.context import Context
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.plots.scanner import scanner
from visualizer.ui.plots.surface_plot import SurfacePlot, about, share
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.segmented import Segmented

_TITLE = "Loss surface"
_TALL = 300
_INVITATION = "See how the loss changes when the weights move off in two directions."


class SurfaceCard(PlotCard):
    """Contours with the run's path; one button scans or cancels."""

    def __init__(self, context: Context) -> None:
        self._plane = Segmented(context, "Plane", ("random", "path"))
        self._act = Chip(context, "Scan")
        self._answers = Chip(context, "Answers")
        self._answers.setToolTip("Show what the network answers to every point instead")
        self._answers.clicked.connect(lambda: context.store.look(decision=True))
        self._answers.hide()
        super().__init__(context, _TITLE, [self._plane, self._act, self._answers])
        self._scanner = scanner(context)
        self.plot = SurfacePlot(context, self._scanner)
        self._footnote = _quiet_label(11)
        self._invitation = _quiet_label(12)
        self._invitation.setText(_INVITATION)
        self._begin = Button(context, "Scan the surface", "surface", "primary")
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self._footnote)
        inside = QVBoxLayout(self.plot)
        inside.addStretch(1)
        inside.addWidget(self._invitation)
        inside.addWidget(self._begin, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch(1)
        self._begin.clicked.connect(self._start)
        self._act.clicked.connect(self._toggle)
        self._plane.chosen.connect(lambda plane: context.store.look(plane=plane))
        self._scanner.changed.connect(self.arrange)
        context.link.state_changed.connect(self.arrange)
        self.arrange()

    def offer_answers(self, points: bool) -> None:
        """Show the way to the answers of the network where its inputs are points."""
        self._answers.setVisible(points)
        self.arrange()

    def _start(self) -> None:
        """Scan; the keyboard goes to the plot before the button hides, or it would land on whatever comes next."""
        self.plot.setFocus(Qt.FocusReason.MouseFocusReason)
        self._scanner.start()

    def _toggle(self) -> None:
        if self._scanner.running:
            self._scanner.cancel()
        else:
            self._scanner.start()

    def arrange(self) -> None:
        running, surface = self._scanner.running, self._scanner.surface
        empty = surface is None and not running
        self._plane.choose(self.context.store.view.plane)
        self._act.setVisible(not empty)
        again = "Scan" if surface is None or surface.plane != self.context.store.view.plane else "Rescan"
        self._act.say(f"Cancel {self._scanner.progress:.0%}".replace("%", " %") if running else again)
        shown = [tool for tool in (self._act, self._answers) if not tool.isHidden()]
        self._plane.setVisible(self.fits(_TITLE, self._plane, *shown))
        for button in (self._act, self._begin):
            button.setEnabled(self.context.link.state == "running")
        self._begin.setVisible(empty)
        self._invitation.setVisible(empty and self.plot.height() >= 100)
        self._footnote.setVisible(surface is not None and self.height() >= _TALL)
        if surface is None:
            self.entitle(_TITLE)
            return
        self._footnote.setText(about(surface))
        plane = f"{surface.plane} plane"
        when = f"scanned at step {surface.step}"
        if self._scanner.moved:
            self.entitle(_TITLE, f"{plane}, {share(surface)} of the path, {when}", when)
        else:
            self.entitle(_TITLE, f"{plane}, {share(surface)} of the path", plane)


def _quiet_label(pixels: int) -> QLabel:
    label = QLabel()
    label.setObjectName("quiet")
    label.setFont(font(pixels))
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
