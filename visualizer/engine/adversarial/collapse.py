"""An experiment that makes a generator collapse, and one that differs in a single number and does not."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.core.experiment import Experiment, patch
from visualizer.core.topics.adversarial import Quality
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.adversarial.quality import POINTS, quality
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.construction import construct
from visualizer.engine.freezing import Freezer

STEPS = 1000
HURRIED = 5

EXPERIMENT = Experiment(
    network="gan-2d",
    dataset="ring",
    weights="initial",
    loss="non-saturating",
    optimizer="adam-0.5",
    learning_rate=0.003,
    batch_size=64,
)


@dataclass(frozen=True)
class Collapse:
    """What one seed gave: the samples of a generator that steps in turn with its discriminator, and of a hurried one.

    The hurried generator makes five steps for each of the discriminator's.
    """

    in_turn: Quality
    hurried: Quality

    @property
    def effect(self) -> int:
        """How many more modes are covered where both make one step in turn."""
        return self.in_turn.covered - self.hurried.covered

    @property
    def held(self) -> bool:
        """Whether half of all modes were lost by haste, and the samples left are much like each other.

        A generator that has lost its way covers no mode either, but its samples differ.
        """
        return 2 * self.effect >= self.in_turn.coverable and 2 * self.hurried.variety < self.in_turn.variety


def run(seed: int, steps: int = STEPS) -> Collapse:
    """Train the pair twice for so many steps of the discriminator."""
    in_turn = patch(EXPERIMENT, seed=seed)
    return Collapse(reached(in_turn, steps), reached(patch(in_turn, generator_steps=HURRIED), steps))


def reached(experiment: Experiment, steps: int) -> Quality:
    """Return how good and how varied the generator's samples are after so many steps."""
    built = construct(experiment)
    training = AdversarialTraining(experiment, built.network, built.data, Freezer(built.network))
    for _ in range(steps):
        training.step(measure=False)
    fake = training.imagine(held_out_noise(training.noise_size, POINTS))
    return quality(experiment.dataset, fake, built.data.training_inputs)
