"""Recurrent networks in a session: unrolled frames, truncation, writing, forecasting, comparing."""

from __future__ import annotations

import hashlib

import msgspec
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.core import catalogue, resources, wire
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.topics.sequences import CompareMemory, Forecast, Generate, MemoryCompared, Unroll, Unrolled
from visualizer.engine import datasets
from visualizer.engine.datasets import names
from visualizer.engine.networks import recurrent
from visualizer.engine.recurrence import memory
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import ANSWERS, LIVE

KINDS = ("rnn", "lstm", "gru")
DATA = ("names", "sunspots", "recall")


def session_of(network: str = "lstm", dataset: str = "names", steps: int = 0, **settings: object) -> TrainingSession:
    session = TrainingSession()
    experiment = Experiment(
        network=network,
        dataset=dataset,
        weights="initial",
        loss=catalogue.loss_for(network, dataset),
        learning_rate=0.01,
        batch_size=32,
    )
    session.configure(msgspec.structs.replace(experiment, **settings))
    for _ in range(steps):
        session.step()
    return session


def asked(session: TrainingSession, command: object) -> object:
    return ANSWERS[type(command)](session, command)


@pytest.mark.parametrize("dataset", DATA)
@pytest.mark.parametrize("network", KINDS)
def test_the_live_frame_tells_every_step_of_the_recorded_sample(network: str, dataset: str) -> None:
    session = session_of(network, dataset, steps=2)
    recording = session.record(3)
    frame = LIVE["sequence"](session)
    assert isinstance(frame, Unrolled)
    assert wire.frame_decoder().feed(wire.encode(frame))
    assert (frame.kind, frame.step, frame.sample, frame.loss) == (network, 2, 3, recording.loss)
    assert frame.difference < 1e-6 and frame.cuts == [] and frame.note == ""
    steps = catalogue.dataset(dataset).input_shape[0]
    assert len(frame.names) == len(frame.inputs) == steps
    hidden = next(vector for vector in frame.vectors if vector.name == "h")
    np.testing.assert_allclose(hidden.values, recording.activations[frame.node].values, rtol=0, atol=1e-6)
    for vector in frame.vectors:
        assert vector.values.shape == vector.gradients.shape == (steps, recurrent.UNITS)
        np.testing.assert_allclose(vector.norms, np.linalg.norm(vector.gradients, axis=1), rtol=1e-4)
    counted = frame.outcome.losses[frame.outcome.targets >= 0] if len(frame.outcome.targets) else frame.outcome.losses
    assert counted.mean() == pytest.approx(recording.loss, rel=1e-5)


def test_a_name_is_told_character_by_character() -> None:
    session = session_of()
    session.record(0)
    frame = LIVE["sequence"](session)
    label = datasets.load("names").labels[0]
    assert frame.names == [".", *label, *[""] * (11 - len(label))]
    classes = frame.outcome.classes
    assert [classes[target] for target in frame.outcome.targets if target >= 0] == [*label, "."]
    assert not frame.outcome.losses[frame.outcome.targets < 0].any()
    np.testing.assert_allclose(frame.outcome.outputs.sum(axis=1), 1, rtol=1e-5)


def test_the_live_frame_follows_what_was_asked_for() -> None:
    session = session_of("gru")
    session.record(0)
    node = LIVE["sequence"](session).node
    assert asked(session, Unroll(node)).node == node == "gru/gru"
    with pytest.raises(UserError, match="has no layer 1: it has only layer 0"):
        asked(session, Unroll(node, layer=1))
    assert LIVE["sequence"](session).layer == 0


def test_the_live_frame_is_out_of_date_when_another_sample_was_recorded() -> None:
    session = session_of("rnn")
    session.record(0)
    before = session.moment
    session.record(0)
    assert session.moment == before
    session.record(1)
    assert session.moment != before


def test_a_network_without_recurrent_layers_is_refused_in_a_sentence() -> None:
    session = TrainingSession()
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial"))
    with pytest.raises(UserError, match="no recurrent layer"):
        LIVE["sequence"](session)


