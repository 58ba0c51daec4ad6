"""Against what training measured and did: the rows of its steps, its parameters, and torch.optim's memory."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine.session import TrainingSession

RUNS = {
    "mlp": Experiment(network="mlp", dataset="moons", weights="initial", optimizer="adam", learning_rate=0.01),
    "regression": Experiment(network="mlp", dataset="wave", loss="mean-squared-error", weights="initial"),
    "lstm": Experiment(network="lstm", dataset="recall", weights="initial", batch_size=8),
    "gan": Experiment(network="gan-2d", dataset="ring", loss="non-saturating", optimizer="adam-0.5", weights="initial"),
    "least squares": Experiment(network="gan-2d", dataset="ring", loss="least-squares", weights="initial"),
    "minimax": Experiment(network="gan-2d", dataset="ring", loss="minimax", weights="initial"),
}
STEPS = 3


def started(name: str) -> TrainingSession:
    session = TrainingSession()
    session.configure(RUNS[name])
    return session


def check(session: TrainingSession, name: str, step: int, expected: float) -> None:
    explanation = session.explain(name, (step,), "metric")
    assert explanation.result == pytest.approx(expected, rel=1e-6)
    assert evaluated(explanation)[0] == pytest.approx(expected, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", RUNS)
def test_what_a_step_measured_is_the_mean_over_its_batch(name):
    session = started(name)
    rows = [session.step() for _ in range(STEPS)]
    before = {key: tensor.clone() for key, tensor in session.network.state_dict().items()}
    for row in rows:
        check(session, "loss", row.step, row.loss)
        for metric in ("accuracy", "validation_loss", "validation_accuracy", "discriminator_loss"):
            if np.isnan(getattr(row, metric)):
                with pytest.raises(UserError):
                    session.explain(metric, (row.step,), "metric")
            else:
                check(session, metric, row.step, getattr(row, metric))
        for layer, norm in zip(session.layers, row.gradient_norms, strict=True):
            check(session, f"gradient_norm/{layer}", row.step, norm)
    assert all(bool((before[key] == tensor).all()) for key, tensor in session.network.state_dict().items())


@pytest.mark.parametrize("name", ["mlp", "gan"])
def test_a_parameter_is_followed_step_by_step_to_its_first_value(name):
    session = started(name)
    for _ in range(STEPS):
        session.step()
    recording = session.record(0)
    parameter = next(iter(recording.parameters))
    place = (1, 0)
    start, moved = session.explain(parameter, place, "parameter").operands
    assert moved.kind == "metric"
    total = 0.0
    for step in reversed(range(STEPS)):
        explanation = session.explain(moved.origin, moved.index, moved.kind)
        moved, update = explanation.operands if step else (None, *explanation.operands[-1:])
        assert evaluated(session.explain(update.origin, update.index, "metric"))[0] == pytest.approx(
            update.value, rel=1e-5
        )
        total += update.value
    assert start.value + total == pytest.approx(float(recording.parameters[parameter].values[place]), rel=1e-6)


@pytest.mark.parametrize("name", ["mlp", "gan"])
def test_adams_memory_is_made_of_the_gradients_of_all_steps(name):
    session = started(name)
    for _ in range(STEPS):
        session.step()
    session.record(0)
    first = 0.5 if name == "gan" else 0.9
    parameter, tensor = next(iter(session.network.named_parameters()))
    memory = session.training.optimizer.state[tensor]
    gradients = [session.explain(f"gradient/{parameter}", (step, 1, 0), "metric").result for step in range(STEPS)]
    for quantity, beta, power in (("exp_avg", first, 1), ("exp_avg_sq", 0.999, 2)):
        explanation = session.explain(f"{quantity}/{parameter}", (1, 0), "memory")
        assert explanation.result == float(memory[quantity][1, 0])
        assert evaluated(explanation)[0] == pytest.approx(explanation.result, rel=1e-5)
        told = sum((1 - beta) * beta ** (STEPS - 1 - step) * g**power for step, g in enumerate(gradients))
        assert told == pytest.approx(explanation.result, rel=1e-5)


def test_a_loss_is_followed_to_the_logits_of_a_sample():
    session = started("mlp")
    session.step()
    loss = session.explain("loss", (0,), "metric").operands[1]
    assert evaluated(session.explain(loss.origin, loss.index, loss.kind))[0] == pytest.approx(loss.value, rel=1e-5)


@pytest.mark.parametrize(
    ("name", "index", "said"),
    [
        ("loss", (), "begin with it"),
        ("loss", (9,), "step 0 to 3"),
        ("lost", (1,), "did you mean 'loss'"),
        ("validation_loss", (1,), "every"),
        ("gradient_norm/output", (1,), "frozen"),
        ("update/output.weight", (1, 0, 0), "frozen"),
        ("gradient/hidden1.weight", (1, 99, 99), "no element"),
        ("sample_loss", (1, 9999), "no class"),
    ],
)
def test_what_was_not_measured_is_said_in_a_sentence(name, index, said):
    session = TrainingSession()
    session.configure(
        Experiment(network="mlp", dataset="moons", weights="initial", optimizer="adam", frozen=("output",))
    )
    for _ in range(STEPS):
        session.step()
    with pytest.raises(UserError, match=said):
        session.explain(name, index, "metric")


def test_live_changes_are_made_again_on_the_way():
    session = started("mlp")
    for _ in range(2):
        session.step()
    changed = Experiment(
        network="mlp", dataset="moons", weights="initial", optimizer="adam", learning_rate=0.3, frozen=("output",)
    )
    session.configure(changed)
    for _ in range(2):
        session.step()
    session.configure(RUNS["mlp"])
    rows = [session.step() for _ in range(2)]
    for row in rows:
        check(session, "loss", row.step, row.loss)
