from __future__ import annotations

import copy
import itertools
import math
import random
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.zoo import ZOO
from visualizer.core import catalogue, wire
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Frame
from visualizer.core.topics.chain_rule import AskChain, Chain, Costs, MeasureCost, Proof, Prove
from visualizer.engine.chain_rule import chain
from visualizer.engine.chain_rule.chain import paths
from visualizer.engine.chain_rule.cost import measure
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.proof import agreed_digits, forward_accumulated, prove
from visualizer.engine.chain_rule.scene import Scene
from visualizer.engine.chain_rule.ways import ways
from visualizer.engine.recording import Pass, record
from visualizer.engine.session import TrainingSession
from visualizer.engine.topics import ANSWERS

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`torch.jit\.\w+` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:Using `torch.compile\(module\)` when there are global hooks:UserWarning"),
]
UNFOLLOWED = {"script module", "autograd.Function", "writes into views"}
"""One of their operations hides its inside, its derivative, or the memory it writes into."""


def loss_of(target: int):
    return lambda output: functional.cross_entropy(output, torch.tensor([target]))


def scene_of(name: str) -> tuple[nn.Module, Scene, Pass]:
    network, inputs = ZOO[name].build()
    network.eval()
    seen = record(network, inputs, loss=ZOO[name].loss)
    return network, Scene(network, seen), seen


def elements(tensors: dict[str, Tensor], most: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, tensor in tensors.items():
        places = list(itertools.product(*map(range, tensor.shape)))
        random.Random(0).shuffle(places)
        yield from ((name, place) for place in places[:most])


def size_of_sum(scene: Scene, parameter: str, index: tuple[int, ...]) -> float:
    """The sum of the sizes of all products that a gradient is the sum of: what float32 rounds in proportion to."""
    total = 0.0
    for node in scene.seen.graph.nodes:
        if parameter in node.parameters and node.id in scene.functions:
            for name, column in scene.column(node.id, parameter, index).items():
                if name in scene.seen.gradients:
                    total += float((column * scene.seen.gradients[name].double()).abs().sum())
    return total


def check_product(scene: Scene, parameter: str, index: tuple[int, ...]) -> None:
    gradient = float(scene.seen.parameter_gradients[parameter][index])
    found = paths(scene, parameter, index)
    for path in found:
        assert path.value == math.prod(factor.value for factor in path.factors)
        for factor in path.factors:
            if factor.terms:
                whole = sum(term.value for term in factor.terms) + factor.rest
                sizes = sum(abs(term.value) for term in factor.terms) + abs(factor.rest)
                assert whole == pytest.approx(
                    factor.value, rel=0, abs=1e-6 * (sizes + size_of_sum(scene, parameter, index))
                )
                assert all(term.value == term.error.value * term.slope.value for term in factor.terms)
    product = sum(path.value for path in found)
    assert product == pytest.approx(gradient, rel=1e-6, abs=1e-6 * size_of_sum(scene, parameter, index))


@pytest.mark.parametrize("name", ZOO)
def test_the_product_of_the_factors_is_the_gradient(name):
    _, scene, seen = scene_of(name)
    for parameter, index in elements(seen.parameter_gradients, 2):
        check_product(scene, parameter, index)


SMALL = {
    "mlp": (lambda: nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)), (1, 2)),
    "conv": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3, 2, 1), nn.Sigmoid(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)),
        (1, 1, 7, 7),
    ),
    "normed": (lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.GELU(), nn.Linear(4, 3)), (1, 3)),
    "deep conv": (
        lambda: nn.Sequential(
            nn.Conv2d(2, 4, 3, groups=2, dilation=2), nn.ReLU(), nn.Conv2d(4, 2, 1), nn.Flatten(), nn.Linear(8, 2)
        ),
        (1, 2, 6, 6),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_product_is_the_gradient_for_every_parameter_of_a_small_network(name):
    make, shape = SMALL[name]
    torch.manual_seed(1)
    network, inputs = make().eval(), torch.randn(shape)
    seen = record(network, [inputs], loss=loss_of(1))
    scene = Scene(network, seen)
    network.zero_grad()
    loss_of(1)(network(inputs)).backward()
    for parameter, tensor in network.named_parameters():
        for index in itertools.product(*map(range, tensor.shape)):
            check_product(scene, parameter, index)
            assert float(seen.parameter_gradients[parameter][index]) == float(tensor.grad[index])


def test_the_factors_of_a_weight_are_those_of_the_textbook():
    torch.manual_seed(0)
    network, x = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)), torch.randn(1, 2)
    seen = record(network, [x], loss=loss_of(0))
    answer = chain(network, seen, "0.weight", (1, 0))
    (path,) = answer.paths
    network.requires_grad_(False)
    activation = torch.tanh(network[0](x))
    logits = network[2](activation)
    delta = (logits.softmax(1) - torch.tensor([[1.0, 0.0]]))[0]
    error, slope, came_in = path.factors
    assert error.value == pytest.approx(float(delta @ network[2].weight[:, 1]), rel=1e-5)
    assert slope.value == pytest.approx(float(1 - activation[0, 1] ** 2), rel=1e-5)
    assert came_in.value == float(x[0, 0])
    assert [term.error.value for term in error.terms] == pytest.approx(delta.tolist(), rel=1e-5)
    read = [(term.slope.kind, term.slope.origin, term.slope.index) for term in error.terms]
    assert read == [("parameter", "2.weight", (0, 1)), ("parameter", "2.weight", (1, 1))]
    assert [factor.title for factor in path.factors] == ["error from the right", "slope of tanh", "what came in"]
    assert (came_in.operand.kind, came_in.operand.origin, came_in.operand.index) == ("activation", "input", (0,))
    symbols = [(factor.numerator, factor.denominator) for factor in path.factors]
    assert symbols == [
        (r"\partial L", r"\partial a_{1}"),
        (r"\partial a_{1}", r"\partial z_{1}"),
        (r"\partial z_{1}", r"\partial w_{1,0}"),
    ]


