"""The card beside the shipped weights of a recurrent network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

from visualizer.core import catalogue
from visualizer.core.files import write_atomically
from visualizer.core.topics.sequences import Generate
from visualizer.engine import datasets
from visualizer.engine.recipes.sequences import SequenceRecipe, held_out
from visualizer.engine.recurrence.writing import generate

WRITTEN = 8


def write_sequence_card(recipe: SequenceRecipe, path: Path, network: nn.Module) -> str:
    """Write the Markdown card of a weights file beside it and return its measure; raise UserError where that fails."""
    experiment = recipe.experiment
    entry, data = catalogue.dataset(experiment.dataset), datasets.load(experiment.dataset)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    loss, right = held_out(recipe, network)
    measured = f"loss {loss:.4f}, {right:.2%} of the next characters right"
    written = ", ".join(
        f"`{generate(network, entry, Generate(temperature=0.8, seed=seed), recipe.steps).text}`"
        for seed in range(WRITTEN)
    )
    text = f"""# {catalogue.network(recipe.network).title}, pretrained on {entry.title}

| | |
|---|---|
| file | `{path.name}`, SHA-256 `{digest}`, float32 |
| quality | {measured}, on {len(data.validation_inputs)} held-out names, never trained on \
(`resources/data/{entry.id}.md`) |
| writes | {written} (temperature 0.8, seeds 0 to {WRITTEN - 1}) |
| learned from | {len(data.training_inputs):,} first names |
| loss | {catalogue.loss(experiment.loss).title.lower()}, the mean over all characters |
| optimizer | {catalogue.optimizer(experiment.optimizer).title}, batches of {experiment.batch_size}, \
{recipe.steps:,} steps |
| learning rate | {experiment.learning_rate:g}, falling in a straight line to 0 over the second half of the steps |
| seed | {experiment.seed} |
| versions | torch {torch.__version__}, numpy {np.__version__}, one thread on a CPU |
| licence | MIT, as this program; the names: US Census Bureau 1990, in the public domain |
| made with | `python -m visualizer.engine.recipes {recipe.network}` |

The recipe fixes every choice by its seed. Another machine, number of threads or version of torch adds up in another
order, so that the weights come out differently there.
"""
    write_atomically(path.with_suffix(".md"), text.encode())
    return measured