def test_only_the_leading_units_of_a_large_layer_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    from visualizer.engine.recurrence import frame as frames

    monkeypatch.setattr(frames, "NUMBERS", 2 * 12 * 7 * 10)
    session = session_of("lstm")
    whole = asked(session, Unroll())
    assert whole.note == "10 of 24 units" and whole.vectors[0].values.shape == (12, 10)
    assert whole.vectors[-1].norms[0] > np.linalg.norm(whole.vectors[-1].gradients[0])


# Truncated backpropagation through time.


@pytest.mark.parametrize("network", KINDS)
def test_truncation_cuts_the_gradient_of_training_and_nothing_else(network: str) -> None:
    sequence = torch.randn(2, 7, 3)
    torch.manual_seed(0)
    whole = recurrent.Recurrent(network, 3, 2, steps=7, every_step=False, units=5)
    cut = recurrent.Recurrent(network, 3, 2, steps=7, every_step=False, units=5)
    cut.load_state_dict(whole.state_dict())
    cut.truncation = 2
    torch.testing.assert_close(cut(sequence), whole(sequence), rtol=0, atol=1e-6)
    leaf = sequence.clone().requires_grad_()
    cut(leaf).sum().backward()
    reached = leaf.grad.abs().sum(dim=(0, 2)) > 0
    assert reached.tolist() == [False] * 6 + [True]  # windows of 2, 2, 2 and 1
    assert torch.equal(cut.eval()(sequence), whole.eval()(sequence))


def test_the_frame_tells_where_the_gradient_is_cut() -> None:
    frame = asked(session_of("rnn", "sunspots", truncation=5), Unroll())
    assert frame.cuts == [5, 10, 15, 20]
    hidden = next(vector for vector in frame.vectors if vector.name == "h")
    assert (hidden.norms[:20] == 0).all() and (hidden.norms[20:] > 0).all()


def test_a_truncated_run_is_repeated_bit_for_bit() -> None:
    session = session_of("lstm", "recall", steps=6, truncation=7)
    before = {name: tensor.clone() for name, tensor in session.network.state_dict().items()}
    for _ in session.seek(2):
        pass
    for _ in session.seek(6):
        pass
    assert all(torch.equal(tensor, before[name]) for name, tensor in session.network.state_dict().items())
    whole = session_of("lstm", "recall", steps=6)
    assert not torch.equal(whole.network.head.weight, before["head.weight"])


def test_other_networks_are_not_affected_by_truncation() -> None:
    with pytest.raises(UserError, match="truncation -1 cannot be used"):
        session_of("mlp", "moons", truncation=-1)
    runs = [session_of("mlp", "moons", steps=2, truncation=steps).network.output.weight for steps in (0, 3)]
    assert torch.equal(*runs)


@pytest.mark.parametrize("shape", [(1, 0, 3), (1, 5, 4), (5, 3)])
def test_a_sequence_that_does_not_fit_is_refused_by_the_layer(shape: tuple[int, ...]) -> None:
    network = recurrent.Recurrent("lstm", 3, 2, steps=5, every_step=False)
    with pytest.raises(
        UserError, match=r"The layer 'lstm' cannot read a sequence of .* at least one step of 3 numbers"
    ):
        network(torch.zeros(shape))
    assert network(torch.zeros(1, 1, 3)).shape == (1, 2)


def test_a_recurrent_network_refuses_pictures() -> None:
    session = TrainingSession()
    with pytest.raises(UserError, match="lstm reads sequences"):
        session.configure(Experiment(network="lstm", dataset="mnist", weights="initial"))


# Writing.


def test_the_probabilities_of_a_written_text_are_the_networks() -> None:
    session = session_of("gru", steps=3)
    frame = asked(session, Generate("ma", temperature=0.7, length=8, seed=1))
    assert wire.frame_decoder().feed(wire.encode(frame))
    assert frame.text == "ma" + "".join(frame.written).removesuffix(".")
    inputs, _ = names.encode([frame.text])
    logits = session.network.eval()(inputs)[0, 2 : 2 + len(frame.written)].detach()
    np.testing.assert_allclose(frame.probabilities, (logits / 0.7).softmax(-1).numpy(), rtol=1e-4, atol=1e-6)
    chosen = [frame.classes.index(character) for character in frame.written]
    np.testing.assert_array_equal(frame.chosen, frame.probabilities[range(len(chosen)), chosen])
    assert frame.ended == (frame.written[-1] == ".") and "." not in frame.text


