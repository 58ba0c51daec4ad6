"""An operation as it was called, to be called again on other tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from visualizer.engine.tracing.nested import tensors_in, with_tensors
from visualizer.engine.tracing.structure import Invocation, Value

_NOTHING = torch.empty(0, device="meta")  # stands where a tensor stood, and keeps none alive


@dataclass(frozen=True)
class Called:
    """A torch function with its arguments; `sources` names the tensors among them in their order.

    `overwritten` are the places of those it writes into, which are then what it gives.
    """

    function: Callable[..., Any]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    sources: tuple[str, ...]
    overwritten: tuple[int, ...]

    def again(self, given: Sequence[Tensor]) -> list[Tensor]:
        """Return what it gives for other tensors in the places of `sources`; it may raise whatever torch raises."""
        copies = [tensor.clone() if place in self.overwritten else tensor for place, tensor in enumerate(given)]
        left = iter(copies)
        args, kwargs = with_tensors(self.arguments, lambda _: next(left))
        result = self.function(*args, **kwargs)
        return [copies[place] for place in self.overwritten] if self.overwritten else tensors_in(result)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a call while the network runs: its tensors as values, or by name where they are its own."""

    function: Callable[..., Any]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    given: tuple[Value | str, ...]
    overwritten: tuple[int, ...]

    @classmethod
    def of(cls, invocation: Invocation, state: Callable[[Tensor], str]) -> Kept:
        """Keep a call; `state` names the parameters and buffers."""
        edges, written = invocation.edges, {id(tensor) for tensor in invocation.overwritten}
        given = invocation.given
        return cls(
            invocation.function,
            with_tensors((invocation.args, invocation.kwargs), lambda _: _NOTHING),
            tuple(edges[id(tensor)].value if id(tensor) in edges else state(tensor) for tensor in given),
            tuple(place for place, tensor in enumerate(given) if id(tensor) in written) if written else (),
        )

    def named(self, name_of: Callable[[Value], str | None]) -> Called:
        """Return the call with all tensors under their names."""
        names = (one if isinstance(one, str) else name_of(one) or "" for one in self.given)
        return Called(self.function, self.arguments, tuple(names), self.overwritten)
