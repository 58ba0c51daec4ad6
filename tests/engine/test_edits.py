from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import nn
from torch.nn import functional

from visualizer.core.errors import UserError
from visualizer.core.experiment import Edit, Experiment, patch
from visualizer.core.frames import Configured
from visualizer.engine import datasets, networks
from visualizer.engine.datasets import batch_indices
from visualizer.engine.session import TrainingSession

MLP = Experiment(network="mlp", dataset="moons", weights="initial", optimizer="sgd", learning_rate=0.1, batch_size=16)
PARAMETERS = {"hidden1.weight": (8, 2), "hidden1.bias": (8,), "output.weight": (2, 8), "output.bias": (2,)}


def session_on(experiment: Experiment) -> TrainingSession:
    session = TrainingSession()
    session.configure(experiment)
    return session


def go_to(session: TrainingSession, step: int) -> None:
    for _ in session.seek(step):
        pass


def bits(session: TrainingSession) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in session.network.state_dict().items()}


def by_hand(experiment: Experiment, steps: int) -> nn.Module:
    """Train with nothing but torch: SGD written out, edits set between two steps."""
    network = networks.build("mlp", experiment.seed)
    data = datasets.load("moons")
    parameters = dict(network.named_parameters())
    for step in range(steps + 1):
        for edit in experiment.edits:
            if edit.step == step:
                parameters[edit.parameter].data[edit.index] = edit.value
        if step == steps:
            return network
        chosen = batch_indices(len(data.training_targets), experiment.batch_size, experiment.seed, step)
        network.zero_grad()
        functional.cross_entropy(network(data.training_inputs[chosen]), data.training_targets[chosen]).backward()
        for parameter in parameters.values():
            parameter.data.add_(parameter.grad, alpha=-experiment.learning_rate)
    raise AssertionError


def test_an_edit_sets_one_number_and_its_undo_brings_back_the_old_bits() -> None:
    session = session_on(MLP)
    go_to(session, 7)
    before = bits(session)
    session.configure(replace(MLP, edits=(Edit("hidden1.weight", (3, 1), 0.25, 7),)))
    values = session.network.hidden1.weight
    assert values[3, 1].item() == 0.25
    assert sum(bits(session)[name] != before[name] for name in before) == 1
    assert session.record(0).parameters["hidden1.weight"].values[3, 1] == 0.25
    session.configure(replace(MLP, edits=(Edit("hidden1.weight", (3, 1), -4.0, 7),)))
    assert values[3, 1].item() == -4.0
    session.configure(MLP)
    assert bits(session) == before and session.steps_done == 7


def test_a_run_with_edits_is_what_plain_torch_makes_of_them() -> None:
    edits = (
        Edit("output.bias", (1,), 0.5, 0),
        Edit("hidden1.weight", (0, 0), -1.5, 6),
        Edit("hidden1.weight", (0, 0), 2.0, 6),
    )
    experiment = replace(MLP, edits=edits)
    session = session_on(experiment)
    for step in (0, 4, 6, 12, 3, 9):
        go_to(session, step)
        expected = by_hand(experiment, step).state_dict()
        for name, tensor in session.network.state_dict().items():
            torch.testing.assert_close(tensor, expected[name], rtol=1e-5, atol=1e-6)


def test_taking_back_an_edit_of_the_past_goes_back_to_it() -> None:
    plain, session = session_on(MLP), session_on(MLP)
    go_to(session, 5)
    session.configure(replace(MLP, edits=(Edit("output.weight", (0, 0), 3.0, 5),)))
    go_to(session, 20)
    session.configure(MLP)
    assert session.steps_done == 5
    metrics = session.metrics()
    assert metrics is not None and metrics.from_step == 0 and metrics.steps.max(initial=0) < 5
    for step in (5, 20):
        go_to(session, step)
        go_to(plain, step)
        assert bits(session) == bits(plain)


def test_a_learning_rate_changed_on_the_way_is_kept_when_an_edit_before_it_is_taken_back() -> None:
    edited = replace(MLP, edits=(Edit("output.bias", (0,), 1.0, 3),))
    session = session_on(MLP)
    go_to(session, 3)
    session.configure(edited)
    go_to(session, 8)
    session.configure(replace(edited, learning_rate=0.01))
    session.configure(replace(MLP, learning_rate=0.01))
    assert session.steps_done == 3 and session.experiment == replace(MLP, learning_rate=0.01)


