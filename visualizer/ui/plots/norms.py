"""How large the gradient of each layer is: of the last step of training, or of the recorded sample."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from visualizer.core.frames import Freezing, Recording
from visualizer.core.history import History


@dataclass(frozen=True)
class Norms:
    """L2 norm of the gradient of each layer in forward order, NaN where there is none, and whether it is frozen."""

    layers: tuple[str, ...]
    values: tuple[float, ...]
    frozen: tuple[bool, ...]
    source: str

    @property
    def largest(self) -> int | None:
        """Number of the layer with the largest gradient."""
        values = np.array(self.values)
        return int(np.nanargmax(values)) if np.isfinite(values).any() else None

    @property
    def groups(self) -> list[tuple[str, int, int]]:
        """Stages: a name, and the numbers of the first layer in it and of the first behind it."""
        found: list[tuple[str, int, int]] = []
        for number, layer in enumerate(self.layers):
            name = group_name(layer)
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1], number + 1)
            else:
                found.append((name, number, number + 1))
        return found


def group_name(layer: str) -> str:
    """Return what the stage of a layer is called: `stage 2` for stage2.0.conv1."""
    word = layer.split(".")[0]
    letters = word.rstrip("0123456789")
    return f"{letters} {word[len(letters) :]}".strip()


def norms_of_step(history: History, freezing: Freezing | None) -> Norms:
    """Return the norms of the last trained step."""
    values = history.gradient_norms[-1] if len(history) else np.full(len(history.layers), np.nan)
    return _norms(history.layers, [float(value) for value in values], freezing, f"step {int(history.steps[-1])}")


def norms_of_recording(recording: Recording, freezing: Freezing | None) -> Norms:
    """Return the norms of one recorded sample; a layer's is that of all its parameters together."""
    squares: dict[str, float] = defaultdict(float)
    for name, gradient in recording.parameter_gradients.items():
        squares[name.rpartition(".")[0]] += gradient.norm**2
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in recording.parameters))
    values = [math.sqrt(squares[layer]) if layer in squares else math.nan for layer in layers]
    return _norms(layers, values, freezing, "this sample")


def _norms(layers: list[str], values: list[float], freezing: Freezing | None, source: str) -> Norms:
    statuses = freezing.layers if freezing is not None else []
    frozen = {status.path for status in statuses if status.frozen}
    return Norms(tuple(layers), tuple(values), tuple(layer in frozen for layer in layers), source)
