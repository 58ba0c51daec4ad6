"""The inputs of a pass: private copies, named as the reader knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from visualizer.engine.tracing.nested import named_tensors, tensors_in, with_tensors


class Inputs:
    """Copies of what a network is given, so that a pass can neither write into the originals nor mark them.

    `leaves` are the copies whose gradient can be asked for, one per floating-point tensor; the network gets
    clones of them, as an operation may write into its input, but never into a leaf.
    """

    def __init__(self, inputs: Sequence[Any], keywords: Mapping[str, Any] | None, gradient: bool) -> None:
        given = (tuple(inputs), dict(keywords or {}))
        self.leaves: list[Tensor] = []
        copies: dict[int, Tensor] = {}  # one tensor given twice stays one

        def copied(tensor: Tensor) -> Tensor:
            if id(tensor) not in copies:
                copy = tensor.detach().clone()
                if gradient and (copy.is_floating_point() or copy.is_complex()):
                    self.leaves.append(copy.requires_grad_())
                    copy = self.leaves[-1].clone()
                copies[id(tensor)] = copy
            return copies[id(tensor)]

        self.arguments, self.keywords = with_tensors(given, copied)
        self.names = _names(self.arguments, self.keywords)

    @property
    def tensors(self) -> list[Tensor]:
        """The tensors the network is called with, each once."""
        return list({id(tensor): tensor for tensor in tensors_in((self.arguments, self.keywords))}.values())


def _names(arguments: Any, keywords: Any) -> list[str]:
    """Return a name for each tensor: its key or keyword, else `input`, counted where there are several."""
    names: dict[int, str] = {}
    for name, tensor in named_tensors((arguments, keywords)):
        names.setdefault(id(tensor), name)
    unnamed = sum(not name for name in names.values())
    count = iter(range(1, unnamed + 1))
    return [name or ("input" if unnamed == 1 else f"input.{next(count)}") for name in names.values()]
