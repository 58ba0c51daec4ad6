"""What one sees in the comparison of recurrent networks, in a sentence whose numbers can be asked about."""

from __future__ import annotations

import numpy as np

from visualizer.core.messages import Explain
from visualizer.core.numbers import exact, rounded
from visualizer.core.passes import put_together
from visualizer.core.topics.sequences import MemoryCompared, MemoryCurve
from visualizer.ui.explanations.questions import Number
from visualizer.ui.sequences.figure_line import Part
from visualizer.ui.sequences.words import KINDS

_VANISHED = 1e-3
_LAST = 20  # mini-batches that the loss at the end is the mean of


def compared(frame: MemoryCompared, curve: MemoryCurve, what: str, *index: int, done: int | None = None) -> Explain:
    """Return the question for a number of one of the networks, as it stood when it had `done` its updates."""
    name = put_together("compared", curve.network, frame.done if done is None else done, quantity=what)
    return Explain(name, index, "metric" if what in ("loss", "accuracy") else "inner")


def verdict(frame: MemoryCompared) -> list[Part]:
    """Return for each network how much of its gradient reaches the first step, and its loss at last."""
    said: list[Part] = []
    for curve in frame.curves:
        said += [Part(f"{'  ' if said else ''}{KINDS[curve.network]}: "), *_kept(frame, curve), *_lost(frame, curve)]
        said.append(Part("."))
    return said


def _kept(frame: MemoryCompared, curve: MemoryCurve) -> list[Part]:
    first, last = float(curve.norms[0]), float(np.max(curve.norms))
    if not last > 0:
        return [Part("no gradient flows, ")]
    if not first > 0:
        return [Part("nothing of the gradient reaches the first step, ")]
    share = first / last
    hover = f"{KINDS[curve.network]}, ‖∂L/∂h‖ at the first step / the largest: {exact(share)}"
    kept = Part(rounded(share, 2), Number(compared(frame, curve, "gradient kept"), hover))
    how = "vanishes" if share < _VANISHED else "lasts"
    return [Part(f"the gradient {how}, "), kept, Part(" of the largest reaches the first step, ")]


def _lost(frame: MemoryCompared, curve: MemoryCurve) -> list[Part]:
    if not len(curve.losses):
        return [Part("not trained yet")]
    name, last = KINDS[curve.network], min(_LAST, len(curve.losses))
    loss = float(np.mean(curve.losses[-_LAST:], dtype=np.float64))
    hover = f"{name}, mean loss of the last {last} mini-batches: {exact(loss)}"
    said = [Part("loss "), Part(rounded(loss), Number(compared(frame, curve, "mean of last losses"), hover))]
    accuracy = float(np.mean(curve.accuracy[-_LAST:], dtype=np.float64)) if len(curve.accuracy) else np.nan
    if not np.isnan(accuracy):
        hover = f"{name}, mean share of right answers in the last {last} mini-batches: {exact(accuracy)}"
        right = Part(f"{100 * accuracy:.0f} %", Number(compared(frame, curve, "mean of last accuracies"), hover))
        said += [Part(", "), right, Part(" right")]
    return said
