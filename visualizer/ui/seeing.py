"""What a value sees of the input, and what matters there to the loss: asked once, for all who show it."""

from __future__ import annotations

from typing import Generic, TypeVar, get_args

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Recording
from visualizer.core.topics.pictures import AskReceptiveField, AskSaliency, ReceptiveField, Saliency
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.own.own_pad import picture_in
from visualizer.ui.question import Question
from visualizer.ui.store import Saliency as ShownAs

SALIENCIES: tuple[ShownAs, ...] = get_args(ShownAs)
Shown = TypeVar("Shown", ReceptiveField, Saliency)


class _Asking(QObject, Generic[Shown]):
    """Holds the answer about a recording, None while it is not known; `refusal` says why there is none."""

    changed = Signal()

    def __init__(self, link: Link, answer: type[Shown]) -> None:
        super().__init__(link)
        self.answer: Shown | None = None
        self.refusal = ""
        self._question = Question(link, answer, self)
        self._question.answered.connect(self._take)
        self._question.refused.connect(self._refuse)
        self._known: tuple[Recording, AskReceptiveField | AskSaliency] | None = None

    def _ask(self, recording: Recording, wanted: AskReceptiveField | AskSaliency) -> None:
        """Ask something new; while training the engine is not asked the same with every recording."""
        known = self._known
        same = known is not None and known[1] == wanted and known[0].sample == recording.sample
        if known is not None and same and (recording.live or known[0] is recording):
            return
        self._known = (recording, wanted)
        self._question.ask(wanted)

    def forget(self) -> None:
        """Look at nothing."""
        self._known = None
        self._set(None, "")

    def _take(self, answer: Shown) -> None:
        if self._known is not None:
            self._set(answer, "")

    def _refuse(self, sentence: str) -> None:
        self._set(None, sentence)

    def _set(self, answer: Shown | None, refusal: str) -> None:
        if answer is not self.answer or refusal != self.refusal:
            self.answer, self.refusal = answer, refusal
            self.changed.emit()


class Seeing(_Asking[ReceptiveField]):
    """What the value looked at sees of the input."""

    def look_at(self, recording: Recording, node: str, index: tuple[int, ...]) -> None:
        """Take another value."""
        self._ask(recording, AskReceptiveField(node, index))


class Mattering(_Asking[Saliency]):
    """How the loss, or the logit of a class, would change with each value of the input."""

    output = -1

    def look_at(self, recording: Recording, output: int | None = None) -> None:
        """Take another recording, and of another class (-1 for the loss) where one is named."""
        self.output = self.output if output is None else output
        self._ask(recording, AskSaliency(self.output))


def has_saliency(recording: Recording | None) -> bool:
    """Return whether a picture is told apart into classes."""
    return recording is not None and len(recording.probabilities) > 0 and picture_in(recording) is not None


def seeing(context: Context) -> Seeing:
    """Return what is seen in a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Seeing, "", children) or Seeing(context.link, ReceptiveField)


def mattering(context: Context) -> Mattering:
    """Return what matters in a window's input, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Mattering, "", children) or Mattering(context.link, Saliency)
