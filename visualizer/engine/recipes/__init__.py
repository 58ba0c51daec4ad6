"""The recipes by which the shipped weights were made: `python -m visualizer.engine.recipes NAME --source DIR`."""

from __future__ import annotations

from visualizer.core.errors import unknown
from visualizer.engine.recipes.training import Recipe

RECIPES: tuple[Recipe, ...] = (
    Recipe(network="lenet", epochs=50, peak_learning_rate=0.05, weight_decay=2e-4, mirror=False, shift=1),
    Recipe(network="resnet20", epochs=12, peak_learning_rate=0.2),
)


def recipe(name: str) -> Recipe:
    """Return the recipe for a network; raise UserError with the nearest match for an unknown name."""
    for candidate in RECIPES:
        if candidate.network == name:
            return candidate
    raise unknown("recipe", name, [candidate.network for candidate in RECIPES])
