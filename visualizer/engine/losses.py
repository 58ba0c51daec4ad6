"""The data losses that ship; a new one is a line below and an entry in the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

from visualizer.core import catalogue

Loss = Callable[[Tensor, Tensor], Tensor]

LOSSES: tuple[tuple[str, Loss], ...] = (("cross-entropy", functional.cross_entropy),)


def loss(name: str) -> Loss:
    """Return the mean loss of (logits (batch, classes), targets (batch,)); raise UserError for an unknown id."""
    return dict(LOSSES)[catalogue.loss(name).id]
