"""Every number of the game against what is shown, and its trail down to data, noise and first values."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest

from tests.engine.adversaries import PICTURES, RING, answer, train
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.frames import Explanation
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import Adversary, AskStages, Judge, Stages, Walk
from visualizer.engine.explain.expressions import bindings, evaluate
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import LIVE

EXPERIMENTS = {
    "ring": RING,
    "rounds": patch(RING, dataset="spiral", loss="least-squares", discriminator_steps=2, generator_steps=2),
    "pictures": PICTURES,
    "frozen": patch(RING, dataset="drawn", loss="minimax", optimizer="sgd", frozen=("discriminator",)),
}
STEPS = 3
Asked = tuple[str, tuple[int, ...]]


def of_the_pair(frame: Adversary, place: tuple[int, ...]) -> Iterator[tuple[Asked, float]]:
    """Yield what can be asked about the pair as it stands, and what is shown of it."""
    step, quality = frame.step, frame.quality
    for kind in ("real", "fake"):
        yield (f"judgement/{kind}", (step, 3)), getattr(frame, f"{kind}_judgements")[3]
        yield (f"sample/{kind}", (step, 3, *place)), getattr(frame, kind)[(3, *place)]
        yield (f"mean_judgement/{kind}", (step,)), getattr(frame, f"mean_{kind}_judgement")
    yield ("wish/fake", (step, 3, *place)), frame.arrows[(3, *place)]
    yield ("loss/discriminator", (step,)), frame.discriminator_loss
    yield ("loss/generator", (step,)), frame.generator_loss
    for name in ("variety", "good", "reached", "divergence"):
        if math.isfinite(getattr(quality, name)):
            yield (name, (step,)), getattr(quality, name)
    if quality.coverable:
        yield ("covered", (step,)), quality.covered
        fullest = int(quality.hits.argmax())
        yield ("hits", (step, fullest)), quality.hits[fullest]
    if frame.plane is not None:
        yield ("judgement/plane", (step, 100)), frame.plane.judgements.reshape(-1)[100]


def of_the_stages(told: Stages, place: tuple[int, ...]) -> Iterator[tuple[Asked, float]]:
    for stage in told.stages:
        player, turn = stage.player, (told.step, stage.round)
        sizes = [(part.gradient, part.change) for part in stage.parameters.values()]
        if stage.name == "generate":
            yield (f"noise/{player}/noise", (*turn, 1, 0)), stage.noise[1, 0]
            yield (f"sample/{player}/fake", (*turn, 1, *place)), stage.fake[(1, *place)]
        elif stage.name == "judge":
            yield (f"mean_judgement/{player}/fake", turn), stage.fake_judgements.mean()
            yield (f"judgement/{player}/fake", (*turn, 2)), stage.fake_judgements[2]
        elif stage.name == "loss":
            yield (f"loss/{player}", turn), stage.loss
        elif stage.name == "samples":
            yield (f"wish/{player}/fake", (*turn, 1, *place)), stage.arrows[(1, *place)]
        elif stage.name == "gradients" and math.isfinite(sizes[0][0]):
            yield (f"gradient_size/{player}", turn), math.hypot(*(gradient for gradient, _ in sizes))
        elif stage.name == "update" and math.isfinite(sizes[0][1]):
            yield (f"update_size/{player}", turn), math.hypot(*(change for _, change in sizes))


@pytest.fixture(scope="module", params=EXPERIMENTS)
def trained(request: pytest.FixtureRequest) -> tuple[TrainingSession, list[tuple[Asked, float]]]:
    """A pair that has learned a little, and all that is shown of it."""
    session = TrainingSession()
    session.configure(EXPERIMENTS[request.param])
    train(session, STEPS)
    session.record(0)
    frame = LIVE["adversary"](session)
    place = (0,) if frame.fake.ndim == 2 else (0, 9, 14)
    start, end = (tuple(map(float, frame.noise[number])) for number in (0, 5))
    walk, judged = answer(session, Walk(start, end, 9)), answer(session, Judge(frame.real[2]))
    shown = [*of_the_pair(frame, place), *of_the_stages(answer(session, AskStages()), place)]
    shown += [
        (("judgement/walk", (STEPS, 4)), walk.judgements[4]),
        (("noise/walk", (STEPS, 4, 1)), walk.noise[4, 1]),
        (("noise_length/walk", (STEPS, 4)), np.linalg.norm(walk.noise[4])),
        (("judgement/own", (STEPS, 0)), judged.judgement),
        (("output/own", (STEPS, 0)), judged.output),
        (("wish/own", (STEPS, 0, *place)), judged.wish[place]),
        (("slope/own", (STEPS, 0, *place)), judged.gradient[place]),
    ]
    return session, shown


def formula_of(told: Explanation) -> float:
    return evaluate(told.expression, bindings(told.operands, told.products))


def test_each_number_is_given_by_its_formula(trained: tuple[TrainingSession, list[tuple[Asked, float]]]) -> None:
    session, shown = trained
    for (name, index), value in shown:
        told = session.explain(name, index, "metric")
        assert told.result == pytest.approx(float(value), rel=2e-5, abs=2e-6), name
        assert formula_of(told) == pytest.approx(told.result, rel=1e-5, abs=1e-6), name
        assert (told.sentence and told.operands) or told.products is not None, name


def following(told: Explanation) -> list[tuple[str, tuple[int, ...], Kind, float]]:
    """Return what the numbers of a formula are in turn, and their values in it."""
    found = [(part.origin, part.index, part.kind, part.value) for part in told.operands if part.kind != "constant"]
    for side in () if told.products is None else (told.products.first, told.products.second):
        if side.kind != "constant":
            for place in np.argwhere(told.products.inside)[:200]:
                index = tuple(int(at) for at in side.indices[tuple(place)])
                found.append((side.origin, index, side.kind, float(side.values[tuple(place)])))
    return found


def test_each_trail_leads_to_an_end_by_numbers_that_stay_the_same(
    trained: tuple[TrainingSession, list[tuple[Asked, float]]],
) -> None:
    session, shown = trained
    chance = random.Random(1)
    for (name, index), _ in shown:
        told = session.explain(name, index, "metric")
        for _ in range(80):
            leads = following(told)
            if not leads:
                break
            origin, place, kind, value = chance.choice(leads)
            told = session.explain(origin, place, kind)
            assert told.result == pytest.approx(value, rel=1e-4, abs=1e-6), origin
            assert formula_of(told) == pytest.approx(told.result, rel=1e-4, abs=1e-6), origin
        assert not following(told), name
        assert told.kind in ("data", "initial", "buffer", "metric", "parameter", "gradient", "memory"), name


def test_explaining_changes_nothing(trained: tuple[TrainingSession, list[tuple[Asked, float]]]) -> None:
    session, shown = trained
    before = {name: tensor.clone() for name, tensor in session.network.state_dict().items()}
    for (name, index), _ in shown[::3]:
        session.explain(name, index, "metric")
    assert all(bool((before[name] == tensor).all()) for name, tensor in session.network.state_dict().items())
    assert session.steps_done == STEPS


@pytest.mark.parametrize(
    ("name", "index", "said"),
    [
        ("judgement/fake", (0, 999999), "There is no sample 999999 of the sort 'fake'"),
        ("judgement/own", (0, 0), "There is no sample 0 of the sort 'own'"),
        ("judgement/walk", (0, 0), "No walk through the noise was asked for yet."),
        ("judgement/nobody", (0, 0), "nobody"),
        ("covered", (), "the index has to begin with it"),
        ("covered", (7,), "Step 7 is out of reach"),
        ("loss/discriminator", (0, 3), "The discriminator makes no update 3 in this step."),
        ("hits", (0, 8), "numbered from 0 to 7"),
        ("class_probability", (0, 0, 0), "A classifier says of a generated picture"),
        ("fake three|x", (0,), "There is no pass 'fake three' of a pair"),
        ("fake 3 at step 0|nothing", (0,), "nothing"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(name: str, index: tuple[int, ...], said: str) -> None:
    session = TrainingSession()
    session.configure(RING)
    with pytest.raises(UserError, match=said):
        session.explain(name, index, "metric" if "|" not in name else "activation")


def test_pictures_have_no_histogram_and_unknown_ones_no_classes() -> None:
    session = TrainingSession()
    session.configure(PICTURES)
    with pytest.raises(UserError, match="measured of points in the plane"):
        session.explain("divergence", (0,), "metric")
    unknown: Experiment = patch(PICTURES, dataset="mnist-unlabelled", weights="initial")
    session.configure(unknown)
    for name in ("covered", "good"):
        with pytest.raises(UserError, match=r"classes|classifier"):
            session.explain(name, (0,), "metric")
