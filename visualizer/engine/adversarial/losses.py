"""What generator and discriminator want of each other: three pairs of losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus


@dataclass(frozen=True)
class AdversarialLoss:
    """Two losses over the discriminator's outputs (batch, 1), each the mean of a batch, and how to read an output.

    `discriminator(real, fake)` is what the discriminator lowers, `generator(fake)` what the generator lowers.
    `judgement` turns outputs into the discriminator's belief, from 0 to 1, that samples are real.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    judgement: Callable[[Tensor], Tensor]

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the generator's loss: its samples are to pass for what all targets say they are, real."""
        return self.generator(outputs)


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    return softplus(-real).mean() + softplus(fake).mean()


MINIMAX = AdversarialLoss(
    discriminator=_cross_entropy,
    generator=lambda fake: -softplus(fake).mean(),
    judgement=lambda outputs: outputs.sigmoid(),
)
"""Goodfellow et al. 2014, equation 1: D is the sigmoid of a logit z, log D = -softplus(-z), log(1-D) = -softplus(z)."""

NON_SATURATING = AdversarialLoss(
    discriminator=_cross_entropy,
    generator=lambda fake: softplus(-fake).mean(),
    judgement=lambda outputs: outputs.sigmoid(),
)
"""Goodfellow et al. 2014, section 3: the generator raises log D, whose gradient does not vanish where D is sure."""

LEAST_SQUARES = AdversarialLoss(
    discriminator=lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
    generator=lambda fake: ((fake - 1) ** 2).mean() / 2,
    judgement=lambda outputs: outputs.clamp(0, 1),
)
"""Mao et al. 2017, equation 9: outputs are drawn to 1 for real and to 0 for fake."""
