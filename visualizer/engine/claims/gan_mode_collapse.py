"""A generator that runs ahead of its discriminator puts all its samples in one place."""

from __future__ import annotations

from visualizer.engine.adversarial import collapse
from visualizer.engine.claims.claim import Claim, Outcome


def run(seed: int) -> Outcome:
    """Train the same pair in turn and with a hurried generator."""
    found = collapse.run(seed)
    return Outcome(
        effect=found.effect,
        held=found.held,
        figures={
            "modes covered in turn": found.in_turn.covered,
            "modes covered in haste": found.hurried.covered,
            "variety in turn": found.in_turn.variety,
            "variety in haste": found.hurried.variety,
        },
    )


CLAIM = Claim(
    id="gan-mode-collapse",
    statement=(
        "On a ring of eight modes, a generator that makes five steps for each one of its discriminator's collapses: "
        "its samples crowd together and miss most modes. With one step each in turn, the same pair covers the ring."
    ),
    source="Goodfellow et al. 2014 (the Helvetica scenario); Metz et al. 2017 (a ring of modes)",
    measure=f"modes of eight covered in turn minus modes covered in haste, after {collapse.STEPS} steps of D",
    criterion="at least four modes lost by haste, and samples less than half as far from each other as those in turn",
    run=run,
)
