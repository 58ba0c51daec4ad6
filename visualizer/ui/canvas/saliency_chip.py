"""The button at the input card that lays over it how much each pixel matters: signed, by size, or not at all."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from visualizer.core.numbers import rounded
from visualizer.ui.canvas.view import CanvasView
from visualizer.ui.seeing import SALIENCIES, has_saliency, mattering
from visualizer.ui.widgets.chip import Chip

_GAP = 4
_WORDS = {"off": "saliency", "signed": "± saliency", "size": "|saliency|"}


class SaliencyChip(Chip):
    """Follows the input card of a canvas; there only where the input is a picture that is told apart into classes."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view.context, "saliency")
        self.setParent(view)
        self._view = view
        self._mattering = mattering(view.context)
        self._mattering.changed.connect(self.refresh)
        self.setCheckable(True)
        self.clicked.connect(self._go_on)
        view.camera_changed.connect(self.refresh)
        view.drawing_changed.connect(self.refresh)
        view.context.store.view_changed.connect(lambda *_: self.refresh())
        self.refresh()

    def _go_on(self) -> None:
        """Turn to the next way of showing it."""
        store = self._view.context.store
        following = SALIENCIES[(SALIENCIES.index(store.view.saliency) + 1) % len(SALIENCIES)]
        store.look(saliency=following)
        self.refresh()

    def refresh(self) -> None:
        """Stand above the input card, say what is shown, and see that it is known."""
        shown, recording = self._view.context.store.view.saliency, self._view.context.player.recording
        card = self._card()
        self.setVisible(card is not None and has_saliency(recording))
        if card is None or recording is None or self.isHidden():
            return
        if shown != "off":
            self._mattering.look_at(recording)
        self.setChecked(shown != "off")
        self.say(_WORDS[shown])
        self.setAccessibleName(f"Saliency: {shown}")
        self.setToolTip(f"{self._meaning()}\nClick: signed, by size, off")
        self.resize(self.sizeHint())
        self.move(max(round(card.left()), 0), max(round(card.top()) - self.height() - _GAP, 0))

    def _card(self) -> QRectF | None:
        drawing, subject = self._view.drawing, self._view.subject
        if drawing is None or subject is None or not drawing.input_pictures(self._view.instant()):
            return None
        first = next(node.id for node in subject.graph.nodes if node.kind == "input")
        place = drawing.place_of(first)
        seen = None if place is None else self._view.camera.transform.mapRect(place)
        return seen if seen is not None and QRectF(self._view.rect()).intersects(seen) else None

    def _meaning(self) -> str:
        answer = self._mattering.answer
        what = "the loss"
        if answer is not None:
            name = what if answer.output < 0 else f"the logit of class {answer.output}"
            what = f"{name} ({rounded(answer.value, 4)})"
        return f"What matters in the input: the gradient of {what} with respect to each pixel"
