"""From logits to the loss, class by class: the exponential, the share, and what goes back."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Configured
from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import probability
from visualizer.ui.explanations.worked_out import power
from visualizer.ui.inspectors.look import Look
from visualizer.ui.inspectors.output import gives_classes
from visualizer.ui.inspectors.part import Part, note
from visualizer.ui.inspectors.rows import Piece, Row, Rows

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
        node = look.subject.node.id
        self.rows.show_rows([_row(node, n, name, *map(float, row)) for n, (name, *row) in enumerate(accounts)])
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


def _row(node: str, number: int, name: str, z: float, power_: float, share: float, back: float) -> Row:
    pieces = (
        Piece(f"z {rounded(z)}", Number(Explain(node, (number,)), f"the logit of {name}\n{exact(z)}")),
        Piece(", "),
        Piece(f"e {rounded(power_, 2)}", Number(power(number, name), f"the exponential\n{exact(power_)}")),
        Piece(", "),
        Piece(f"p {100 * share:.1f} %", Number(probability(number, name), f"the probability\n{exact(share)}")),
    )
    gradient = Number(Explain(node, (number,), "gradient"), f"∂L/∂z = p − y\n{exact(back)}")
    hover = f"z = {exact(z)}\ne = {exact(power_)}\np = {exact(share)}\np − y = {exact(back)}"
    return Row(name, pieces, back, Piece(rounded(back), gradient), hover, signed=True)
