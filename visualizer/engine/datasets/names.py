"""First names, one character after the other. US Census Bureau 1990, in the public domain."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.core import catalogue, resources
from visualizer.core.catalogue import CHARACTERS, END
from visualizer.core.errors import UserError
from visualizer.engine.datasets.dataset import Dataset
from visualizer.engine.losses import IGNORED

VALIDATION = 500


def load() -> Dataset:
    """Return names as one-hot characters (count, steps, 27) and as the next character at each step (count, steps).

    A name begins and ends with the sign END. Steps after the end are zero and have no class (losses.IGNORED).
    """
    names = _read()
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(0)).tolist()
    held_out, learned = ([names[place] for place in part] for part in (order[:VALIDATION], order[VALIDATION:]))
    training_inputs, training_targets = encode(learned)
    validation_inputs, validation_targets = encode(held_out)
    return Dataset(
        training_inputs=training_inputs,
        training_targets=training_targets,
        validation_inputs=validation_inputs,
        validation_targets=validation_targets,
        classes=CHARACTERS,
        labels=tuple(held_out),
        step_names=tuple((END, *name) for name in held_out),
    )


def encode(names: list[str]) -> tuple[Tensor, Tensor]:
    """Return inputs float32 (count, steps, 27) and targets int64 (count, steps) of names in lower case."""
    steps = catalogue.dataset("names").input_shape[0]
    inputs = torch.zeros(len(names), steps, len(CHARACTERS))
    targets = torch.full((len(names), steps), IGNORED)
    places = {character: place for place, character in enumerate(CHARACTERS)}
    for row, name in enumerate(names):
        signs = torch.tensor([places[character] for character in (END, *name, END)])
        read = torch.arange(len(signs) - 1)
        inputs[row, read, signs[:-1]] = 1.0
        targets[row, read] = signs[1:]
    return inputs, targets


def _read() -> list[str]:
    path = resources.folder() / "data" / "names.txt"
    try:
        return path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): install again.") from None
