"""Everything a run depends on, as one frozen value, and the only way to change it."""

from __future__ import annotations

import fnmatch
import math
from typing import Any

import msgspec

from visualizer.core import catalogue
from visualizer.core.errors import UserError, unknown


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """All that a run depends on; two equal experiments give bit-identical runs.

    `weights` is "pretrained", "initial" (drawn from `seed`) or a path to a safetensors file.
    `batch_size` 0 is the full batch. `frozen` holds shell patterns over module paths.
    `network` is a catalogue id or `path.py:Name`, which is code and runs only where `trusted`.
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
    trusted: bool = False

    def is_frozen(self, path: str) -> bool:
        """Return whether a module path, or any module around it, matches a pattern of `frozen`."""
        return frozen_by(self.frozen, path)


def frozen_by(patterns: tuple[str, ...], path: str) -> bool:
    """Return whether `path` or one of its ancestors matches one of the shell patterns."""
    words = path.split(".")
    ancestry = [".".join(words[: end + 1]) for end in range(len(words))]
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in ancestry)


def patch(experiment: Experiment, **changes: Any) -> Experiment:
    """Return the experiment with some fields changed; raise UserError on a value that makes no sense."""
    for name in changes:
        if name not in Experiment.__struct_fields__:
            raise unknown("setting", name, Experiment.__struct_fields__)
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
    if not 0 <= experiment.seed < 2**31:
        raise UserError(f"The seed {experiment.seed} cannot be used: a whole number from 0 to {2**31 - 1}.")
