"""An experiment that makes a generator collapse, and one that differs in a single number and does not."""

from __future__ import annotations

from visualizer.core.experiment import Experiment, patch
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.adversarial.quality import POINTS, quality
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.construction import construct
from visualizer.engine.freezing import Freezer

STATEMENT = (
    "On a ring of eight modes, a generator that makes five steps for each one of the discriminator's collapses onto "
    "few modes; with one step each the same pair covers most."
)
MEASURE = "modes covered with one step each, minus modes covered with five, after 1,000 steps of the discriminator"
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


def run(seed: int) -> int:
    """Return how many more of the eight modes are covered where both make one step in turn; about 8 seconds."""
    healthy = patch(EXPERIMENT, seed=seed)
    return covered_modes(healthy) - covered_modes(patch(healthy, generator_steps=HURRIED))


def covered_modes(experiment: Experiment) -> int:
    """Return how many modes the generator covers after STEPS steps."""
    built = construct(experiment)
    training = AdversarialTraining(experiment, built.network, built.data, Freezer(built.network))
    for _ in range(STEPS):
        training.step(measure=False)
    fake = training.imagine(held_out_noise(training.noise_size, POINTS))
    return quality(experiment.dataset, fake, built.data.training_inputs).covered
