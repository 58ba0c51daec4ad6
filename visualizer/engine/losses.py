"""The data losses that ship; a new one is a line below and an entry in the catalogue."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

from visualizer.core import catalogue
from visualizer.engine.adversarial.losses import LEAST_SQUARES, MINIMAX, NON_SATURATING

Loss = Callable[[Tensor, Tensor], Tensor]

IGNORED = -100
"""The class of a step of a sequence that does not count."""


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the mean over samples, or over the steps of all sequences that have a class.

    Shapes: (batch, classes) and (batch,), or (batch, steps, classes) and (batch, steps).
    """
    if logits.dim() > 2:
        return functional.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=IGNORED)
    return functional.cross_entropy(logits, targets)


LOSSES: tuple[tuple[str, Loss], ...] = (
    ("cross-entropy", cross_entropy),
    ("mean-squared-error", functional.mse_loss),
    ("non-saturating", NON_SATURATING),
    ("minimax", MINIMAX),
    ("least-squares", LEAST_SQUARES),
)


def loss(name: str) -> Loss:
    """Return the mean loss of outputs and targets of a batch; raise UserError for an unknown id."""
    return dict(LOSSES)[catalogue.loss(name).id]
