"""The target that belongs to an input of the user's own: how it is written, and whether the output fits it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from visualizer.commands.arrays import sizes
from visualizer.core import catalogue
from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

    from visualizer.core.catalogue import Task

FORMS = "a class, as in 3; one for each time step, as in 3,0,- (a step with - does not count); or numbers, as in 0.5,-1"
_NO_CLASS = "-"
_CLASS = re.compile(r"[0-9]{1,12}")
_NEEDED = {
    "classification": "its class, as in --target 3",
    "labelling": "a class for each time step, as in --target 3,0,-",
    "regression": "its numbers, as in --target 0.5,-1",
}


def read_target(name: str, text: str | None, task: Task) -> Tensor:
    """Return the target of a batch of one that `--target` names for a network; raise UserError where it does not fit.

    Shapes: (1,) for a class, (1, steps) for a class each time step, (1, numbers) in float64, (1, 1) for a judgement.
    """
    import torch

    if task == "generation":
        if text is not None:
            raise UserError(f"{name} needs no --target: its input is noise, to be judged as real.")
        return torch.ones(1, 1)
    if text is None:
        raise UserError(f"What belongs to --input is missing: give {_NEEDED[task]}.")
    if task == "regression":
        return torch.tensor([[_number(word, text) for word in text.split(",")]], dtype=torch.float64)
    if task == "labelling":
        classes = [_class_or_none(word, text) for word in text.split(",")]
        if all(chosen < 0 for chosen in classes):
            raise UserError(f"The target '{text}' has no step that counts: give at least one a class.")
        return torch.tensor([classes])
    if not _CLASS.fullmatch(text):
        other = "; numbers go with --loss mean-squared-error" if catalogue.is_network_file(name) else ""
        raise UserError(f"The target '{text}' is no class, which is a whole number of 0 or more{other}.")
    return torch.tensor([int(text)])


def check_loss(loss: str, task: Task) -> None:
    """Raise UserError for a loss that is for another kind of target."""
    if task not in catalogue.loss(loss).tasks:
        fitting = " or ".join(entry.id for entry in catalogue.LOSSES if task in entry.tasks)
        what = {"regression": "numbers", "generation": "one judgement"}.get(task, "classes")
        raise UserError(f"The loss {loss} does not fit a target of {what}: use {fitting}.")


def check_output(name: str, output: object, target: Tensor) -> Tensor:
    """Return the output of a network for one sample; raise UserError where the loss of this target cannot take it."""
    from torch import Tensor

    if target.is_floating_point():
        if isinstance(output, Tensor) and output.shape == target.shape and output.is_floating_point():
            return output
        raise UserError(f"{name} gives {_said(output)}: the target needs one real tensor of {sizes(target.shape)}.")
    steps = target.shape[1:]
    real = isinstance(output, Tensor) and output.is_floating_point()
    if not (real and output.shape[:-1] == (1, *steps) and output.numel()):
        wanted = f"1×{sizes(steps)}×classes for a target of {steps[0]} time steps" if steps else "1×classes"
        if not steps and isinstance(output, Tensor) and output.dim() == 3:
            wanted = f"1×classes for a target of one class; give {_NEEDED['labelling']}"
        raise UserError(f"{name} gives {_said(output)}: the loss needs one tensor of logits of shape {wanted}.")
    if int(target.max()) >= output.shape[-1]:
        raise UserError(f"There is no class {int(target.max())}: {name} has classes from 0 to {output.shape[-1] - 1}.")
    return output


def _said(output: object) -> str:
    from torch import Tensor

    if not isinstance(output, Tensor):
        return f"an output of type {type(output).__name__}"
    kind = "" if output.is_floating_point() else f" and type {str(output.dtype).removeprefix('torch.')}"
    return f"an output of shape {sizes(output.shape)}{kind}"


def _class_or_none(word: str, text: str) -> int:
    from visualizer.engine.losses import IGNORED

    if word == _NO_CLASS:
        return IGNORED
    if not _CLASS.fullmatch(word):
        raise UserError(f"The target '{text}' is no class for each time step, as in 3,0,-: '{word}' is none.")
    return int(word)


def _number(word: str, text: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UserError(f"The target '{text}' is no list of numbers, as in 0.5,-1: '{word}' is no finite number.")
    return number
