"""The card around the gradient of one layer's weights."""

from __future__ import annotations

from visualizer.core.frames import Recording
from visualizer.core.numbers import MINUS
from visualizer.ui.chain_rule.gradient_matrix import GradientMatrix
from visualizer.ui.chain_rule.layer_gradient import LayerGradient, layer_gradient
from visualizer.ui.context import Context
from visualizer.ui.inspectors.empty import Empty
from visualizer.ui.plots.plot_card import PlotCard
from visualizer.ui.store import View

_NOTHING = "No layer with weights has run yet."
_FROZEN = "This layer is frozen: no gradient comes to its weights."
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class GradientMatrixCard(PlotCard):
    """Follows the selected layer and every new recording, while it is seen."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Gradient", [])
        self.matrix = GradientMatrix(context)
        self.empty = Empty(context)
        self.body.addWidget(self.matrix, 1)
        self.body.addWidget(self.empty)
        self.body.addStretch(0)
        context.player.recording_changed.connect(self._recorded)
        context.store.view_changed.connect(self._look)
        self._show()

    def _recorded(self, recording: Recording | None) -> None:
        self._show()

    def _look(self, old: View, new: View) -> None:
        if (old.selected, old.parameter) != (new.selected, new.parameter):
            self._show()
        elif (old.number, old.theme) != (new.number, new.theme):
            self.matrix.update()

    def _show(self) -> None:
        recording = self.context.player.recording
        shown = layer_gradient(recording, self.context.store.view) if recording is not None else None
        has_values = shown is not None and shown.values is not None
        self.matrix.show_gradient(shown)
        self.matrix.setVisible(has_values)
        self.empty.show_words("" if has_values else _NOTHING if shown is None else _FROZEN, frozen=shown is not None)
        self.arrange()

    def arrange(self) -> None:
        shown: LayerGradient | None = self.matrix.shown
        if shown is None:
            self.entitle("Gradient")
            return
        size = " × ".join(map(str, shown.shape))
        power = self.matrix.power
        scale = f", cells × 10{str(power).replace(MINUS, '-').translate(_SUPERSCRIPTS)}" if power else ""
        note = f", {shown.note}" if shown.note else ""
        title = f"Gradient of {shown.layer}"
        self.entitle(title, f"∂L/∂W, {size}{scale}{note}", f"∂L/∂W{scale}{note}", f"{scale}{note}".lstrip(", "), size)
