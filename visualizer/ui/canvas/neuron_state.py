"""How far every column of neurons and the weights before it are at one instant."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from visualizer.core.frames import Array
from visualizer.core.timeline import SceneState
from visualizer.ui.canvas.neurons import Column
from visualizer.ui.canvas.subject import Subject

Progress = Literal["idle", "later", "active", "done"]


class ColumnState(NamedTuple):
    """`values` in the circles, `gradient` in the rings; `weights` says how far the lines before the column are."""

    values: Progress
    gradient: Literal["", "later", "active", "done", "none"]
    weights: Progress
    weight_gradient: Literal["", "later", "active", "done", "none"]
    node: str
    frozen: bool


def column_state(column: Column, before: Column | None, subject: Subject, scene: SceneState | None) -> ColumnState:
    """Return how far a column is."""
    timeline = subject.timeline
    frozen = bool(column.path) and subject.is_frozen((column.path,))
    if scene is None or timeline is None:
        return ColumnState("idle", "", "idle", "", column.output, frozen)
    nodes = column.nodes
    if scene.phase in ("input", "forward"):
        active = scene.active in nodes and scene.phase == "forward"
        done = column.linear == "" or timeline.node_phase(scene, column.output) == "done"
        values: Progress = "active" if active else "done" if done else "later"
        weights = values if scene.active != column.output or column.output == column.linear else "done"
        return ColumnState(values, "", weights, "", scene.active if active else column.output, frozen)
    if scene.phase == "loss":
        return ColumnState("done", "", "done", "", column.output, frozen)
    gradient = timeline.gradient_phase(scene, column.output)
    own = timeline.gradient_phase(scene, column.linear) if column.linear else "none"
    running = scene.phase == "backward" and before is not None and scene.active == before.output
    if running:
        own = "active"
    elif own == "active":
        own = "done"
    return ColumnState("done", gradient, "done", own, column.output, frozen)


def weights_of(subject: Subject, column: Column) -> Array | None:
    """Return the weights (outputs, inputs) of a layer."""
    return _parameter(subject, column, "parameters")


def weight_gradients_of(subject: Subject, column: Column) -> Array | None:
    """Return the gradients of the weights (outputs, inputs), None where the layer is frozen."""
    return _parameter(subject, column, "parameter_gradients")


def biases_of(subject: Subject, column: Column) -> Array | None:
    """Return the biases (outputs,) of a layer, None where it has none."""
    return _parameter(subject, column, "parameters", 1)


def bias_gradients_of(subject: Subject, column: Column) -> Array | None:
    """Return the gradients of the biases (outputs,), None where the layer is frozen."""
    return _parameter(subject, column, "parameter_gradients", 1)


def parameter_of(subject: Subject, column: Column, rank: int) -> str:
    """Return the name of a layer's weights (rank 2) or biases (rank 1), "" where it has none."""
    if subject.recording is None or not column.linear:
        return ""
    known = subject.recording.parameters
    names = subject.graph.node[column.linear].parameters
    return next((name for name in names if name in known and len(known[name].shape) == rank), "")


def _parameter(
    subject: Subject, column: Column, kind: Literal["parameters", "parameter_gradients"], rank: int = 2
) -> Array | None:
    view = getattr(subject.recording, kind, {}).get(parameter_of(subject, column, rank))
    return None if view is None else view.values


def scaled(values: Array) -> Array:
    """Return values divided by the largest size among them."""
    return values / (float(np.abs(values).max()) or 1.0)