def test_writing_follows_its_seed_and_leaves_training_alone() -> None:
    session = session_of()
    random = torch.get_rng_state()
    texts = [asked(session, Generate(seed=seed, length=10)).text for seed in (1, 2, 3, 4, 1, 2, 3, 4)]
    assert texts[:4] == texts[4:] and len(set(texts)) > 2
    assert torch.equal(torch.get_rng_state(), random) and session.network.training


def test_without_temperature_the_likeliest_character_is_written() -> None:
    session = session_of(steps=2)
    frames = [asked(session, Generate("a", temperature=0, seed=seed)) for seed in (0, 1)]
    assert frames[0].written == frames[1].written and (frames[0].chosen == 1).all()
    inputs, _ = names.encode(["a"])
    first = session.network.eval()(inputs)[0, 1].argmax()
    assert frames[0].classes[first] == frames[0].written[0]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (Generate("Zoë 7"), "does not know 'Z', 'ë', ' ', '7' in 'Zoë 7': names is written with a to z"),
        (Generate("a."), r"does not know '\.'"),
        (Generate(temperature=-1), "temperature -1 cannot be used"),
        (Generate(temperature=float("nan")), "temperature nan cannot be used"),
        (Generate(length=0), "text of 0 characters"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(command: Generate, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        asked(session_of(), command)


def test_only_a_network_that_learns_text_writes() -> None:
    with pytest.raises(UserError, match="learns sunspots cannot write"):
        asked(session_of("lstm", "sunspots"), Generate())


# Forecasting.


def test_the_first_free_forecast_is_the_one_step_forecast_and_then_they_part() -> None:
    session = session_of("lstm", "sunspots", steps=20)
    frame = asked(session, Forecast(start=2, length=30))
    assert wire.frame_decoder().feed(wire.encode(frame))
    data = datasets.load("sunspots")
    assert (frame.names[0], frame.names_before[-1], len(frame.names)) == ("1932", "1931", 30)
    np.testing.assert_allclose(frame.observed, data.validation_targets[2:32, 0] * 100, rtol=1e-6)
    truth = session.network.eval()(data.validation_inputs[2:32])[:, 0].detach() * 100
    np.testing.assert_allclose(frame.one_step, truth, rtol=1e-4, atol=1e-4)
    assert frame.free_running[0] == pytest.approx(frame.one_step[0], rel=1e-5)
    moved = torch.cat([data.validation_inputs[2, 1:], torch.tensor([[frame.free_running[0] / 100]])])
    second = session.network(moved.unsqueeze(0)).item() * 100
    assert frame.free_running[1] == pytest.approx(second, rel=1e-4)
    assert frame.errors[0] == pytest.approx(float(np.sqrt(np.mean((frame.one_step - frame.observed) ** 2))), rel=1e-4)


def test_a_forecast_ends_where_the_observations_end() -> None:
    session = session_of("rnn", "sunspots")
    assert asked(session, Forecast(start=70, length=50)).names[-1] == "2008"
    for command in (Forecast(start=79), Forecast(start=-1), Forecast(length=0)):
        with pytest.raises(UserError, match="begins at a held-out sample, 0 to 78"):
            asked(session, command)
    with pytest.raises(UserError, match="names is no series"):
        asked(session_of("rnn"), Forecast())


# Memory.


def test_networks_are_compared_on_the_same_batches_with_progress() -> None:
    session = session_of("lstm", "recall", learning_rate=0.005, seed=4)
    before = session.network.head.weight.clone()
    answers = list(asked(session, CompareMemory(("rnn", "lstm", "gru"), steps=4, units=6)))
    frames = [frame for frame in answers if frame is not None]
    assert all(isinstance(frame, MemoryCompared) and len(frame.names) == 50 for frame in frames)
    assert [frame.progress for frame in frames] == [0, 0.25, 0.5, 0.75, 1] and frames[-1].finished
    assert wire.frame_decoder().feed(wire.encode(frames[-1]))
    assert torch.equal(session.network.head.weight, before)
    for curve in frames[-1].curves:
        alone = memory.learner(curve.network, session.experiment, datasets.load("recall"), 6)
        np.testing.assert_array_equal(curve.losses, np.array([alone.step().loss for _ in range(4)], np.float32))
        assert curve.norms.shape == (50,) and curve.norms[-1] > 0
        assert not np.array_equal(curve.norms, curve.initial_norms)


@pytest.mark.parametrize("command", [CompareMemory(()), CompareMemory(steps=0), CompareMemory(units=0)])
def test_what_cannot_be_compared_is_refused(command: CompareMemory) -> None:
    with pytest.raises(UserError):
        list(asked(session_of(), command))


def test_gradient_norms_of_hidden_states_are_autograds() -> None:
    training = memory.learner("rnn", Experiment(dataset="recall", seed=1), datasets.load("recall"), units=4)
    inputs, targets = training.data.validation_inputs[:3], training.data.validation_targets[:3]
    cell = nn.RNNCell(9, 4)
    cell.load_state_dict({name: getattr(training.network.rnn, f"{name}_l0") for name in cell.state_dict()})
    states, state = [], torch.zeros(3, 4)
    for step in range(inputs.shape[1]):
        state = cell(inputs[:, step], state)
        states.append(state)
    loss = functional.cross_entropy(training.network.head(state), targets)
    truth = torch.stack(torch.autograd.grad(loss, states)).norm(dim=(1, 2))
    norms = memory.state_gradient_norms(training, slice(3)).float()
    torch.testing.assert_close(norms, truth, rtol=1e-4, atol=1e-12)


def test_a_new_lstm_carries_more_gradient_to_the_first_step_than_a_plain_network() -> None:
    measured = memory.run(seed=0, steps=0)
    assert measured.carried["lstm"] > 1000 * measured.carried["rnn"]
    assert set(measured.accuracy) == {"rnn", "lstm"} and abs(measured.effect) < 0.3
    assert not measured.held


# Data.


@pytest.mark.parametrize(("name", "file"), [("names", "names.txt"), ("sunspots", "sunspots.csv")])
def test_the_card_of_shipped_text_tells_its_hash(name: str, file: str) -> None:
    folder = resources.folder() / "data"
    card = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert hashlib.sha256((folder / file).read_bytes()).hexdigest() in card
    assert "public domain" in card


def test_each_character_of_a_name_is_to_be_followed_by_the_next() -> None:
    inputs, targets = names.encode(["eve"])
    read = ["".join(catalogue.CHARACTERS[place] for place in row.nonzero().flatten()) for row in inputs[0]]
    assert read == [".", "e", "v", "e", *[""] * 8]
    assert [catalogue.CHARACTERS[target] if target >= 0 else "" for target in targets[0]] == [*"eve.", *[""] * 8]
    data = datasets.load("names")
    known = {row.numpy().tobytes() for row in data.training_inputs}
    assert not any(row.numpy().tobytes() in known for row in data.validation_inputs)


def test_a_window_of_sunspots_is_followed_by_the_year_after_it() -> None:
    data = datasets.load("sunspots")
    assert data.step_names[0][0] == "1906" and data.step_names[0][-1] == "1929" and data.labels[0] == "1930: 35.7"
    assert data.validation_targets[0].item() == pytest.approx(0.357)
    assert data.training_inputs[0, :3, 0].tolist() == pytest.approx([0.05, 0.11, 0.16])
    torch.testing.assert_close(data.validation_inputs[1, -1], data.validation_targets[0])
    torch.testing.assert_close(data.validation_inputs[0, -1], data.training_targets[-1])


def test_the_class_of_a_recall_sequence_is_its_first_symbol() -> None:
    data = datasets.load("recall")
    inputs, targets = data.training_inputs, data.training_targets
    assert torch.equal(inputs[:, 0, :8].argmax(1), targets)
    assert torch.equal(inputs[:, :, 8], torch.eye(1, 50).expand(2000, 50))
    later = functional.one_hot(inputs[:, 1:, :8].argmax(2), 8).float().mean(dim=(0, 1))
    torch.testing.assert_close(later, torch.full((8,), 1 / 8), rtol=0, atol=0.005)
    assert data.step_names[0][0] == data.classes[data.validation_targets[0]]
