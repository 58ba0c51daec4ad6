"""What goes wrong between generator and discriminator, in words, and what to try."""

from __future__ import annotations

from visualizer.core.experiment import Experiment
from visualizer.core.topics.adversarial import Quality, Verdict

FIRST_STEP = 1000
"""Before that a generator has not yet spread its samples, and nothing is said."""

LEAST_VARIETY = 0.4
SURE = 0.98
GENTLE = "non-saturating"
"""The loss whose gradient does not vanish where the discriminator is sure."""


def verdict(
    experiment: Experiment, step: int, quality: Quality, real_judgement: float, fake_judgement: float
) -> Verdict:
    """Judge the game after `step` updates by the samples and by how real both kinds look on average.

    What to try leaves out what the experiment does already.
    """
    collapse = _collapse(quality)
    if step < FIRST_STEP:
        return Verdict("", "", "")
    if collapse:
        return Verdict(
            "mode collapse",
            collapse,
            _advice(
                "let the discriminator make more steps",
                "take the non-saturating loss" if experiment.loss != GENTLE else "",
                "take Adam with β₁ = 0.5" if experiment.optimizer != "adam-0.5" else "",
                "lower the learning rate",
                "begin again with another seed",
            ),
        )
    if real_judgement > SURE and fake_judgement < 1 - SURE:
        return Verdict(
            "discriminator too strong",
            f"It calls real samples {real_judgement:.1%} real and generated ones {fake_judgement:.1%}: "
            "so sure a judge leaves the generator little to learn from.",
            _advice(
                "take the non-saturating loss" if experiment.loss != GENTLE else "",
                "let the generator make more steps",
                "freeze the discriminator for a while",
            ),
        )
    return Verdict("", "", "")


def _advice(*ways: str) -> str:
    """Return ways to try as one sentence; those that were taken already are empty."""
    *first, last = filter(None, ways)
    sentence = f"{', '.join(first)}, or {last}."
    return sentence[0].upper() + sentence[1:]


def _collapse(quality: Quality) -> str:
    """Return how the samples show that the generator repeats itself, "" where they do not."""
    what = "modes" if len(quality.modes) else "classes"
    if 2 * quality.covered <= quality.coverable and quality.coverable:
        return f"The generator makes only {quality.covered} of the {quality.coverable} {what} of the data."
    if not quality.coverable and quality.reached < 0.5:  # false where it is NaN
        return f"Only {quality.reached:.0%} of the real samples have a generated one near."
    if quality.variety < LEAST_VARIETY:
        return f"Generated samples differ from each other only {quality.variety:.0%} as much as real ones."
    return ""
