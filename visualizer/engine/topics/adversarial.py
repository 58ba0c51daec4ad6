"""Generator against discriminator: stages, samples and opinions of the pair being trained."""

from __future__ import annotations

from collections.abc import Iterator

from visualizer.core.errors import UserError
from visualizer.core.topics.adversarial import (
    Adversary,
    AskEvolution,
    AskStages,
    Evolution,
    Imagine,
    Imagined,
    Judge,
    Judgement,
    Stages,
    Walk,
)
from visualizer.engine.adversarial import imagination, view
from visualizer.engine.adversarial.numbers import PairNumbers
from visualizer.engine.adversarial.stages import stages
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.session import TrainingSession


def show_stages(session: TrainingSession, command: AskStages) -> Iterator[Stages | None]:
    """Answer with the stages of the next step."""
    return stages(_pair(session))


def show_evolution(session: TrainingSession, command: AskEvolution) -> Evolution:
    """Answer with what became of the same noise."""
    return view.evolution(_pair(session))


def imagine(session: TrainingSession, command: Imagine) -> Imagined:
    """Answer with what the generator makes of noise."""
    return imagination.imagine(_pair(session), command.noise)


def walk(session: TrainingSession, command: Walk) -> Imagined:
    """Answer with samples on the way between two noise vectors."""
    answer = imagination.walk(_pair(session), command.start, command.end, command.places)
    _numbers(session).asked.walk = command
    _numbers(session).forget("walk")
    return answer


def judge(session: TrainingSession, command: Judge) -> Judgement:
    """Answer with the discriminator's opinion of a sample."""
    answer = imagination.judge(_pair(session), command.sample)
    _numbers(session).asked.sample = answer.sample
    _numbers(session).forget("own")
    return answer


def adversary(session: TrainingSession) -> Adversary:
    """Return the live frame of the pair."""
    return view.adversary(_pair(session))


def _numbers(session: TrainingSession) -> PairNumbers:
    assert session.pair_numbers is not None  # a pair has been asked
    return session.pair_numbers


def _pair(session: TrainingSession) -> AdversarialTraining:
    training = session.training
    if not isinstance(training, AdversarialTraining):
        raise UserError(
            f"{session.experiment.network} on {session.experiment.dataset} has no generator and discriminator: "
            "choose gan-2d or gan-images."
        )
    return training