def test_an_operand_is_the_number_that_it_says_it_is():
    network, scene, seen = scene_of("lenet")
    values = {"gradient": seen.gradients, "activation": seen.activations, "parameter": network.state_dict()}
    checked = 0
    for parameter, index in elements(seen.parameter_gradients, 3):
        for factor in (factor for path in paths(scene, parameter, index) for factor in path.factors):
            operands = [factor.operand, *(operand for term in factor.terms for operand in (term.error, term.slope))]
            for operand in operands:
                if operand is not None and operand.kind != "constant":
                    assert operand.value == float(values[operand.kind][operand.origin][operand.index])
                    checked += 1
    assert checked > 100


def test_a_shared_module_has_one_path_for_each_use():
    _, scene, _ = scene_of("shared module")
    used = paths(scene, "block.0.bias", (1,))
    assert [path.node for path in used] == ["block.0", "block.0#2"]
    assert used[0].value != used[1].value


def test_a_hidden_inside_is_said_and_not_guessed():
    _, scene, seen = scene_of("script module")
    name = next(name for name in seen.parameter_gradients if name.startswith("first"))
    (path,) = paths(scene, name, (0, 0))
    assert [factor.title for factor in path.factors] == ["as autograd gave it"]
    assert path.value == float(seen.parameter_gradients[name][0, 0])


@pytest.mark.parametrize("name", [name for name in ZOO if name not in UNFOLLOWED])
def test_forward_accumulation_gives_what_autograd_gives(name):
    _, scene, seen = scene_of(name)
    for parameter, index in elements(seen.parameter_gradients, 1):
        wanted = float(seen.parameter_gradients[parameter][index])
        assert forward_accumulated(scene, parameter, index) == pytest.approx(wanted, rel=1e-4, abs=1e-7)


# Proof


def proven(network: nn.Module, inputs: Tensor, parameter: str, index: tuple[int, ...], target: int = 0) -> Proof:
    seen = record(network, [inputs], loss=loss_of(target))
    exact = ExactNetwork(copy.deepcopy(network), seen, loss_of(target))
    (proof,) = [frame for frame in prove(exact, parameter, index, 0.0) if frame is not None]
    return proof


def test_three_ways_agree_with_the_derivative_worked_out_by_hand():
    network = nn.Sequential(nn.Linear(1, 2, bias=False))
    network[0].weight.data = torch.tensor([[0.5], [-0.25]])
    proof = proven(network, torch.tensor([[2.0]]), "0.weight", (0, 0))
    share = 1 / (1 + math.exp(-1.5))  # logits 1 and -0.5
    wanted = (share - 1) * 2
    assert (proof.chain_rule, proof.autograd) == pytest.approx((wanted, wanted), rel=1e-14)
    assert proof.finite_difference == pytest.approx(wanted, rel=1e-9)
    assert proof.agreed_digits >= 9 and not proof.kinks
    assert proof.loss == pytest.approx(-math.log(share), rel=1e-14)
    middle = len(proof.curve_weights) // 2
    assert proof.curve_weights[middle] == 0.5
    for weight, loss in zip(proof.curve_weights.tolist(), proof.curve_losses.tolist(), strict=True):
        assert loss == pytest.approx(math.log1p(math.exp(-(2 * weight + 0.5))), rel=1e-5)


