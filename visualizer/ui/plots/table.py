"""A run as comma-separated values."""

from __future__ import annotations

import numpy as np

from visualizer.core.history import History

_COLUMNS = ("loss", "validation_loss", "accuracy", "validation_accuracy")


def history_table(history: History) -> str:
    """Return all rows of a history, full precision; what was not measured is left empty."""
    if not len(history):
        return ""
    names = ["step", *_COLUMNS, *(f"gradient_norm/{layer}" for layer in history.layers)]
    columns = [getattr(history, name) for name in _COLUMNS]
    lines = [",".join(names)]
    for row, step in enumerate(history.steps):
        numbers = [*(column[row] for column in columns), *history.gradient_norms[row]]
        lines.append(",".join([str(step), *("" if np.isnan(number) else str(number) for number in numbers)]))
    return "\n".join(lines) + "\n"
