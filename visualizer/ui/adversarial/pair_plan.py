"""Where the parts of the pair lie, and which of them are at work in a stage."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from visualizer.core.topics.adversarial import Player, StageName

NOISE, GENERATOR, FAKE, REAL, DISCRIMINATOR, OUTCOME = "noise", "generator", "fake", "real", "discriminator", "outcome"
WAYS = ((NOISE, GENERATOR), (GENERATOR, FAKE), (FAKE, DISCRIMINATOR), (REAL, DISCRIMINATOR), (DISCRIMINATOR, OUTCOME))


@dataclass(frozen=True)
class Work:
    """What is lit: parts, ways between them, and whether it runs back, as gradients do."""

    parts: frozenset[str]
    ways: frozenset[tuple[str, str]]
    back: bool = False


def work_of(player: Player, stage: StageName) -> Work:
    """Return what is at work in a stage of a player's turn."""
    real = player == DISCRIMINATOR
    judged, outcome = (FAKE, DISCRIMINATOR), (DISCRIMINATOR, OUTCOME)
    towards = {judged, (REAL, DISCRIMINATOR)} if real else {judged}
    works: dict[StageName, Work] = {
        "noise": _work({NOISE, REAL} if real else {NOISE}, set()),
        "generate": _work({GENERATOR, FAKE}, {(NOISE, GENERATOR), (GENERATOR, FAKE)}),
        "judge": _work({DISCRIMINATOR}, towards),
        "loss": _work({OUTCOME}, {outcome}),
        "samples": _work({FAKE}, {outcome, judged}, back=True),
        "gradients": _work({player}, {outcome} if real else {outcome, judged, (GENERATOR, FAKE)}, back=True),
        "update": _work({player}, set()),
    }
    return works[stage]


def _work(parts: set[str], ways: set[tuple[str, str]], *, back: bool = False) -> Work:
    return Work(frozenset(parts), frozenset(ways), back)


def layout(width: float, height: float) -> dict[str, QRectF]:
    """Return the rectangle of each part in an area of this size."""
    gap = max(width * 0.036, 18.0)
    room = width - 4 * gap
    sizes = {NOISE: 0.1, GENERATOR: 0.24, FAKE: 0.115, DISCRIMINATOR: 0.24, OUTCOME: 0.305}
    half = (height - 12) / 2
    parts: dict[str, QRectF] = {}
    left = 0.0
    for name, share in sizes.items():
        wide = room * share
        top, high = (0.0, half) if name in (NOISE, GENERATOR, FAKE) else (height * 0.1, height * 0.8)
        if name == OUTCOME:
            top, high = 0.0, height
        parts[name] = QRectF(left, top, wide, high)
        left += wide + gap
    parts[REAL] = QRectF(parts[FAKE].left(), half + 12, parts[FAKE].width(), half)
    return parts


def way(parts: dict[str, QRectF], start: str, end: str) -> tuple[QPointF, QPointF]:
    """Return both ends of the line between two parts."""
    first, second = parts[start], parts[end]
    level = first.center().y() if end == DISCRIMINATOR else min(first.center().y(), second.center().y())
    if start == DISCRIMINATOR:
        level = first.center().y()
    top, bottom = second.top() + 10, second.bottom() - 10
    return QPointF(first.right(), level), QPointF(second.left(), min(max(level, top), bottom))