def test_relu_at_zero_is_a_kink():
    network = nn.Sequential(nn.Linear(1, 1, bias=False), nn.ReLU(), nn.Linear(1, 2, bias=False))
    network[0].weight.data.zero_()
    network[2].weight.data = torch.tensor([[1.0], [-1.0]])
    proof = proven(network, torch.ones(1, 1), "0.weight", (0, 0))
    assert any("'1'" in sentence and "side" in sentence for sentence in proof.kinks)
    assert any("corner" in sentence for sentence in proof.kinks)
    assert proof.left == 0
    assert proof.right == pytest.approx(-1, rel=1e-4)  # -(1 - p) times the difference of the weights, at p = 1/2
    assert proof.autograd == 0 and proof.agreed_digits == 0


def test_a_tie_in_a_max_pool_is_a_kink():
    network = nn.Sequential(nn.Conv1d(1, 1, 1), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(1, 2, bias=False))
    network[0].weight.data.fill_(0.0)
    network[3].weight.data = torch.tensor([[1.0], [-1.0]])
    proof = proven(network, torch.tensor([[[1.0, 2.0]]]), "0.weight", (0, 0, 0))
    assert any("winner" in sentence for sentence in proof.kinks)


def test_smooth_networks_have_no_kinks():
    torch.manual_seed(3)
    network = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    for parameter, index in elements(dict(network.named_parameters()), 4):
        proof = proven(network, torch.ones(1, 3), parameter, index)
        assert not proof.kinks and proof.agreed_digits >= 6


def test_what_hides_its_derivative_is_said_in_the_proof():
    network, inputs = ZOO["autograd.Function"].build()
    seen = record(network, inputs, loss=ZOO["autograd.Function"].loss)
    exact = ExactNetwork(network, seen, ZOO["autograd.Function"].loss)
    (proof,) = [frame for frame in prove(exact, "first.weight", (0, 0), 0.0) if frame is not None]
    assert math.isnan(proof.chain_rule)
    assert proof.finite_difference == pytest.approx(proof.autograd, rel=1e-5, abs=1e-9)
    assert any("hides" in sentence for sentence in proof.kinks)


def walked(graph, node: str) -> int:
    """Count the ways to the loss by walking each of them."""
    if node == graph.loss.partition(":")[0]:
        return 1
    return sum(walked(graph, edge.target) for edge in graph.outgoing[node])


@pytest.mark.parametrize("name", ["mlp", "resnet", "in-place residual", "inception, dense", "shared module", "lenet"])
def test_the_ways_to_the_loss_are_counted_as_if_each_were_walked(name):
    network, inputs = ZOO[name].build()
    seen = record(network, inputs, loss=ZOO[name].loss, input_gradient=False)
    for parameter in seen.parameter_gradients:
        users = [node.id for node in seen.graph.nodes if parameter in node.parameters]
        assert ways(seen, parameter) == sum(walked(seen.graph, user) for user in users)


def test_digits_that_agree():
    assert agreed_digits(1.2345, 1.2349) == 3
    assert agreed_digits(2.0, 2.0) == 15
    assert agreed_digits(0.0, 0.0) == 15
    assert agreed_digits(1.0, -1.0) == 0


# Cost


def test_the_price_of_finite_differences():
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    network[0].weight.requires_grad_(False)
    before = [parameter.detach().clone() for parameter in network.parameters()]
    (cost,) = [frame for frame in measure(network, [torch.ones(1, 3)], loss_of(0)) if frame is not None]
    assert cost.trainable_count == 4 + 8 + 2 and cost.passes == 28 and cost.measured_count == 14
    assert cost.finite_differences == 28 * cost.forward
    assert cost.ratio == cost.finite_differences / cost.backpropagation
    assert all(torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True))


# The session


def configured(**changes) -> TrainingSession:
    session = TrainingSession()
    session.configure(Experiment(**{"network": "mlp", "dataset": "moons", "weights": "initial", **changes}))
    return session


def answers(session: TrainingSession, command) -> list[Frame]:
    answer = ANSWERS[type(command)](session, command)
    return [frame for frame in answer if frame is not None] if isinstance(answer, Iterator) else [answer]


