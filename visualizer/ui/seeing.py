"""What the value looked at sees of the input: asked once, for all who show it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal

from visualizer.core.frames import Recording
from visualizer.core.topics.pictures import AskReceptiveField, ReceptiveField
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.question import Question


class Seeing(QObject):
    """Holds the field of the value looked at, None while it is not known; `refusal` says why there is none."""

    changed = Signal()

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self.field: ReceptiveField | None = None
        self.refusal = ""
        self._question = Question(link, ReceptiveField, self)
        self._question.answered.connect(self._take)
        self._question.refused.connect(self._refuse)
        self._known: tuple[Recording, AskReceptiveField] | None = None

    def look_at(self, recording: Recording, node: str, index: tuple[int, ...]) -> None:
        """Take another value; while training the engine is not asked the same with every recording."""
        wanted = AskReceptiveField(node, index)
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

    def _take(self, field: ReceptiveField) -> None:
        if self._known is not None:
            self._set(field, "")

    def _refuse(self, sentence: str) -> None:
        self._set(None, sentence)

    def _set(self, field: ReceptiveField | None, refusal: str) -> None:
        if field is not self.field or refusal != self.refusal:
            self.field, self.refusal = field, refusal
            self.changed.emit()


def seeing(context: Context) -> Seeing:
    """Return what is seen in a window, made when it is first asked for."""
    children = Qt.FindChildOption.FindDirectChildrenOnly
    return context.link.findChild(Seeing, "", children) or Seeing(context.link)