def test_an_edit_survives_in_a_checkpoint_and_can_be_taken_back_there(tmp_path: Path) -> None:
    session = session_on(MLP)
    go_to(session, 6)
    before = bits(session)
    edited = replace(MLP, edits=(Edit("hidden1.bias", (2,), 0.75, 6),))
    session.configure(edited)
    session.checkpoint(tmp_path / "checkpoint")
    other = TrainingSession()
    other.restore(tmp_path / "checkpoint")
    assert bits(other) == bits(session) and other.experiment == edited
    other.configure(MLP)
    assert bits(other) == before and other.steps_done == 6


def test_an_edit_from_before_a_checkpoint_can_only_be_taken_back_from_the_start(tmp_path: Path) -> None:
    edited = replace(MLP, edits=(Edit("hidden1.bias", (2,), 0.75, 2),))
    session = session_on(edited)
    go_to(session, 6)
    session.checkpoint(tmp_path / "checkpoint")
    other = TrainingSession()
    other.restore(tmp_path / "checkpoint")
    (configured, *_) = other.configure(MLP)
    assert isinstance(configured, Configured) and configured.rebuilt and other.steps_done == 0


def test_a_frozen_layer_may_be_set_by_hand_and_counts_as_unchanged_by_training() -> None:
    frozen = replace(MLP, frozen=("hidden1",))
    session = session_on(frozen)
    go_to(session, 3)
    session.configure(replace(frozen, edits=(Edit("hidden1.weight", (0, 0), 9.0, 3),)))
    go_to(session, 6)
    assert session.network.hidden1.weight[0, 0].item() == 9.0
    assert [layer.verified for layer in session.freezing().layers] == [True, None, None]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit("hidden1.weigth", (0, 0), 1.0, 0), "did you mean 'hidden1.weight'"),
        (Edit("hidden1.weight", (8, 0), 1.0, 0), "its shape is 8×2"),
        (Edit("hidden1.weight", (0,), 1.0, 0), "its shape is 8×2"),
        (Edit("hidden1.weight", (0, -1), 1.0, 0), "from 0 on"),
        (Edit("hidden1.weight", (0, 0), float("nan"), 0), "finite"),
    ],
)
def test_an_edit_of_no_number_is_refused_and_nothing_changes(edit: Edit, said: str) -> None:
    session = session_on(MLP)
    before = bits(session)
    with pytest.raises(UserError, match=said):
        session.configure(replace(MLP, edits=(edit,)))
    assert bits(session) == before and session.experiment == MLP


def test_what_begins_another_run_drops_the_edits() -> None:
    edited = patch(MLP, edits=(Edit("hidden1.weight", (0, 0), 1.0, 4),))
    assert patch(edited, learning_rate=0.5).edits == edited.edits
    assert patch(edited, seed=3).edits == patch(edited, dataset="moons").edits == ()
    assert patch(edited, seed=3, edits=edited.edits).edits == edited.edits


@st.composite
def acts(draw: st.DrawFn) -> list[tuple[str, object]]:
    name = st.sampled_from(sorted(PARAMETERS))
    where = name.flatmap(
        lambda name: st.tuples(st.just(name), st.tuples(*(st.integers(0, n - 1) for n in PARAMETERS[name])))
    )
    value = st.floats(-3, 3, width=32)
    act = st.one_of(
        st.tuples(st.just("edit"), st.tuples(where, value)),
        st.tuples(st.just("undo"), st.none()),
        st.tuples(st.just("redo"), st.none()),
        st.tuples(st.just("train"), st.integers(1, 5)),
        st.tuples(st.just("seek"), st.integers(0, 12)),
    )
    return draw(st.lists(act, min_size=3, max_size=14))


@settings(max_examples=40)
@given(acts())
def test_after_any_acts_the_state_is_that_of_a_fresh_run_with_the_same_edits(acts: list[tuple[str, object]]) -> None:
    session, undone = session_on(MLP), []
    for act, what in acts:
        experiment, step = session.experiment, session.steps_done
        if act == "edit":
            (name, index), value = what
            session.configure(replace(experiment, edits=(*experiment.edits, Edit(name, index, value, step))))
            undone.clear()
        elif act == "undo" and experiment.edits:
            undone.append(experiment.edits)
            session.configure(replace(experiment, edits=experiment.edits[:-1]))
        elif act == "redo" and undone:
            session.configure(replace(experiment, edits=undone.pop()))
        elif act in ("train", "seek"):
            go_to(session, step + what if act == "train" else what)
    fresh = session_on(session.experiment)
    go_to(fresh, session.steps_done)
    assert bits(session) == bits(fresh)
