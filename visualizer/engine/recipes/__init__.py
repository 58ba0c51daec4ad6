"""The recipes by which the shipped weights were made: `python -m visualizer.engine.recipes NAME --source DIR`."""

from __future__ import annotations

from visualizer.core.errors import unknown
from visualizer.core.experiment import Experiment
from visualizer.engine.recipes.adversarial import AdversarialRecipe
from visualizer.engine.recipes.sequences import SequenceRecipe
from visualizer.engine.recipes.training import Recipe

RECIPES: tuple[Recipe | AdversarialRecipe | SequenceRecipe, ...] = (
    Recipe(network="lenet", epochs=50, peak_learning_rate=0.05, weight_decay=2e-4, mirror=False, shift=1),
    Recipe(network="resnet20", epochs=12, peak_learning_rate=0.2),
    AdversarialRecipe(
        experiment=Experiment(
            network="gan-images",
            dataset="fashion-mnist-unlabelled",
            weights="initial",
            loss="non-saturating",
            optimizer="adam-0.5",
            learning_rate=0.0004,
            batch_size=64,
        ),
        steps=6500,
    ),
    SequenceRecipe(
        experiment=Experiment(network="lstm", dataset="names", weights="initial", learning_rate=0.01, batch_size=64),
        steps=2500,
    ),
)


def recipe(name: str) -> Recipe | AdversarialRecipe | SequenceRecipe:
    """Return the recipe for a network; raise UserError with the nearest match for an unknown name."""
    for candidate in RECIPES:
        if candidate.network == name:
            return candidate
    raise unknown("recipe", name, [candidate.network for candidate in RECIPES])
