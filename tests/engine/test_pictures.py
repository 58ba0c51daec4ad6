"""Receptive fields against NaN that spreads, influence against finite differences, own inputs against the network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.driven import Engine
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Recording
from visualizer.core.messages import Configure, Credit, Record
from visualizer.core.topics.pictures import OWN, AskReceptiveField, AskSaliency, Feed, ReceptiveField, Saliency
from visualizer.engine.pictures.influence import influence
from visualizer.engine.pictures.region import region
from visualizer.engine.recording import record
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import pictures

LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
RESNET = Experiment(network="resnet20", dataset="mnist", weights="initial")


class Net(nn.Module):
    """A convolution, a pooling and a skip connection as they are drawn."""

    def __init__(self, kernel: int, stride: int, padding: int, dilation: int, groups: int, pool: str) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 4, kernel, stride, padding, dilation, groups)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 3, padding="same", groups=2)
        self.pool = {
            "max": nn.MaxPool2d(2, ceil_mode=True),
            "avg": nn.AvgPool2d(3, 2, 1),
            "dilated": nn.MaxPool2d(2, 1, dilation=2),
            "adaptive": nn.AdaptiveAvgPool2d((2, 3)),
        }[pool]

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.norm(self.first(x)))
        return self.pool(self.second(x) + x).flatten(1).softmax(1)


def spread_of_nan(network: nn.Module, shape: tuple[int, ...]) -> dict[str, Tensor]:
    """Return for each tensor (inputs, *its shape) which elements become NaN where one input is NaN: the truth."""
    count = int(np.prod(shape))
    inputs = torch.rand(1, *shape).repeat(count, *[1] * len(shape))
    inputs.flatten(1)[range(count), range(count)] = torch.nan
    return {name: tensor.isnan() for name, tensor in record(network, (inputs,)).activations.items()}


@settings(max_examples=40, deadline=None)
@given(
    kernel=st.integers(1, 3), stride=st.integers(1, 3), padding=st.integers(0, 2), dilation=st.integers(1, 2),
    groups=st.sampled_from([1, 2]), pool=st.sampled_from(["max", "avg", "dilated", "adaptive"]), data=st.data(),
)  # fmt: skip
def test_the_region_is_what_nan_spreads_from(
    kernel: int, stride: int, padding: int, dilation: int, groups: int, pool: str, data: st.DataObject
) -> None:
    torch.manual_seed(0)
    network = Net(kernel, stride, padding, dilation, groups, pool).eval()
    size = (2, 11, 12)
    truth = spread_of_nan(network, size)
    seen = record(network, (torch.rand(1, *size),))
    shapes = {name: tuple(tensor.shape) for name, tensor in seen.activations.items()}
    node = data.draw(st.sampled_from([node.id for node in seen.graph.nodes if node.kind == "operation"]))
    index = tuple(data.draw(st.integers(0, at - 1)) for at in shapes[node][1:])
    found = region(seen.graph, shapes, node, (0, *index), "input")
    assert found.exact
    assert found.mask[0].flatten().equal(truth[node][(slice(None), *index)])


class Joined(nn.Module):
    """Two branches of different reach put one behind the other, with axes exchanged on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.near, self.far = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        both = torch.cat([self.near(x), self.far(x)], 1)
        return both.permute(0, 2, 3, 1).transpose(1, 2) * 2


@pytest.mark.parametrize("channel", range(5))
def test_joined_and_exchanged_axes_keep_the_region_exact(channel: int) -> None:
    network, given = Joined().eval(), torch.randn(1, 1, 7, 9)
    seen = record(network, (given,))
    shapes = {name: tuple(tensor.shape) for name, tensor in seen.activations.items()}
    output = seen.graph.outputs[0]
    found = region(seen.graph, shapes, output, (0, 5, 2, channel), "input")
    leaf = given.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(leaf)[0, 5, 2, channel], [leaf])
    assert found.exact
    assert found.mask.equal(gradient != 0)
    assert int(found.mask.sum()) == (1 if channel < 2 else 9)


