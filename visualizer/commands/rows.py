"""The numbers of a training as rows of a CSV file, written while it goes on."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.core.errors import UserError

if TYPE_CHECKING:
    from visualizer.engine.training import StepResult

COLUMNS = ("step", "epoch", "loss", "validation_loss", "accuracy", "validation_accuracy")


@contextmanager
def rows(
    path: Path | None, layers: list[str], steps_per_epoch: int, *, adversarial: bool
) -> Iterator[Callable[[StepResult], None]]:
    """Give a function that appends the row of a step, complete on the disk at once; it does nothing without a path.

    A cell is empty where nothing was measured. The loss of an adversarial pair is its generator's; that of the
    discriminator has a column of its own. Raises UserError where the file cannot be written.
    """
    if path is None:
        yield lambda _: None
        return
    with _failing_as_user_error(path):
        file = path.open("w", newline="", encoding="utf-8", buffering=1)
    writer = csv.writer(file, lineterminator="\n")

    def write(result: StepResult) -> None:
        measured = (result.loss, result.validation_loss, result.accuracy, result.validation_accuracy)
        other = (result.discriminator_loss,) if adversarial else ()
        cells = [_cell(value) for value in (*measured, *other, *result.gradient_norms.tolist())]
        with _failing_as_user_error(path):
            writer.writerow([result.step, result.step // steps_per_epoch, *cells])

    try:
        with _failing_as_user_error(path):
            own = ("discriminator_loss",) if adversarial else ()
            writer.writerow([*COLUMNS, *own, *(f"gradient_norm/{layer}" for layer in layers)])
        yield write
    finally:
        try:
            with _failing_as_user_error(path):
                file.close()
        finally:
            _end_with_a_whole_row(path)


def _end_with_a_whole_row(path: Path) -> None:
    """Drop what came of a row for which there was no more room."""
    with suppress(OSError), path.open("rb+") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


@contextmanager
def _failing_as_user_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror or error}.") from None
