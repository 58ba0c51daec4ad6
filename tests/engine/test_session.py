"""A session against bare torch: the same numbers bit for bit, whatever is looked at meanwhile."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, patch
from visualizer.core.frames import Configured, Problem
from visualizer.core.messages import Scan
from visualizer.engine import checkpoint, datasets, networks, weights
from visualizer.engine.datasets import batch_indices
from visualizer.engine.session import TrainingSession
from visualizer.engine.training import DivergenceError

MLP = Experiment(network="mlp", dataset="moons", weights="initial", learning_rate=0.02, seed=3)
LENET = Experiment(network="lenet", dataset="mnist", weights="initial", batch_size=8, seed=1)

NORMED = """
from torch import nn

class Normed(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2))

class Dropping(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 16), nn.Dropout(0.5), nn.ReLU(), nn.Linear(16, 2))

class Narrow(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 5), nn.ReLU(), nn.Linear(4, 2))

class ThreeClasses(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 3))

class Empty(nn.Module):
    def forward(self, x):
        return x

class Failing(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)

    def forward(self, x):
        if self.training:
            raise ValueError("only for looking")
        return super().forward(x)
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.py"
    path.write_text(NORMED)
    return path


def session_of(experiment: Experiment) -> TrainingSession:
    session = TrainingSession()
    session.configure(experiment)
    return session


def parameters(session: TrainingSession) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in session.network.state_dict().items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def bare_loop(experiment: Experiment, steps: int) -> tuple[nn.Module, list[float], list[list[float]]]:
    """Training as one would write it in a notebook."""
    data = datasets.load(experiment.dataset)
    network = networks.build(experiment.network, experiment.seed, trusted=True)
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[experiment.optimizer]
    optimizer = rule(network.parameters(), lr=experiment.learning_rate)
    network.train()
    losses, norms = [], []
    for step in range(steps):
        chosen = batch_indices(len(data.training_targets), experiment.batch_size, experiment.seed, step)
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(data.training_inputs[chosen]), data.training_targets[chosen])
        loss.backward()
        losses.append(loss.item())
        holders = [module for module in network.modules() if next(module.parameters(recurse=False), None) is not None]
        norms.append([
            torch.cat([p.grad.flatten() for p in module.parameters(recurse=False)]).norm().item() for module in holders
        ])  # fmt: skip
        optimizer.step()
    return network, losses, norms


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_fifty_steps_are_those_of_a_bare_loop_with_batch_norm(own: Path, optimizer: str) -> None:
    experiment = patch(MLP, network=f"{own}:Normed", optimizer=optimizer, trusted=True, batch_size=30)
    session = session_of(experiment)
    results = [session.step() for _ in range(50)]
    network, losses, norms = bare_loop(experiment, 50)
    assert_same(parameters(session), network.state_dict())
    assert [result.loss for result in results] == losses
    assert np.allclose([result.gradient_norms for result in results], norms, rtol=1e-5, atol=0)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_lenet_trains_as_a_bare_loop(optimizer: str) -> None:
    experiment = patch(LENET, optimizer=optimizer)
    session = session_of(experiment)
    for _ in range(10):
        session.step()
    assert_same(parameters(session), bare_loop(experiment, 10)[0].state_dict())


@pytest.mark.parametrize("network", ["Normed", "Dropping"])
def test_looking_changes_nothing(own: Path, tmp_path: Path, network: str) -> None:
    experiment = patch(MLP, network=f"{own}:{network}", trusted=True)
    unseen, seen = session_of(experiment), session_of(experiment)
    for _ in range(50):
        unseen.step()
    for step in range(50):
        seen.step()
        seen.record(step)
        seen.metrics()
        seen.freezing()
        seen.checkpoint(tmp_path / "checkpoint.safetensors")
        next(iter(seen.scan(Scan(resolution=5))))
    assert_same(parameters(unseen), parameters(seen))
    assert unseen.step().loss == seen.step().loss


def test_recording_leaves_gradients_random_numbers_and_modes_alone(own: Path) -> None:
    session = session_of(patch(MLP, network=f"{own}:Dropping", trusted=True, frozen=("0",)))
    session.step()
    gradients = {name: parameter.grad for name, parameter in session.network.named_parameters()}
    copies = {name: None if gradient is None else gradient.clone() for name, gradient in gradients.items()}
    random, modes = torch.get_rng_state(), [module.training for module in session.network.modules()]
    session.record(0)
    assert torch.equal(torch.get_rng_state(), random)
    assert [module.training for module in session.network.modules()] == modes
    for name, parameter in session.network.named_parameters():
        assert parameter.grad is gradients[name]
        assert (parameter.grad is None) == (copies[name] is None)
        assert copies[name] is None or torch.equal(parameter.grad, copies[name])


