"""How the game goes, in a few numbers, and what each of them means."""

from __future__ import annotations

import math
from typing import NamedTuple

from visualizer.core.numbers import rounded
from visualizer.core.topics.adversarial import Adversary, Quality
from visualizer.ui.adversarial import inks


class Meter(NamedTuple):
    """One number: what it is asked as, its name, how it is written, its full value, what it is, and a bar from 0 to 1.

    `mark` is a place on the bar to compare with; both are NaN where there is none.
    """

    quantity: str
    name: str
    words: str
    value: float
    about: str
    share: float = math.nan
    mark: float = math.nan
    token: str = "accent"


def meters(frame: Adversary) -> list[Meter]:
    """Return what can be measured of this pair."""
    shown = [
        Meter("mean_judgement/real", "D on real samples", f"{frame.mean_real_judgement:.1%}", frame.mean_real_judgement,
              f"How real the {len(frame.real)} real samples shown look to the discriminator, on average. "
              "Where it cannot tell, it says 50 %.", frame.mean_real_judgement, 0.5, inks.REAL),
        Meter("mean_judgement/fake", "D on fakes", f"{frame.mean_fake_judgement:.1%}", frame.mean_fake_judgement,
              f"How real the {len(frame.fake)} generated samples shown look to the discriminator, on average. "
              "Where it cannot tell, it says 50 %.", frame.mean_fake_judgement, 0.5, inks.FAKE),
    ]  # fmt: skip
    return [*shown, *_coverage(frame.quality), *_likeness(frame.quality)]


def _coverage(quality: Quality) -> list[Meter]:
    found = []
    if quality.coverable:
        what = "modes" if len(quality.modes) else "classes"
        share = quality.covered / quality.coverable
        found.append(
            Meter("covered", f"{what} covered", f"{quality.covered} of {quality.coverable}", quality.covered,
                  f"So many {what} of the data get at least a tenth of the samples that they should have."
                  + (" Which class a picture is, a classifier trained on real ones says." if what == "classes" else ""),
                  share))  # fmt: skip
    if math.isfinite(quality.good):
        about = {
            True: "The share of generated points within three standard deviations of a mode.",
            False: "The share of generated points within three standard deviations of a real one.",
        }[bool(len(quality.modes))]
        if quality.class_names:
            about = "How sure a classifier trained on real pictures is of the class of a generated one, on average."
        name = "classifier’s certainty" if quality.class_names else "good samples"
        found.append(Meter("good", name, f"{quality.good:.1%}", quality.good, about, quality.good))
    if math.isfinite(quality.reached):
        found.append(
            Meter("reached", "data reached", f"{quality.reached:.1%}", quality.reached,
                  "The share of real points that have a generated one as near as three standard deviations.",
                  quality.reached))  # fmt: skip
    return found


def _likeness(quality: Quality) -> list[Meter]:
    found = []
    if math.isfinite(quality.divergence):
        found.append(
            Meter("divergence", "JS divergence", f"{rounded(quality.divergence)} bits", quality.divergence,
                  "Jensen-Shannon divergence between histograms of 2,000 real and as many generated points on 24×24 "
                  "cells: 0 where they are the same, 1 where they have nothing in common. The mark, at "
                  f"{rounded(quality.divergence_floor)}, is what two halves of the real points give.",
                  quality.divergence, quality.divergence_floor, inks.MANIFOLD))  # fmt: skip
    found.append(
        Meter("variety", "variety", rounded(quality.variety), quality.variety,
              "The mean distance between generated samples, divided by that between real ones: near 0 they are all "
              "alike, at 1 (the mark) as different as real ones.", quality.variety / 1.5, 1 / 1.5, inks.MANIFOLD)
    )  # fmt: skip
    return found
