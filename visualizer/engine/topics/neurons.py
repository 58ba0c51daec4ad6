"""Sends the points of a line or a plane through the network as it stands, all of them in one batch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from visualizer.core import catalogue
from visualizer.core.graph import NetworkGraph
from visualizer.core.topics.neurons import Array, Grid, Points, Responses
from visualizer.engine.datasets import Dataset
from visualizer.engine.recording import Pass, record
from visualizer.engine.session import TrainingSession

COARSE, FINE = 32, 81
MARGIN = 0.1  # of the spread of the data, around it
MOST_NEURONS = 24
MOST_POINTS = 1000

_EMPTY = np.empty(0, np.float32)
_NOWHERE = Grid(_EMPTY, _EMPTY)


def responses(session: TrainingSession) -> Responses:
    """Return what the neurons answer over the input space; empty where inputs are no points."""
    training = session.training
    data = training.data
    held_out, trained = (
        _points(data.validation_inputs, data.validation_targets),
        _points(data.training_inputs, data.training_targets),
    )
    task = catalogue.dataset(session.experiment.dataset).task
    if tuple(data.training_inputs.shape[1:]) not in ((1,), (2,)) or task not in ("classification", "regression"):
        none = Points(_EMPTY, np.empty(0, np.int64), _EMPTY, 0)
        return Responses(session.steps_done, _NOWHERE, {}, _NOWHERE, _EMPTY, none, none)
    coarse, fine = _grid(data, COARSE), _grid(data, FINE)
    first, second = _places(coarse), _places(fine)
    with training.freezer.evaluating(), torch.random.fork_rng(devices=[]), torch.no_grad():
        seen = record(training.network, (torch.cat([first, second]),), input_gradient=False)
    output = seen.output[len(first) :]
    return Responses(
        step=session.steps_done,
        coarse=coarse,
        neurons=_neurons(seen, len(first), coarse),
        fine=fine,
        surface=_over(output.softmax(1) if task == "classification" else output, fine),
        training=trained,
        held_out=held_out,
    )


def _points(inputs: Tensor, targets: Tensor) -> Points:
    numbers = targets.is_floating_point()
    shown = targets[:MOST_POINTS]
    return Points(
        inputs=inputs[:MOST_POINTS].numpy(),
        classes=(shown[:0].long() if numbers else shown).numpy(),
        numbers=(shown if numbers else shown[:0].float()).numpy(),
        count=len(targets),
    )


def _grid(data: Dataset, size: int) -> Grid:
    """Return places spread evenly over the bounds of all inputs and a margin around them."""
    inputs = torch.cat([data.training_inputs, data.validation_inputs])
    low, high = inputs.amin(0), inputs.amax(0)
    margin = MARGIN * (high - low).clamp(min=1e-3)
    axes = [
        np.linspace(start, end, size, dtype=np.float32)
        for start, end in zip((low - margin).tolist(), (high + margin).tolist(), strict=True)
    ]
    return Grid(axes[0], axes[1] if len(axes) > 1 else _EMPTY)


def _places(grid: Grid) -> Tensor:
    """Return the places of a grid as inputs (count, 1 or 2), row by row."""
    if not len(grid.y):
        return torch.from_numpy(grid.x).unsqueeze(1)
    ys, xs = torch.meshgrid(torch.from_numpy(grid.y), torch.from_numpy(grid.x), indexing="ij")
    return torch.stack([xs.reshape(-1), ys.reshape(-1)], dim=1)


def _neurons(seen: Pass, count: int, grid: Grid) -> dict[str, Array]:
    """Return what goes into layers, and what comes out at the end: the activations of neurons after their function."""
    return {
        node.id: _over(values[:count, :MOST_NEURONS], grid)
        for node in seen.graph.nodes
        if node.kind == "operation" and _is_read(seen.graph, node.id)
        if (values := seen.activations[node.id]).dim() == 2
    }


def _is_read(graph: NetworkGraph, node: str) -> bool:
    readers = [graph.node[edge.target] for edge in graph.outgoing[node]]
    return not readers or any(reader.parameters for reader in readers)


def _over(values: Tensor, grid: Grid) -> Array:
    """Return values (places, numbers) as (numbers, rows, columns), or as (numbers, columns) on a line."""
    sizes = (len(grid.y), len(grid.x)) if len(grid.y) else (len(grid.x),)
    return values.T.reshape(-1, *sizes).float().numpy().copy()
