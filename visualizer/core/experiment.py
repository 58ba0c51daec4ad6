"""Everything a run depends on, as one frozen value, and the only way to change it."""

from __future__ import annotations

import fnmatch
import math
from typing import Any

import msgspec

from visualizer.core import catalogue
from visualizer.core.errors import UserError, unknown
from visualizer.core.plane import Point, check_drawing

LIVE = frozenset({"learning_rate", "frozen", "optimizer", "edits"})
"""The fields that can change between two steps of a run; all others begin a new one."""


class Edit(msgspec.Struct, frozen=True):
    """One number of a parameter that was set by hand after `step` updates."""

    parameter: str
    index: tuple[int, ...]
    value: float
    step: int


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run depends on; two equal experiments give bit-identical runs.

    `weights` is "pretrained", "initial" (drawn from `seed`) or a path to a safetensors file.
    `batch_size` 0 is the full batch. `frozen` holds shell patterns over module paths.
    `edits` belong to the run that the other fields describe, in the order in which they were made.
    A step of adversarial training updates the discriminator and the generator so many times each. `drawing` holds the
    points of the data set `drawn`; none stands for an example.
    `network` is a catalogue id or `path.py:Name`, which is code and runs only where `trusted`.
    `truncation` is how many steps the gradient goes back through time in a recurrent network of the catalogue, 0 all
    the way; other networks know no time steps and are not affected.
    """

    network: str = "resnet20"
    dataset: str = "mnist"
    weights: str = "pretrained"
    loss: str = "cross-entropy"
    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_size: int = 32
    seed: int = 0
    frozen: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    discriminator_steps: int = 1
    generator_steps: int = 1
    drawing: tuple[Point, ...] = ()
    trusted: bool = False
    truncation: int = 0

    def is_frozen(self, path: str) -> bool:
        """Return whether a module path, or any module around it, matches a pattern of `frozen`."""
        return frozen_by(self.frozen, path)


def frozen_by(patterns: tuple[str, ...], path: str) -> bool:
    """Return whether `path` or one of its ancestors matches one of the shell patterns."""
    words = path.split(".")
    ancestry = [".".join(words[: end + 1]) for end in range(len(words))]
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in ancestry)


def patch(experiment: Experiment, **changes: Any) -> Experiment:
    """Return the experiment with some fields changed; raise UserError on a value that makes no sense.

    What begins another run drops the edits, unless it brings its own.
    """
    for name in changes:
        if name not in Experiment.__struct_fields__:
            raise unknown("setting", name, Experiment.__struct_fields__)
    if not LIVE.issuperset(changes):
        changes = {"edits": (), **changes}
    try:
        changed = msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(experiment, **changes)), Experiment)
    except (msgspec.ValidationError, TypeError) as error:
        raise UserError(f"The experiment cannot be changed so: {error}.") from None
    check(changed)
    return changed


def check(experiment: Experiment) -> None:
    """Raise UserError unless every field names something known and lies in its range."""
    if not catalogue.is_network_file(experiment.network):
        catalogue.network(experiment.network)
    _check_weights(experiment)
    task = catalogue.dataset(experiment.dataset).task
    if task not in catalogue.loss(experiment.loss).tasks:
        fitting = " or ".join(entry.id for entry in catalogue.LOSSES if task in entry.tasks)
        raise UserError(
            f"The loss {experiment.loss} does not fit {experiment.dataset}, which is for {task}: use {fitting}."
        )
    catalogue.optimizer(experiment.optimizer)
    if not (math.isfinite(experiment.learning_rate) and 0 < experiment.learning_rate <= 100):
        raise UserError(
            f"The learning rate {experiment.learning_rate:g} cannot be used: it must lie above 0 and at most at 100."
        )
    if not 0 <= experiment.batch_size <= 65536:
        raise UserError(
            f"The batch size {experiment.batch_size} cannot be used: 1 to 65536, or 'full' for all training data."
        )
    _check_truncation(experiment.truncation)
    if not 0 <= experiment.seed < 2**31:
        raise UserError(f"The seed {experiment.seed} cannot be used: a whole number from 0 to {2**31 - 1}.")
    for edit in experiment.edits:
        if not math.isfinite(edit.value) or edit.step < 0 or min(edit.index, default=0) < 0:
            raise UserError(
                f"The change of '{edit.parameter}' by hand cannot be made: "
                "it needs a finite value, and a step and an index from 0 on."
            )
    for player, count in (
        ("discriminator", experiment.discriminator_steps),
        ("generator", experiment.generator_steps),
    ):
        if not 1 <= count <= 50:
            raise UserError(f"The {player} cannot be updated {count} times in a step: 1 to 50 times.")
    check_drawing(experiment.drawing)


def _check_weights(experiment: Experiment) -> None:
    name, data = experiment.network, catalogue.dataset(experiment.dataset)
    if experiment.weights != "pretrained" or catalogue.is_network_file(name):
        return
    learned = catalogue.network(name).pretrained_on
    if learned and not catalogue.pretrained_fits(name, data.id):
        raise UserError(
            f"The pretrained weights of {name} were learned from {learned} and do not fit {data.id}, "
            "whose inputs or outputs are of another shape: choose initial weights."
        )


def _check_truncation(steps: int) -> None:
    if not 0 <= steps <= 65536:
        raise UserError(f"The truncation {steps} cannot be used: 1 to 65536 time steps, or 0 for all of them.")