def test_a_recording_holds_what_torch_computes() -> None:
    session = session_of(LENET)
    for _ in range(3):
        session.step()
    frame = session.record(7)
    data, network = datasets.load("mnist"), session.network.eval()
    inputs, target = data.validation_inputs[7:8], data.validation_targets[7:8]
    logits = network(inputs)
    loss = functional.cross_entropy(logits, target)
    names, tensors = zip(*network.named_parameters(), strict=True)
    gradients = dict(zip(names, torch.autograd.grad(loss, tensors), strict=True))
    assert (frame.step, frame.sample, frame.target, frame.loss) == (3, 7, int(target), loss.item())
    assert np.array_equal(frame.probabilities, logits.softmax(1)[0].detach().numpy())
    assert np.array_equal(frame.activations["conv1"].values, network.conv1(inputs)[0].detach().numpy())
    assert frame.activations["conv1"].shape == (6, 28, 28)
    assert frame.parameter_gradients.keys() == frame.updates.keys() == frame.parameters.keys() == gradients.keys()
    for name, gradient in gradients.items():
        assert np.array_equal(frame.parameter_gradients[name].values, gradient.numpy())
    assert set(frame.edge_shares) <= {edge.id for edge in frame.graph.edges}


def test_frozen_parameters_have_neither_gradient_nor_update() -> None:
    session = session_of(patch(LENET, frozen=("conv*",)))
    frame = session.record(0)
    assert {name.split(".")[0] for name in frame.updates} == {"linear1", "linear2", "linear3"}
    assert frame.parameter_gradients.keys() == frame.updates.keys()
    assert "conv2" not in frame.gradients and "linear1" in frame.gradients


def test_a_thawed_layer_begins_with_the_first_step_of_adam() -> None:
    session = session_of(MLP)
    for frozen in ((), ("hidden1",), ()):
        session.configure(patch(session.experiment, frozen=frozen))
        before = parameters(session)
        session.step()
    moved = (parameters(session)["hidden1.weight"] - before["hidden1.weight"]).abs()
    # without memory both moments cancel out: the first step is as long as the learning rate, whatever the gradient
    assert torch.allclose(moved, torch.full_like(moved, MLP.learning_rate), rtol=1e-3)


def test_a_network_that_is_wholly_frozen_is_only_looked_at() -> None:
    session = session_of(patch(MLP, frozen=("*",)))
    before = parameters(session)
    result = session.step()
    assert np.isnan(result.gradient_norms).all() and math.isfinite(result.loss)
    assert_same(parameters(session), before)
    assert not session.record(0).updates


def test_validation_is_that_of_the_held_out_samples() -> None:
    session = session_of(MLP)
    results = [session.step() for _ in range(60)]
    measured = [result.step for result in results if not math.isnan(result.validation_loss)]
    assert measured[0] == 0 and len(measured) > 1
    data, network = datasets.load("moons"), networks.build("mlp", MLP.seed)
    logits = network(data.validation_inputs)
    assert results[0].validation_loss == pytest.approx(functional.cross_entropy(logits, data.validation_targets).item())
    accuracy = (logits.argmax(1) == data.validation_targets).double().mean().item()
    assert results[0].validation_accuracy == pytest.approx(accuracy)


def test_metrics_have_one_row_a_step_and_only_once() -> None:
    session = session_of(MLP)
    begin = session.metrics()
    assert begin is not None and begin.from_step == 0 and not len(begin.steps)
    results = [session.step() for _ in range(5)]
    frame = session.metrics()
    assert frame is not None and frame.from_step == 0
    assert list(frame.steps) == [0, 1, 2, 3, 4]
    assert np.array_equal(frame.loss, np.array([result.loss for result in results], np.float32))
    assert frame.gradient_norms.shape == (5, len(frame.layers)) and frame.layers == ["hidden1", "hidden2", "output"]
    assert session.metrics() is None


def test_live_changes_are_live_and_others_rebuild() -> None:
    session = session_of(MLP)
    session.step()
    for change in ({"learning_rate": 0.5}, {"frozen": ("hidden1",)}, {"optimizer": "sgd"}, {}):
        configured = session.configure(patch(session.experiment, **change))[0]
        assert isinstance(configured, Configured) and not configured.rebuilt and session.steps_done == 1
    for change in ({"seed": 4}, {"batch_size": 16}, {"network": "lenet", "dataset": "mnist"}):
        session.step()
        configured = session.configure(patch(session.experiment, frozen=(), **change))[0]
        assert isinstance(configured, Configured) and configured.rebuilt and session.steps_done == 0


def test_reset_gives_the_same_run_again() -> None:
    session = session_of(MLP)
    start = parameters(session)
    losses = [session.step().loss for _ in range(10)]
    session.reset()
    assert_same(parameters(session), start)
    assert [session.step().loss for _ in range(10)] == losses


def test_a_checkpoint_goes_on_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    session = session_of(patch(LENET, frozen=("conv1",)))
    for _ in range(4):
        session.step()
    session.configure(patch(session.experiment, learning_rate=0.003))
    assert session.checkpoint(path).step == 4
    after = [session.step().loss for _ in range(4)]
    other = TrainingSession()
    other.restore(path)
    assert (other.steps_done, other.earliest, other.experiment) == (4, 4, session.experiment)
    assert [other.step().loss for _ in range(4)] == after
    assert_same(parameters(other), parameters(session))


