"""The algebra of freeze patterns: freeze or unfreeze one part of a network and leave all others as they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from visualizer.core.experiment import frozen_by

FreezeState = Literal["trainable", "part", "frozen"]


def freeze(patterns: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Return patterns that also freeze the module at `path` with all inside it; what they make superfluous goes."""
    if frozen_by(patterns, path):
        return patterns
    return tuple(sorted([path or "*", *(pattern for pattern in patterns if not is_inside(pattern, path))]))


def unfreeze(patterns: tuple[str, ...], path: str, all_layer_paths: Collection[str]) -> tuple[str, ...]:
    """Return patterns that freeze nothing at or in `path`, and of all other layers those that were frozen.

    A pattern that reached into `path` from above is expanded to the largest modules that stay frozen. A module's own
    parameters cannot stay frozen while a module inside it trains, as freezing a module freezes all inside it.
    """
    inside = {path, *(layer for layer in all_layer_paths if is_inside(layer, path))}
    kept = tuple(pattern for pattern in patterns if not any(frozen_by((pattern,), name) for name in inside))
    frozen = {layer for layer in all_layer_paths if layer not in inside and frozen_by(patterns, layer)}
    trainable = {*inside, *all_layer_paths} - frozen
    expanded = {_largest(layer, trainable) for layer in frozen if not frozen_by(kept, layer)} - {""}
    return tuple(sorted({*kept, *expanded}))


def state(patterns: tuple[str, ...], path: str, all_layer_paths: Collection[str]) -> FreezeState:
    """Return whether all, some or none of the layers at or in `path` are frozen."""
    layers = [layer for layer in all_layer_paths if is_inside(layer, path)] or [path]
    frozen = sum(frozen_by(patterns, layer) for layer in layers)
    if frozen == 0:
        return "trainable"
    return "frozen" if frozen == len(layers) else "part"


def is_inside(layer: str, path: str) -> bool:
    """Return whether a module path is `path` or lies below it; the network itself is the path ""."""
    return path in ("", layer) or layer.startswith(f"{path}.")


def _largest(layer: str, trainable: set[str]) -> str:
    """Return the outermost module around `layer` that holds nothing trainable, "" where even `layer` does."""
    words = layer.split(".")
    for end in range(1, len(words) + 1):
        module = ".".join(words[:end])
        if not any(is_inside(other, module) for other in trainable):
            return module
    return ""
