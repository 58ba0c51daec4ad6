"""How large the gradient of each layer is: of the last step of training, or of the recorded sample."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from visualizer.core.frames import Freezing, Recording
from visualizer.core.graph import NetworkGraph
from visualizer.core.history import History


@dataclass(frozen=True)
class Bar:
    """A layer: a module, and the normalisation that follows it, as they are stepped through together.

    `values` holds the L2 norm of each module's gradient, NaN where there is none.
    """

    modules: tuple[str, ...]
    values: tuple[float, ...]
    frozen: bool

    @property
    def name(self) -> str:
        return self.modules[0]

    @property
    def value(self) -> float:
        """Norm of the gradient of all its parameters together, NaN where there is none."""
        squares = [value**2 for value in self.values if not math.isnan(value)]
        return math.sqrt(sum(squares)) if squares else math.nan


@dataclass(frozen=True)
class Norms:
    """The bars in forward order, and which pass they are of: that of a step, or of the recorded sample (None)."""

    bars: tuple[Bar, ...]
    source: str
    step: int | None = None

    @property
    def largest(self) -> Bar | None:
        """The layer with the largest gradient."""
        present = [bar for bar in self.bars if math.isfinite(bar.value)]
        return max(present, key=lambda bar: bar.value, default=None)

    @property
    def groups(self) -> list[tuple[str, int, int]]:
        """Stages: a name, and the numbers of the first bar in it and of the first behind it."""
        found: list[tuple[str, int, int]] = []
        for number, bar in enumerate(self.bars):
            name = group_name(bar.name)
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


def norms_of_step(history: History, graph: NetworkGraph, freezing: Freezing | None) -> Norms:
    """Return the norms of the last trained step."""
    values = dict(zip(history.layers, map(float, history.gradient_norms[-1]), strict=True))
    step = int(history.steps[-1])
    return Norms(_bars(values, graph, freezing), f"step {step}", step)


def norms_of_recording(recording: Recording, freezing: Freezing | None) -> Norms:
    """Return the norms of one recorded sample; a module's is that of all its parameters together."""
    squares: dict[str, float] = defaultdict(float)
    for name, gradient in recording.parameter_gradients.items():
        squares[name.rpartition(".")[0]] += gradient.norm**2
    modules = dict.fromkeys(name.rpartition(".")[0] for name in recording.parameters)
    values = {module: math.sqrt(squares[module]) if module in squares else math.nan for module in modules}
    return Norms(_bars(values, recording.graph, freezing), "this sample")


def _bars(values: dict[str, float], graph: NetworkGraph, freezing: Freezing | None) -> tuple[Bar, ...]:
    frozen = {status.path for status in freezing.layers if status.frozen} if freezing is not None else set()
    normalisations = {node.module for node in graph.nodes if "norm" in node.operation}
    layers: list[list[str]] = []
    for module in values:
        if layers and module in normalisations:
            layers[-1].append(module)
        else:
            layers.append([module])
    return tuple(
        Bar(tuple(layer), tuple(values[module] for module in layer), all(module in frozen for module in layer))
        for layer in layers
    )
