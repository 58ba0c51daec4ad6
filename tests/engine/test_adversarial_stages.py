"""The stages of a step, made on a copy, against the step itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.engine.adversaries import PICTURES, RING, answer, train
from visualizer.core import wire
from visualizer.core.experiment import Experiment, patch
from visualizer.core.topics.adversarial import AskStages, Stages
from visualizer.engine.session import TrainingSession
from visualizer.engine.state import copy_of
from visualizer.engine.topics import ANSWERS


@pytest.mark.parametrize("experiment", [patch(RING, discriminator_steps=2), PICTURES], ids=["plane", "pictures"])
def test_the_stages_tell_the_step_that_comes_and_change_nothing(
    session: TrainingSession, experiment: Experiment
) -> None:
    session.configure(experiment)
    train(session, 2)
    before = copy_of(session.network)
    told = answer(session, AskStages())
    assert isinstance(told, Stages) and told.step == 2
    assert all(torch.equal(tensor, before[name]) for name, tensor in copy_of(session.network).items())
    names = ["noise", "generate", "judge", "loss", "gradients", "update"]
    turns = experiment.discriminator_steps
    players = ["discriminator"] * 6 * turns + ["generator"] * 7
    assert [stage.player for stage in told.stages] == players
    assert [stage.name for stage in told.stages] == names * turns + [*names[:4], "samples", *names[4:]]

    result = session.step()
    last = {stage.player: stage for stage in told.stages}
    prints = {layer.path: layer.fingerprint for layer in session.freezing().layers}
    assert prints == {**last["generator"].fingerprints, **last["discriminator"].fingerprints}
    assert (last["generator"].loss, last["discriminator"].loss) == (result.loss, result.discriminator_loss)
    for name, parameter in session.network.named_parameters():
        change = last[name.partition(".")[0]].parameters[name].change
        if turns == 1:
            assert change == pytest.approx((parameter - before[name]).norm().item(), rel=1e-6)
    for stage in told.stages:
        assert bool(stage.arrows.size) == (
            stage.name in ("samples", "gradients", "update") and stage.player != players[0]
        )
        assert stage.title and stage.sentence and stage.formula and stage.formula_with_numbers
    assert len(wire.frame_decoder().feed(wire.encode(told))) == 1


def test_asking_for_stages_while_training_goes_on_tells_the_same(session: TrainingSession) -> None:
    session.configure(RING)
    alone = answer(session, AskStages())
    slices = ANSWERS[AskStages](session, AskStages())
    assert isinstance(slices, Iterator) and isinstance(alone, Stages)
    told = next(slices)
    while told is None:
        session.step()
        told = next(slices)
    assert isinstance(told, Stages)
    assert [stage.loss for stage in told.stages[3:6]] == [stage.loss for stage in alone.stages[3:6]]
    assert [stage.fingerprints for stage in told.stages] == [stage.fingerprints for stage in alone.stages]