def test_a_foreign_file_is_no_checkpoint_and_the_session_stays(tmp_path: Path) -> None:
    session = session_of(MLP)
    session.step()
    weights.save(session.network, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match=r"weights\.safetensors is no checkpoint"):
        session.restore(tmp_path / "weights.safetensors")
    assert session.steps_done == 1


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    session_of(LENET).checkpoint(path)
    state, _ = checkpoint.load(path)
    checkpoint.write(path, state, MLP)
    session = session_of(MLP)
    session.step()
    with pytest.raises(UserError, match=r"checkpoint\.safetensors holds no state of mlp"):
        session.restore(path)
    session.step()
    assert session.steps_done == 2


def test_saved_weights_are_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    session = session_of(MLP)
    session.step()
    session.save(path)
    other = session_of(patch(MLP, weights=str(path), seed=9))
    assert_same(parameters(session), parameters(other))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_divergence_names_the_place_and_keeps_the_last_good_state(own: Path, optimizer: str) -> None:
    session = session_of(patch(MLP, network=f"{own}:Normed", trusted=True))
    for _ in range(3):
        session.step()
    with torch.no_grad():
        session.network[3].weight[0, 0] = 3e38  # overflows in the next product
        session.network[3].weight[0, 1] = -3e38
    with pytest.raises(
        DivergenceError, match=r"diverged at step 3: the activation of '3' is not finite.*step 3"
    ) as info:
        for _ in range(9):
            session.step()
    assert info.value.last_good == session.steps_done == 3


def test_an_update_that_overflowed_is_taken_back() -> None:
    session = session_of(MLP)
    good = parameters(session)
    session.step()
    with torch.no_grad():
        session.network.hidden2.weight[0, 0] = torch.inf
    with pytest.raises(DivergenceError, match=r"the parameter 'hidden2\.weight' is not finite.*of step 0"):
        session.step()
    assert session.steps_done == 0
    assert_same(parameters(session), good)


def test_a_wrong_shape_shows_the_graph_up_to_it(own: Path) -> None:
    session = TrainingSession()
    frames = session.configure(patch(MLP, network=f"{own}:Narrow", trusted=True))
    configured, problem = frames[0], frames[-1]
    assert isinstance(configured, Configured) and isinstance(problem, Problem)
    assert configured.graph.error == problem.sentence
    assert "'2'" in problem.sentence and "1×5" in problem.sentence
    assert [node.id for node in configured.graph.nodes] == ["input", "0", "1", "2"]
    for action in (session.step, lambda: session.record(0), lambda: session.scan(Scan())):
        with pytest.raises(UserError, match="1×5"):
            action()
    assert session.configure(MLP)[0].rebuilt


def test_an_output_that_does_not_fit_is_said(own: Path) -> None:
    frames = TrainingSession().configure(patch(MLP, network=f"{own}:ThreeClasses", trusted=True))
    assert isinstance(frames[-1], Problem) and "1×3" in frames[-1].sentence and "1×2" in frames[-1].sentence


def test_what_cannot_be_built_leaves_the_session_as_it_was(own: Path) -> None:
    session = session_of(MLP)
    session.step()
    for change in (
        {"network": f"{own}:Empty", "trusted": True},
        {"network": f"{own}:Nothing", "trusted": True},
        {"network": f"{own}:Normed"},
        {"weights": "missing.safetensors"},
        {"weights": "pretrained"},
        {"frozen": ("hiden1",)},
    ):
        with pytest.raises(UserError):
            session.configure(patch(MLP, **change))
        assert session.steps_done == 1 and session.experiment == MLP
    session.step()


def test_a_step_of_an_own_network_that_fails_is_said_in_a_sentence(own: Path) -> None:
    session = session_of(patch(MLP, network=f"{own}:Failing", trusted=True))
    with pytest.raises(UserError, match=r"own\.py:Failing: step 0 failed with ValueError \(only for looking\)"):
        session.step()
    assert session.record(0).step == 0


def test_samples_and_their_numbers() -> None:
    session = session_of(LENET)
    data = datasets.load("mnist")
    frame = session.browse(5, 3)
    assert frame.start == 5 and np.array_equal(frame.inputs, data.validation_inputs[5:8].numpy())
    assert np.array_equal(frame.targets, data.validation_targets[5:8].numpy())
    with pytest.raises(UserError, match="numbered from 0 to"):
        session.record(len(data.validation_targets))


def test_an_explanation_is_of_the_recorded_network_also_when_training_went_on() -> None:
    session = session_of(MLP)
    frame = session.record(0)
    for _ in range(5):
        session.step()
    explanation = session.explain("hidden1", (2,))
    assert explanation.result == pytest.approx(float(frame.activations["hidden1"].values[2]))
    assert explanation.products is not None
    assert np.array_equal(explanation.products.second.values, frame.parameters["hidden1.weight"].values[2])


def test_nothing_works_before_there_is_a_network() -> None:
    with pytest.raises(UserError, match="configure an experiment first"):
        TrainingSession().step()