def test_an_unknown_operation_is_told_to_read_everything() -> None:
    class Odd(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.cumsum(2)

    seen = record(Odd(), (torch.rand(1, 1, 3, 3),))
    shapes = {name: tuple(tensor.shape) for name, tensor in seen.activations.items()}
    found = region(seen.graph, shapes, "cumsum", (0, 0, 0, 0), "input")
    assert not found.exact and found.mask.all()


@pytest.mark.parametrize("place", [("first", (1, 2, 3)), ("add", (0, 1, 1)), ("flatten", (5,)), ("softmax", (2,))])
def test_influence_is_the_finite_difference(place: tuple[str, tuple[int, ...]]) -> None:
    torch.manual_seed(1)
    network = Net(3, 2, 1, 1, 1, "avg").double().eval()
    inputs, (node, index), step = torch.rand(1, 2, 11, 12, dtype=torch.float64), place, 1e-6
    found = influence(network, inputs, node, index)
    for at in [(0, 4, 6), (1, 5, 7), (1, 2, 3), (0, 10, 11)]:
        moved = [inputs.clone(), inputs.clone()]
        for tensor, sign in zip(moved, (1, -1), strict=True):
            tensor[(0, *at)] += sign * step
        up, down = (record(network, (tensor,)).activations[node][(0, *index)] for tensor in moved)
        assert float(found[(0, *at)]) == pytest.approx(float(up - down) / (2 * step), rel=1e-4, abs=1e-8)


@pytest.fixture
def session() -> TrainingSession:
    made = TrainingSession()
    made.configure(RESNET)
    made.record(3)
    return made


def test_a_receptive_field_of_the_resnet(session: TrainingSession) -> None:
    answer = pictures.receptive_field(session, AskReceptiveField("stage2.0.conv1", (3, 4, 5)))
    rows, columns = (np.flatnonzero(answer.region[0].any(axis)) for axis in (1, 0))
    # by hand: six 3×3 convolutions before it see 13 more pixels; its own stride of 2 and kernel of 3 give 1 + 2·8
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, 16, 2, 18)
    assert answer.sample == 3 and answer.exact
    assert not answer.influence[~answer.region].any() and answer.influence.any()


def test_a_place_that_does_not_exist_is_refused(session: TrainingSession) -> None:
    with pytest.raises(UserError, match="holds 32×14×14"):
        pictures.receptive_field(session, AskReceptiveField("stage2.0.conv1", (3, 4, 14)))
    with pytest.raises(UserError, match="Unknown node"):
        pictures.receptive_field(session, AskReceptiveField("stage2.0.conv", ()))
    with pytest.raises(UserError, match="record a sample"):
        pictures.saliency(TrainingSession(), AskSaliency())


def test_saliency_is_the_gradient_of_the_loss_and_of_a_logit(session: TrainingSession) -> None:
    data, network = session.training.data, session.network.eval()
    inputs = data.validation_inputs[3:4].clone().requires_grad_()
    loss = functional.cross_entropy(network(inputs), data.validation_targets[3:4])
    (wanted,) = torch.autograd.grad(loss, [inputs])
    answer = pictures.saliency(session, AskSaliency())
    np.testing.assert_allclose(answer.gradient, wanted[0].numpy(), rtol=1e-5, atol=1e-9)
    assert answer.value == pytest.approx(loss.item(), rel=1e-6)
    (wanted,) = torch.autograd.grad(network(inputs)[0, 7], [inputs])
    np.testing.assert_allclose(pictures.saliency(session, AskSaliency(7)).gradient, wanted[0].numpy(), rtol=1e-5)
    with pytest.raises(UserError, match="no output 10"):
        pictures.saliency(session, AskSaliency(10))


