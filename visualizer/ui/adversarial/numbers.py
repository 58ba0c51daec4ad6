"""Where the numbers of the game come from: what each of them is asked as (engine.adversarial.numbers).

A stage belongs to the step that comes after the `step` updates that were made.
"""

from __future__ import annotations

from visualizer.core.messages import Explain
from visualizer.core.numbers import exact
from visualizer.core.topics.adversarial import Adversary, Player, Sort, Stage
from visualizer.ui.adversarial.meters import Meter
from visualizer.ui.adversarial.outcome import Row
from visualizer.ui.explanations.questions import Number

Place = tuple[int, ...]


def asked(name: str, index: Place, hover: str = "") -> Number:
    """Return a number of the game, by its name there; the index begins with the step."""
    return Number(Explain(name, index, "metric"), hover)


def of_meter(meter: Meter, step: int) -> Number:
    """Return what a meter shows."""
    return asked(meter.quantity, (step,), f"{meter.name}: {exact(meter.value)}\n{meter.about}")


def of_outcome(row: Row, shown: Adversary | Stage, step: int) -> Number:
    """Return a mean judgement or a loss, of the pair as it stands or of a stage."""
    hover = f"{row.name}: {exact(row.value)}, shown rounded"
    if isinstance(shown, Adversary):
        return asked(row.quantity, (step,), hover)
    whose = shown.player
    name = f"loss/{whose}" if row.quantity.startswith("loss/") else row.quantity.replace("/", f"/{whose}/")
    return asked(name, (step, shown.round), hover)


def of_sample(quantity: str, sort: Sort, number: int, step: int, place: Place = (), hover: str = "") -> Number:
    """Return a judgement, an output, a number of a sample or of its gradient: `judgement`, `sample`, `wish`, ..."""
    return asked(f"{quantity}/{sort}", (step, number, *place), hover)


def of_batch(
    quantity: str, kind: str, stage: Stage, number: int, step: int, place: Place = (), hover: str = ""
) -> Number:
    """Return the same of a sample in the mini-batch of a stage; `kind` is "real", "fake" or "noise"."""
    return asked(f"{quantity}/{stage.player}/{kind}", (step, stage.round, number, *place))


def of_size(kind: str, value: float, stage: Stage, step: int) -> Number:
    """Return the norm of the player's gradient or update, `kind` being "gradient" or "change"."""
    name = {"gradient": "gradient_size", "change": "update_size"}[kind]
    return asked(f"{name}/{stage.player}", (step, stage.round), exact(value))


def of_stage(stage: Stage, step: int) -> Number | None:
    """Return the number that the formula of a stage ends in; None where it has none."""
    turn, first = (step, stage.round), (0,) * max(stage.fake.ndim - 1, stage.real.ndim - 1, 1)
    names: dict[str, tuple[str, Place]] = {
        "noise": (f"noise/{stage.player}/noise", (*turn, 0, 0)),
        "generate": (f"sample/{stage.player}/fake", (*turn, 0, *first)),
        "judge": (f"mean_judgement/{stage.player}/fake", turn),
        "loss": (f"loss/{stage.player}", turn),
        "samples": (f"wish/{stage.player}/fake", (*turn, 0, *first)),
        "gradients": (f"gradient_size/{stage.player}", turn),
        "update": (f"update_size/{stage.player}", turn),
    }
    known = {"samples": bool(stage.arrows.size), "gradients": _moves(stage), "update": _moves(stage)}
    return asked(*names[stage.name]) if known.get(stage.name, True) else None


def _moves(stage: Stage) -> bool:
    return any(part.gradient == part.gradient for part in stage.parameters.values())  # NaN where it is frozen


def of_loss(player: Player, step: int) -> Number:
    """Return what a player lost when a step was measured."""
    return asked("loss" if player == "generator" else "discriminator_loss", (step,))
