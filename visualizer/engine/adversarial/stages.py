"""The next step of adversarial training, stage by stage, made on a copy."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from visualizer.core.topics.adversarial import Array, ParameterChange, Player, Stage, Stages
from visualizer.engine.adversarial.stage_texts import text_of
from visualizer.engine.adversarial.training import AdversarialTraining, Moment
from visualizer.engine.freezing import fingerprint
from visualizer.engine.state import copy_of

SHOWN_POINTS = 512
SHOWN_PICTURES = 64
NOTHING = np.zeros(0, np.float32)


def stages(training: AdversarialTraining) -> Iterator[Stages | None]:
    """Make the next step on a copy, yielding None after each stage and all of them at the end."""
    step = training.steps_done
    with torch.random.fork_rng(devices=[]):
        twin = training.twin()
        walk = twin.stages()
        random = torch.get_rng_state()
    told: list[Stage] = []
    before: dict[str, Tensor] = {}
    while True:
        with torch.random.fork_rng(devices=[]):  # between two stages others may draw
            torch.set_rng_state(random)
            moment = next(walk, None)
            random = torch.get_rng_state()
        if moment is None:
            break
        if moment.stage == "noise":
            before = copy_of(twin.network)
        told.append(_stage(twin, moment, before))
        yield None
    yield Stages(step, told)


def _stage(twin: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> Stage:
    shown = SHOWN_POINTS if twin.data.training_inputs.dim() == 2 else SHOWN_PICTURES
    shown = min(shown, len(moment.noise))
    judged = twin.loss.judgement
    text = text_of(twin, moment, before)
    return Stage(
        player=moment.player,
        name=moment.stage,
        round=moment.round,
        rounds=twin.rounds(moment.player),
        title=text.title,
        sentence=text.sentence,
        formula=text.formula,
        formula_with_numbers=text.formula_with_numbers,
        batch=len(moment.noise),
        shown=shown,
        noise=_numbers(moment.noise[:shown]),
        real=_numbers(moment.real, shown),
        fake=_numbers(moment.fake, shown),
        real_judgements=_numbers(None if moment.real_outputs is None else judged(moment.real_outputs)[:, 0], shown),
        fake_judgements=_numbers(None if moment.fake_outputs is None else judged(moment.fake_outputs)[:, 0], shown),
        arrows=_numbers(moment.arrows, shown),
        loss=math.nan if moment.loss is None else moment.loss.item(),
        parameters=_parameters(twin, moment, before),
        fingerprints=_fingerprints(twin, moment.player),
    )


def _parameters(twin: AdversarialTraining, moment: Moment, before: dict[str, Tensor]) -> dict[str, ParameterChange]:
    own = {name: parameter for name, parameter in twin.network.named_parameters() if _belongs(name, moment.player)}
    known = moment.stage in ("gradients", "update")
    changed = moment.stage == "update"
    return {
        name: ParameterChange(
            norm=parameter.norm().item(),
            gradient=parameter.grad.norm().item() if known and parameter.grad is not None else math.nan,
            change=(parameter - before[name]).norm().item() if changed and parameter.grad is not None else math.nan,
        )
        for name, parameter in own.items()
    }


def _fingerprints(twin: AdversarialTraining, player: Player) -> dict[str, str]:
    layers = (layer for layer in twin.freezer.layers if _belongs(layer, player))
    return {layer: fingerprint(twin.network.get_submodule(layer)) for layer in layers}


def _belongs(path: str, player: Player) -> bool:
    return path == player or path.startswith(f"{player}.")


def _numbers(tensor: Tensor | None, shown: int | None = None) -> Array:
    return NOTHING if tensor is None else tensor.detach()[:shown].numpy().copy()