@pytest.mark.parametrize(
    "command", [AskChain("hidden1.weight", (0, 1)), Prove("hidden1.weight", (0, 1)), MeasureCost()]
)
def test_asking_leaves_the_session_as_it_was(command):
    session = configured()
    session.step()
    session.record(0)
    network = session.network
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    gradients = [parameter.grad.clone() for parameter in network.parameters()]
    random_state = torch.get_rng_state()
    (frame,) = answers(session, command)
    assert isinstance(frame, (Chain, Proof, Costs))
    (received,) = wire.frame_decoder().feed(wire.encode(frame))
    assert type(received) is type(frame)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    kept = zip(network.parameters(), gradients, strict=True)
    assert all(torch.equal(parameter.grad, gradient) for parameter, gradient in kept)
    assert torch.equal(torch.get_rng_state(), random_state) and torch.get_default_dtype() == torch.float32
    assert all(module.training for module in network.modules())


def test_the_answers_are_of_the_recorded_pass_after_training_went_on():
    session = configured()
    recording = session.record(3)
    session.step()
    (answer,) = answers(session, AskChain("hidden1.weight", (0, 1)))
    gradient = recording.parameter_gradients["hidden1.weight"].values[0, 1]
    assert answer.gradient == gradient
    assert answer.value == recording.parameters["hidden1.weight"].values[0, 1]
    assert answer.product == pytest.approx(gradient, rel=1e-6)
    (proof,) = answers(session, Prove("hidden1.weight", (0, 1)))
    assert proof.recorded == gradient
    assert proof.autograd == pytest.approx(gradient, rel=1e-4)


@pytest.mark.parametrize("network, dataset", [("mlp", "wave"), ("lenet", "fashion-mnist")])
def test_three_ways_agree_in_networks_that_ship(network, dataset):
    session = configured(
        network=network, dataset=dataset, loss="mean-squared-error" if dataset == "wave" else "cross-entropy"
    )
    session.record(0)
    for parameter in ("hidden1.weight", "output.bias") if network == "mlp" else ("conv1.weight", "linear3.bias"):
        index = (0,) * session.network.get_parameter(parameter).dim()
        (answer,) = answers(session, AskChain(parameter, index))
        (proof,) = answers(session, Prove(parameter, index))
        assert answer.product == pytest.approx(proof.autograd, rel=1e-4)
        assert proof.kinks or proof.agreed_digits >= 5


@pytest.mark.parametrize(
    "entry",
    [entry for entry in catalogue.NETWORKS if catalogue.dataset(entry.dataset).task != "generation"],
    ids=lambda entry: entry.id,
)
def test_the_product_is_the_gradient_in_every_network_that_ships(entry):
    loss = catalogue.loss_for(entry.id, entry.dataset)
    session = configured(network=entry.id, dataset=entry.dataset, loss=loss)
    session.record(1)
    scene = Scene(session.network, session.recorded.seen)
    gradients = session.recorded.seen.parameter_gradients
    sampled = list(elements(gradients, 2))
    for parameter, index in random.Random(0).sample(sampled, min(len(sampled), 12)):
        check_product(scene, parameter, index)


@pytest.mark.parametrize("command", [AskChain, Prove])
def test_what_cannot_be_asked_for_is_said_in_one_sentence(command):
    session = configured(frozen=("hidden1",))
    with pytest.raises(UserError, match="Nothing was recorded yet"):
        answers(session, command("hidden1.weight", (0, 0)))
    session.record(0)
    for parameter, index, sentence in (
        ("hidden1.weight", (0, 0), "'hidden1.weight' is frozen"),
        ("hiden2.weight", (0, 0), "did you mean 'hidden2.weight'"),
        ("hidden2.weight", (0, 8), "There is no element"),
        ("hidden2.weight", (0,), "holds 8×8"),
    ):
        with pytest.raises(UserError, match=sentence):
            answers(session, command(parameter, index))


def test_a_network_without_parameters_and_one_without_gradient():
    seen = record(nn.Flatten(), [torch.ones(1, 2)], loss=loss_of(0))
    with pytest.raises(UserError, match="no parameters"):
        chain(nn.Flatten(), seen, "weight", (0, 0))
    with pytest.raises(UserError, match="no parameter of this network is trainable"):
        list(measure(nn.Flatten(), [torch.ones(1, 2)], loss_of(0)))
    network = nn.ModuleDict({"used": nn.Linear(2, 2), "spare": nn.Linear(2, 2)})
    network.forward = lambda x: network["used"](x)
    seen = record(network, [torch.ones(1, 2)], loss=loss_of(0))
    with pytest.raises(UserError, match=r"'spare.weight' has no gradient"):
        chain(network, seen, "spare.weight", (0, 0))