def test_asking_changes_nothing(session: TrainingSession) -> None:
    before = {name: tensor.clone() for name, tensor in session.network.state_dict().items()}
    random = torch.get_rng_state()
    pictures.receptive_field(session, AskReceptiveField("stem.conv", (3, 4, 5)))
    pictures.saliency(session, AskSaliency())
    assert all(tensor.equal(before[name]) for name, tensor in session.network.state_dict().items())
    assert torch.get_rng_state().equal(random)
    assert all(parameter.grad is None for parameter in session.network.parameters())


def test_an_own_picture_is_recorded_like_any_other() -> None:
    session = TrainingSession()
    session.configure(LENET)
    values = np.random.default_rng(0).random((1, 28, 28), np.float32)
    session.feed(values, target=4)
    recording = session.record(OWN)
    with torch.no_grad():
        logits = session.network.eval()(torch.tensor(values)[None])
    assert (recording.sample, recording.target) == (OWN, 4)
    np.testing.assert_array_equal(recording.activations["input"].values, values)
    np.testing.assert_allclose(recording.probabilities, logits.softmax(1)[0].numpy(), rtol=1e-5)
    session.feed(values, target=-1)
    assert session.record(OWN).target == int(logits.argmax())


def test_an_own_picture_stays_while_it_fits() -> None:
    session = TrainingSession()
    session.configure(LENET)
    session.feed(np.zeros((1, 28, 28), np.float32), -1)
    session.configure(RESNET)
    assert session.record(OWN).sample == OWN
    session.configure(Experiment(network="mlp", dataset="moons", weights="initial"))
    with pytest.raises(UserError, match="no input of your own"):
        session.record(OWN)


@pytest.mark.parametrize(
    ("shape", "target", "said"),
    [((1, 28, 27), 0, "takes 1×28×28"), ((28, 28), 0, "takes 1×28×28"), ((1, 28, 28), 10, "from 0 to 9")],
)
def test_an_input_that_does_not_fit_is_refused(shape: tuple[int, ...], target: int, said: str) -> None:
    session = TrainingSession()
    session.configure(LENET)
    with pytest.raises(UserError, match=said):
        session.feed(np.zeros(shape, np.float32), target)


def test_a_nan_pixel_is_named() -> None:
    session = TrainingSession()
    session.configure(LENET)
    values = np.zeros((1, 28, 28), np.float32)
    values[0, 5, 6] = np.nan
    with pytest.raises(UserError, match=r"not finite at \(0, 5, 6\)"):
        session.feed(values, -1)


def test_a_regression_has_no_own_input() -> None:
    session = TrainingSession()
    session.configure(Experiment(network="mlp", dataset="wave", loss="mean-squared-error", weights="initial"))
    with pytest.raises(UserError, match="has none"):
        session.feed(np.zeros(1, np.float32), -1)


@pytest.fixture
def engine(tmp_path: object) -> Iterator[Engine]:
    started = Engine(tmp_path)  # type: ignore[arg-type]
    yield started
    started.destroy()


def test_over_the_wire_the_newest_picture_is_recorded(engine: Engine) -> None:
    engine.send(Configure(LENET))
    engine.expect(Configured)
    for level in (0.25, 0.5, 0.75):
        engine.send(Feed(np.full((1, 28, 28), level, np.float32)), Record(OWN))
    first = engine.expect(Recording, lambda frame: frame.sample == OWN).activations["input"].values
    if not (first == 0.75).all():  # it came between two commands; the next one is the last picture
        engine.send(Credit("recording"))
        assert (engine.expect(Recording).activations["input"].values == 0.75).all()
    engine.send(AskReceptiveField("conv1", (0, 0, 0)), AskSaliency())
    assert engine.expect(ReceptiveField).region.shape == (1, 28, 28)
    assert engine.expect(Saliency).gradient.shape == (1, 28, 28)
    engine.send(Feed(np.zeros((2, 2), np.float32)), Credit("recording"), Record(OWN))
    with pytest.raises(AssertionError, match="takes 1×28×28"):
        engine.expect(Recording)
    kept = engine.expect(Recording).activations["input"].values
    assert (kept == 0.75).all()  # the last that fitted
