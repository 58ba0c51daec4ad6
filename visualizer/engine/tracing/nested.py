"""Tensors inside of tuples, lists, dicts and dataclasses, as networks take and return them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor

_PLAIN = frozenset([type(None), bool, int, float, str])  # most arguments, and quickly told


def tensors_in(value: Any) -> list[Tensor]:
    """Return all tensors in a nested value, in order."""
    found: list[Tensor] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: list[Tensor]) -> None:
    if type(value) in _PLAIN:
        return
    if isinstance(value, Tensor):
        found.append(value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _collect(item, found)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, found)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for entry in dataclasses.fields(value):
            _collect(getattr(value, entry.name), found)


def with_tensors(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return a nested value with each of its tensors replaced, in the order of `tensors_in`."""
    changed = value
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Tensor):
        changed = change(value)
    elif isinstance(value, (tuple, list)):
        make = getattr(value, "_make", type(value))  # of a named tuple
        changed = make([with_tensors(item, change) for item in value])
    elif isinstance(value, dict):
        changed = type(value)({key: with_tensors(item, change) for key, item in value.items()})
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [entry.name for entry in dataclasses.fields(value)]
        changed = dataclasses.replace(value, **{name: with_tensors(getattr(value, name), change) for name in names})
    return changed


def named_tensors(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Yield each tensor with the nearest dict key above it, `name` where there is none."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from named_tensors(item, str(key))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from named_tensors(item, name)
    else:
        for tensor in tensors_in(value):
            yield name, tensor
