"""The claims of the course that can be put to the test, one file each; a new one is a file here and a line below."""

from __future__ import annotations

from visualizer.core.errors import unknown
from visualizer.engine.claims import (
    backpropagation_is_cheap,
    cnn_needs_fewer_parameters,
    gan_mode_collapse,
    lstm_keeps_gradients,
)
from visualizer.engine.claims.claim import Claim, Demonstration, Outcome
from visualizer.engine.claims.demonstrating import demonstrate

__all__ = ["CLAIMS", "Claim", "Demonstration", "Outcome", "demonstrate", "find"]

CLAIMS: tuple[Claim, ...] = (
    backpropagation_is_cheap.CLAIM,
    lstm_keeps_gradients.CLAIM,
    cnn_needs_fewer_parameters.CLAIM,
    gan_mode_collapse.CLAIM,
)


def find(name: str) -> Claim:
    """Return a claim by its id; raise UserError with the nearest match for an unknown one."""
    for claim in CLAIMS:
        if claim.id == name:
            return claim
    raise unknown("claim", name, [claim.id for claim in CLAIMS])
