"""What generator and discriminator want of each other: three pairs of losses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus


@dataclass(frozen=True)
class AdversarialLoss:
    """Losses over the discriminator's outputs (batch, 1), each the mean of a batch, and how to read an output.

    The discriminator lowers the sum of what it loses on `real` and on `fake` samples, the generator lowers `generator`
    of its samples. `judgement` turns outputs into the discriminator's belief, from 0 to 1, that samples are real.
    """

    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    judgement: Callable[[Tensor], Tensor]

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator lowers."""
        return self.real(real) + self.fake(fake)

    def of_both(self, outputs: tuple[Tensor, Tensor]) -> Tensor:
        """Return what the discriminator lowers, of its outputs for real samples and for fakes."""
        return self.discriminator(*outputs)

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the generator's loss: its samples are to pass for what all targets say they are, real."""
        return self.generator(outputs)


MINIMAX = AdversarialLoss(
    real=lambda outputs: softplus(-outputs).mean(),
    fake=lambda outputs: softplus(outputs).mean(),
    generator=lambda outputs: -softplus(outputs).mean(),
    judgement=lambda outputs: outputs.sigmoid(),
)
"""Goodfellow et al. 2014, equation 1: D is the sigmoid of a logit z, log D = -softplus(-z), log(1-D) = -softplus(z)."""

NON_SATURATING = AdversarialLoss(
    real=lambda outputs: softplus(-outputs).mean(),
    fake=lambda outputs: softplus(outputs).mean(),
    generator=lambda outputs: softplus(-outputs).mean(),
    judgement=lambda outputs: outputs.sigmoid(),
)
"""Goodfellow et al. 2014, section 3: the generator raises log D, whose gradient does not vanish where D is sure."""

LEAST_SQUARES = AdversarialLoss(
    real=lambda outputs: ((outputs - 1) ** 2).mean() / 2,
    fake=lambda outputs: (outputs**2).mean() / 2,
    generator=lambda outputs: ((outputs - 1) ** 2).mean() / 2,
    judgement=lambda outputs: outputs.clamp(0, 1),
)
"""Mao et al. 2017, equation 9: outputs are drawn to 1 for real and to 0 for fake."""
