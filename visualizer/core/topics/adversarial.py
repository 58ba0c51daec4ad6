"""Generator against discriminator: what can be asked about the pair, and what is told.

A sample is what the generator makes and the data holds: a point (2,) of the plane or a grey picture (1, 28, 28).
A judgement is the discriminator's belief, from 0 (fake) to 1 (real): the sigmoid of its logit, with least squares its
output cut to 0 and 1. All is computed in eval mode unless said otherwise.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core import tagged

Array = npt.NDArray[np.float32]
Player = Literal["discriminator", "generator"]
StageName = Literal["noise", "generate", "judge", "loss", "samples", "gradients", "update"]
Failure = Literal["", "mode collapse", "discriminator too strong"]

Sort = Literal["real", "fake", "plane", "walk", "own", "class", "discriminator", "generator"]
"""What goes through a pass of the pair's own; each can be explained down to its last number.

A sample of the data, noise, a place of the map, noise on the last walk, the sample judged last, a fake through the
classifier; or the whole mini-batch in one round of a player's turn, the number of the round counted from 1.
"""


def in_pass(sort: Sort, number: int, step: int, name: str) -> str:
    """Return the name of a quantity in such a pass: `fake 3 at step 600|discriminator.output`."""
    return f"{sort} {number} at step {step}|{name}"


class AskStages(tagged.Command, frozen=True):
    """Show the stages of the next step, made on a copy: the run stays where it is; answered with Stages."""


class AskEvolution(tagged.Command, frozen=True):
    """Show what became of the same noise in the course of training; answered with Evolution."""


class Imagine(tagged.Command, frozen=True):
    """Let the generator turn noise (count, noise), at most 256 rows, into samples; answered with Imagined."""

    noise: Array


class Walk(tagged.Command, frozen=True):
    """Go from one noise vector to another and generate a sample at each of so many places; answered with Imagined.

    The way is an arc around the origin, along which noise stays as long as noise usually is (White 2016, section 2.1).
    `places` counts both ends, 2 to 256.
    """

    start: tuple[float, ...]
    end: tuple[float, ...]
    places: int = 9


class Judge(tagged.Command, frozen=True):
    """Ask the discriminator about any sample, of the data's shape; answered with Judgement."""

    sample: Array


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good and how varied generated samples are.

    `modes` (modes, 2) are the centres of the data's Gaussians, empty where it has none. `hits` counts the good samples
    of each mode; of pictures, the samples of each class in the eyes of a classifier that was trained on them
    (`class_names`, empty where there is none). `covered` of `coverable` modes or classes have a share of the samples of
    at least a tenth of what they should have; without modes both are 0.

    `good` is the share of samples within three standard deviations of a mode (Srivastava et al. 2017, section 4.1), or
    of a real sample where there are no modes; of pictures, the mean of the classifier's highest probability, NaN
    without one. `reached` is the share of real samples that a generated one comes as near to; NaN of pictures.

    `divergence` is the Jensen-Shannon divergence in bits (0: the same, 1: nothing in common) between histograms of
    2,000 real and as many generated points on a grid of 24×24 cells over the plane; what lies outside counts in the
    cell at the edge next to it. Two equal distributions give a little more than 0: `divergence_floor` is the same
    measure between two halves of the real points, which, being smaller, lie a little higher. NaN of pictures.

    `variety` is the mean distance between generated samples, divided by that between real ones.
    """

    modes: Array
    hits: npt.NDArray[np.int64]
    class_names: tuple[str, ...]
    covered: int
    coverable: int
    good: float
    reached: float
    divergence: float
    divergence_floor: float
    variety: float


class Verdict(msgspec.Struct, frozen=True):
    """What goes wrong in the game, if it does: its name, how it shows in numbers, and what to try; "" otherwise."""

    failure: Failure
    sentence: str
    advice: str


class PlaneView(msgspec.Struct, frozen=True):
    """The plane as both networks see it.

    `axis` (cells,) holds the places along x and along y; `judgements` (cells, cells) is the discriminator's map, row by
    rising y. `manifold_axis` (lines,) are coordinates of noise, `manifold` (lines, lines, 2) where the generator puts
    the crossings of the lines, the second coordinate of noise rising with the first index; empty unless noise has
    two numbers.
    """

    axis: Array
    judgements: Array
    manifold_axis: Array
    manifold: Array


class Adversary(tagged.Frame, frozen=True, kw_only=True):
    """The pair as it stands after `step` updates; the live frame of kind "adversary".

    `real` are training samples (the same ones each time), `noise` (count, noise) and `fake` what the generator makes of
    it (the same noise each time). `arrows` has the shape of `fake`: for each sample, minus the gradient with respect to
    it of the generator's loss of that sample alone, where the sample would have to go. The losses are over these
    samples. `plane` is there where samples are points.
    """

    step: int
    real: Array
    noise: Array
    fake: Array
    arrows: Array
    real_judgements: Array
    fake_judgements: Array
    discriminator_loss: float
    generator_loss: float
    plane: PlaneView | None
    quality: Quality
    verdict: Verdict

    @property
    def mean_real_judgement(self) -> float:
        """How real the real samples look to the discriminator, on average."""
        return float(self.real_judgements.mean())

    @property
    def mean_fake_judgement(self) -> float:
        """How real the generated samples look to the discriminator, on average."""
        return float(self.fake_judgements.mean())


class ParameterChange(msgspec.Struct, frozen=True):
    """L2 norms of one parameter at a stage: its value, its gradient, and what the update added (NaN: not there yet)."""

    norm: float
    gradient: float
    change: float


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a step, in training mode as in the step itself, with all that is known by then.

    `round` of `rounds` counts the updates of this player within the step, from 1. Samples, noise and arrows are the
    first `shown` of the `batch`; what is not known yet is empty. `arrows` is minus the gradient of the generator's loss
    with respect to its samples, times the size of the batch: that of each sample alone. `loss` is NaN until known.
    `parameters` are those of the player by their name in the network; `fingerprints` go by layer, as in Freezing.
    `formula` and `formula_with_numbers` are TeX.
    """

    player: Player
    name: StageName
    round: int
    rounds: int
    title: str
    sentence: str
    formula: str
    formula_with_numbers: str
    batch: int
    shown: int
    noise: Array
    real: Array
    fake: Array
    real_judgements: Array
    fake_judgements: Array
    arrows: Array
    loss: float
    parameters: dict[str, ParameterChange]
    fingerprints: dict[str, str]


class Stages(tagged.Frame, frozen=True):
    """The stages of the step that comes after `step` updates, in their order."""

    step: int
    stages: list[Stage]


class Imagined(tagged.Frame, frozen=True):
    """What the generator makes of noise (count, noise) after `step` updates, and how real it is judged (count,)."""

    step: int
    noise: Array
    samples: Array
    judgements: Array


class Judgement(tagged.Frame, frozen=True):
    """What the discriminator makes of one sample after `step` updates.

    `output` is its logit (with least squares its score), `judgement` how real that is. `gradient`, of the shape of the
    sample, says how the output rises with each number of it; `wish` is minus the gradient of the generator's loss: how
    a generator that had made this sample would change it.
    """

    step: int
    sample: Array
    output: float
    judgement: float
    gradient: Array
    wish: Array


class Evolution(tagged.Frame, frozen=True):
    """The same noise (count, noise) through the generator of several times, `samples` (times, count, *sample).

    `steps` (times,) lie evenly, and ever further apart the longer training goes on; the last is the present one.
    """

    steps: list[int]
    noise: Array
    samples: Array
