"""What matters in the input: the gradient of the loss, or of one class, with respect to every pixel."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel

from visualizer.core.frames import Configured
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.pictures import Saliency as SaliencyFrame
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.map_row import MapRow
from visualizer.ui.inspectors.output import gives_classes
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.seeing import SALIENCIES, has_saliency, mattering
from visualizer.ui.theme import font
from visualizer.ui.widgets.segmented import Segmented


class Saliency(Part):
    """At the input and at the output: signed, and by size. At the output the class looked at can be asked about."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "saliency", "What matters")
        self.of = Segmented(context, "Gradient of", ("loss", "class"))
        self.of.chosen.connect(lambda _: self._refresh_open())
        self.header.addWidget(self.of)
        self.row = MapRow(context, ("Signed gradient", "Size of the gradient"))
        self.words = note()
        self.body.addWidget(self.row)
        self.body.addWidget(self.words)
        self.over = Segmented(context, "Saliency over the input on the canvas", SALIENCIES)
        self.over.setToolTip("Lay it over the input picture on the canvas")
        self.over.chosen.connect(lambda shown: context.store.look(saliency=shown))
        line = QHBoxLayout()
        words = QLabel("Over the input picture", objectName="quiet")
        words.setFont(font(11))
        line.addWidget(words)
        line.addWidget(self.over)
        line.addStretch(1)
        self.body.addLayout(line)
        self._mattering = mattering(context)
        self._mattering.changed.connect(self._refresh_open)

    def applies(self, look: Look) -> bool:
        recording, node = look.subject.recording, look.subject.node
        at_ends = node.kind == "input" or gives_classes(look.subject)
        return at_ends and has_saliency(recording)

    def refresh(self, look: Look) -> None:
        recording = look.subject.recording
        number = -1
        if self.of.choice == "class":
            number = look.place.channel if gives_classes(look.subject) and look.place else recording.target
        self.over.choose(self.context.store.view.saliency)
        self._mattering.look_at(recording, number)
        answer = self._mattering.answer
        if answer is not None and answer.sample == recording.sample:
            self._show(answer)
        elif self._mattering.refusal:
            self.words.setText(self._mattering.refusal)

    def _show(self, saliency: SaliencyFrame) -> None:
        signed = np.ascontiguousarray(saliency.gradient.sum(0))
        size = np.ascontiguousarray(np.abs(saliency.gradient).max(0))
        bounds, top = limits(signed, "gradient"), limits(size, "activation")
        self.row.maps[0].show_values(signed, "gradient", bounds)
        self.row.maps[1].show_values(size, "activation", top)
        self.row.say(f"signed, ±{rounded(bounds[1], 2)}", f"size, 0 to {rounded(top[1], 2)}")
        self.words.setText(f"How {self._name(saliency)} would change with each pixel.")
        self.words.setToolTip(exact(saliency.value))

    def _name(self, saliency: SaliencyFrame) -> str:
        value = rounded(saliency.value, 4)
        if saliency.output < 0:
            return f"the loss ({value})"
        configured = self.context.link.latest(Configured)
        classes = configured.classes if configured is not None else ()
        name = classes[saliency.output] if saliency.output < len(classes) else str(saliency.output)
        return f"the logit of “{name}” ({value})"
