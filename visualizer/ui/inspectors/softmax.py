"""From logits to the loss, class by class: the exponential, the share, and what goes back."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Configured
from visualizer.core.numbers import exact, rounded
from visualizer.ui.context import Context
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.output import gives_classes
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.rows import Row, Rows

_MOST = 20


class Softmax(Part):
    """Softmax and cross-entropy opened, from the recorded logits in float64."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "softmax", "Softmax and cross-entropy")
        self.rows = Rows(context, "Classes: logit, exponential, share, gradient")
        self.words = note()
        self.body.addWidget(self.rows)
        self.body.addWidget(self.words)

    def applies(self, look: Look) -> bool:
        recording = look.subject.recording
        few = 0 < len(recording.probabilities) <= _MOST and recording.target >= 0
        return few and gives_classes(look.subject) and self.context.store.experiment.loss == "cross-entropy"

    def refresh(self, look: Look) -> None:
        activation, target = look.subject.activation, look.subject.recording.target
        assert activation is not None
        logits = activation.values[:, 0, 0].astype(np.float64)
        powers = np.exp(logits - logits.max())
        shares = powers / powers.sum()
        wanted = np.arange(len(logits)) == target
        gradient = shares - wanted
        names = self._names(len(logits))
        accounts = zip(names, logits, powers, shares, gradient, strict=True)
        self.rows.show_rows([_row(name, *map(float, numbers)) for name, *numbers in accounts])
        loss = float(np.log(powers.sum()) + logits.max() - logits[target])
        self.words.setText(
            f"e is exp(z − {rounded(float(logits.max()))}), all of them add up to {rounded(float(powers.sum()))}; p is "
            f"the share. The loss is −log p of “{names[target]}”: {rounded(loss, 4)}. "
            "At the right p − y, the gradient that goes back."
        )

    def _names(self, count: int) -> tuple[str, ...]:
        configured = self.context.link.latest(Configured)
        classes = configured.classes if configured is not None else ()
        return classes if len(classes) == count else tuple(map(str, range(count)))


def _row(name: str, z: float, power: float, share: float, back: float) -> Row:
    return Row(
        name,
        f"z {rounded(z)}, e {rounded(power, 2)}, p {share:.1%}",
        back,
        rounded(back),
        f"z = {exact(z)}\ne = {exact(power)}\np = {exact(share)}\np − y = {exact(back)}",
        signed=True,
    )
