"""What matters in the input: the gradient of the loss, or of one class, with respect to every pixel."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Configured, Recording
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.pictures import AskSaliency
from visualizer.core.topics.pictures import Saliency as SaliencyFrame
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look, limits
from visualizer.ui.inspectors.map_row import MapRow
from visualizer.ui.inspectors.output import gives_classes
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.own.own_pad import picture_in
from visualizer.ui.question import Question
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
        self._question = Question(context.link, SaliencyFrame, self)
        self._question.answered.connect(self._show)
        self._question.refused.connect(self.words.setText)
        self._known: tuple[Recording, AskSaliency] | None = None

    def applies(self, look: Look) -> bool:
        recording, node = look.subject.recording, look.subject.node
        at_ends = node.kind == "input" or gives_classes(look.subject)
        return at_ends and len(recording.probabilities) > 0 and picture_in(recording) is not None

    def refresh(self, look: Look) -> None:
        recording = look.subject.recording
        number = -1
        if self.of.choice == "class":
            number = look.place.channel if gives_classes(look.subject) and look.place else recording.target
        wanted = AskSaliency(number)
        if self._known is not None and self._known[1] == wanted and (recording.live or self._known[0] is recording):
            return
        self._known = (recording, wanted)
        self._question.ask(wanted)

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
