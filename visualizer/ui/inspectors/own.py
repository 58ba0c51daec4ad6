"""At the input: a pad to draw on, whose picture runs through the network at once."""

from __future__ import annotations

from visualizer.core.topics.pictures import OWN
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.part import Part
from visualizer.ui.own.own_pad import OwnPad

_SIDE = 224


class Own(Part):
    """Offered where the input is a grey or coloured picture and the targets are classes."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "own", "Draw your own")
        self.pad: OwnPad | None = None

    def applies(self, look: Look) -> bool:
        activation = look.subject.activation
        is_input = look.subject.node.kind == "input" and activation is not None
        return is_input and len(activation.shape) == 3 and activation.shape[0] in (1, 3) and _has_classes(look)

    def name(self, look: Look) -> None:
        self.set_title("Your own" if look.subject.recording.sample == OWN else "Draw your own")

    def refresh(self, look: Look) -> None:
        if self.pad is None:
            self.pad = OwnPad(self.context, _SIDE)
            self.body.addWidget(self.pad)


def _has_classes(look: Look) -> bool:
    return len(look.subject.recording.probabilities) > 0
