"""Scalars on their way to the window."""

from __future__ import annotations

import numpy as np

from visualizer.core.frames import Metrics
from visualizer.engine.training import StepResult


class MetricsQueue:
    """Collects the rows of measured steps until they are sent together."""

    def __init__(self, layers: list[str], from_step: int) -> None:
        self._layers = layers
        self._rows: list[StepResult] = []
        self._from_step: int | None = from_step

    def add(self, row: StepResult) -> None:
        """Append the row of a measured step."""
        self._rows.append(row)

    def cut(self, step: int) -> None:
        """Say that the rows from `step` on no longer count; new ones may replace them."""
        self._rows = [row for row in self._rows if row.step < step]
        self._from_step = step if self._from_step is None else min(step, self._from_step)

    def take(self) -> Metrics | None:
        """Return what was added or cut since the last time, None where that is nothing."""
        rows, from_step = self._rows, self._from_step
        if not rows and from_step is None:
            return None
        self._rows, self._from_step = [], None
        norms = [row.gradient_norms for row in rows]
        return Metrics(
            from_step=rows[0].step if from_step is None else from_step,
            layers=self._layers,
            steps=np.array([row.step for row in rows], np.int64),
            loss=np.array([row.loss for row in rows], np.float32),
            accuracy=np.array([row.accuracy for row in rows], np.float32),
            validation_loss=np.array([row.validation_loss for row in rows], np.float32),
            validation_accuracy=np.array([row.validation_accuracy for row in rows], np.float32),
            gradient_norms=np.stack(norms) if norms else np.empty((0, len(self._layers)), np.float32),
            discriminator_loss=np.array([row.discriminator_loss for row in rows], np.float32),
        )
