"""The meters of the game as formulas: what is counted, what is measured, and of which samples.

The operands of a meter are measures in turn (`NAME`, index (step, ...)), numbers of samples (`sample/KIND`), constants.
"""

from __future__ import annotations

from visualizer.core.errors import UserError
from visualizer.engine.adversarial.meters.coverage import (
    count_hits,
    covered,
    good,
    hits,
    mode_distance,
    near,
    nearest,
    reached,
)
from visualizer.engine.adversarial.meters.divergence import cell, count, divergence
from visualizer.engine.adversarial.meters.operands import Measure
from visualizer.engine.adversarial.meters.variety import pair_distance, spread, variety
from visualizer.engine.adversarial.standing import Standing

MEASURES: dict[str, Measure] = {
    "covered": covered, "hits": hits, "good": good, "reached": reached, "mode_distance": mode_distance,
    "divergence": divergence, "cell": cell, "variety": variety,
    **{f"near/{kind}": near(kind) for kind in ("real", "fake")},
    **{f"nearest/{kind}": nearest(kind) for kind in ("real", "fake")},
    **{f"count/{kind}": count(kind) for kind in ("real", "fake")},
    **{f"spread/{kind}": spread(kind) for kind in ("real", "fake")},
    **{f"pair_distance/{kind}": pair_distance(kind) for kind in ("real", "fake")},
}  # fmt: skip
_OF_POINTS = {"reached", "mode_distance", "divergence", "cell", "near", "nearest", "count"}


def check(standing: Standing, name: str) -> None:
    """Raise UserError for a meter that such samples do not have."""
    if not standing.points and name.partition("/")[0] in _OF_POINTS:
        raise UserError(f"'{name}' is measured of points in the plane, not of pictures.")
    if name in ("covered", "hits", "mode_distance") and not len(count_hits(standing)):
        raise UserError("These data have no modes or classes that could be counted.")
    if name == "good" and not standing.points and not len(count_hits(standing)):
        raise UserError("No classifier knows these pictures.")
