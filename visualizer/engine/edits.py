"""Numbers that somebody has put into parameters by hand, and what stood there before."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError, unknown
from visualizer.core.experiment import Edit


class Edits:
    """The edits of the present step, made on one network so that they can be taken back exactly."""

    def __init__(self, network: nn.Module) -> None:
        self._parameters = dict(network.named_parameters())
        self._before: dict[tuple[str, tuple[int, ...]], Tensor] = {}

    def check(self, edits: Iterable[Edit]) -> None:
        """Raise UserError where an edit is of no number of this network."""
        for edit in edits:
            parameter = self._parameters.get(edit.parameter)
            if parameter is None:
                raise unknown("parameter", edit.parameter, self._parameters)
            inside = all(place < size for place, size in zip(edit.index, parameter.shape, strict=False))
            if len(edit.index) != parameter.dim() or not inside:
                shape = "×".join(map(str, parameter.shape)) or "one number"
                place = ", ".join(map(str, edit.index))
                raise UserError(f"The parameter '{edit.parameter}' has no element ({place}): its shape is {shape}.")

    def make(self, edits: Iterable[Edit], step: int) -> set[str]:
        """Take back what was made before, make the edits of a step, and return the parameters that were touched."""
        touched = {name for name, _ in self._before}
        self.take_back()
        with torch.no_grad():
            for edit in edits:
                if edit.step == step:
                    parameter = self._parameters[edit.parameter]
                    self._before.setdefault((edit.parameter, edit.index), parameter[edit.index].clone())
                    parameter[edit.index] = edit.value
                    touched.add(edit.parameter)
        return touched

    def take_back(self) -> None:
        """Put back, bit for bit, what the edits of this step have replaced."""
        if self._before:
            self.undo_in({name: parameter.data for name, parameter in self._parameters.items()})
            self.forget()

    def forget(self) -> None:
        """Let what was made stay: a step was made from there, or another state was loaded."""
        self._before.clear()

    def undo_in(self, values: dict[str, Tensor]) -> None:
        """Put what the edits of this step have replaced into other tensors of the same names, in place."""
        for (name, index), value in self._before.items():
            values[name][index] = value


def first_difference(old: tuple[Edit, ...], new: tuple[Edit, ...]) -> int | None:
    """Return the earliest step at which two lists of edits differ, None where they are the same."""
    alike = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return min((edit.step for edit in (*old[alike:], *new[alike:])), default=None)
