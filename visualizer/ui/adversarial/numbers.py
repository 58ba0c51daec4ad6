"""Where the numbers of the game come from, as far as the window can tell."""

from __future__ import annotations

from functools import partial

import numpy as np

from visualizer.core.frames import Explanation, Operand, Recording
from visualizer.core.numbers import exact
from visualizer.core.topics.adversarial import Adversary, Stage
from visualizer.ui.adversarial.meters import Meter
from visualizer.ui.adversarial.outcome import Row
from visualizer.ui.adversarial.thumbnail import Array
from visualizer.ui.explanations.questions import Number, Told
from visualizer.ui.explanations.told import measured, number_tex, told

_SUMS = {"D on real samples": ("real_judgements", "x"), "D on fakes": ("fake_judgements", r"\tilde x")}


def number_of_meter(meter: Meter, frame: Adversary) -> Number:
    """Return what can be asked about a meter: a mean by its terms, else how it is measured."""
    if meter.name in _SUMS:
        field, letter = _SUMS[meter.name]
        question = _question(meter.name, getattr(frame, field), letter)
        return Number(question, f"{meter.name}: {exact(meter.value)}, shown rounded\n{meter.about}")
    unit = "bits" if meter.words.endswith("bits") else ""
    return Number(
        measured(meter.name, meter.value, unit, meter.about), f"{meter.name}: {exact(meter.value)}\n{meter.about}"
    )


def number_of_outcome(row: Row, shown: Adversary | Stage) -> Number:
    """Return what can be asked about a mean judgement or a loss of the pair."""
    hover = f"{row.name}: {exact(row.value)}, shown rounded"
    if row.terms:
        return Number(_question(row.name, getattr(shown, row.terms), "x"), hover)
    how = "The loss over the samples shown, by the formula below the stages, with the parameters of this step."
    return Number(measured(row.name, row.value, "", how), hover)


def number_of_judgement(name: str, value: float) -> Number:
    """Return what can be asked about the judgement of one sample."""
    how = "What the discriminator says of this sample, from 0, fake, to 1, real, with the parameters of this step."
    return Number(measured(f"D of {name}", value, "", how), "")


def _question(title: str, values: Array, letter: str) -> Told:
    return Told(title, partial(_mean, title=title, values=values, letter=letter))


def _mean(recording: Recording, title: str, values: Array, letter: str) -> Explanation:
    result, total = float(values.mean()), float(np.sum(values, dtype=np.float64))
    operands = [Operand(f"D_{{{place}}}", float(value), "", kind="constant") for place, value in enumerate(values)]
    return told(
        title,
        rf"\overline{{D({letter})}} = \frac{{1}}{{n}} \sum_i D({letter}_i)",
        rf"\frac{{1}}{{{len(values)}}} \cdot {number_tex(total)} = {number_tex(result)}",
        f"sum(D) / {len(values)}",
        f"The judgements of the {len(values)} samples shown, added up and divided by their number.",
        result,
        operands,
    )
