"""What a module of several operations consists of; a click goes into one of them."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.core.experiment import frozen_by
from visualizer.core.graph import fold
from visualizer.core.numbers import shape_text
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.part import Part
from visualizer.ui.inspectors.rows import Piece, Row, Rows


class Inside(Part):
    """The parts of a stage or block in forward order."""

    def __init__(self, context: Context, go: Callable[[str], None]) -> None:
        super().__init__(context, "inside", "Inside")
        self.rows = Rows(context, "Parts of this module")
        self.rows.picked.connect(go)
        self.body.addWidget(self.rows)

    def applies(self, look: Look) -> bool:
        subject = look.subject
        return not subject.is_single and bool(subject.recording.graph.call[subject.id].module_class)

    def name(self, look: Look) -> None:
        self.set_title(f"Inside {look.subject.title}")

    def refresh(self, look: Look) -> None:
        graph = look.subject.recording.graph
        parts = [part for part in fold(graph, look.subject.id).parts if not part.external]
        frozen = self.context.store.experiment.frozen
        rows = []
        for part in parts:
            call = graph.call[part.call] if part.call else None
            kind = call.module_class if call else graph.node[part.id].operation
            view = look.subject.recording.activations.get(part.nodes[-1])
            shape = shape_text(view.shape) if view else ""
            is_frozen = call is not None and frozen_by(frozen, call.path) and _learns(look, part.nodes)
            middle = f"{kind}, frozen" if is_frozen else kind
            hover = f"{part.id}\nclick to look into it"
            rows.append(Row(part.title, (Piece(middle),), 0.0, Piece(shape), hover, part.id))
        self.rows.show_rows(rows)


def _learns(look: Look, nodes: list[str]) -> bool:
    return any(look.subject.recording.graph.node[node].parameters for node in nodes)
