"""Every number of a recorded pass against autograd and against a plain run."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.shares import assert_shares_add_up
from tests.engine.zoo import ZOO, Specimen
from visualizer.engine.recording import Pass, record
from visualizer.engine.tracing.nested import tensors_in

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`torch.jit\.\w+` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:Using `torch.compile\(module\)` when there are global hooks:UserWarning"),
]


@pytest.fixture(params=list(ZOO), scope="module")
def specimen(request) -> Specimen:
    return ZOO[request.param]


def plain_run(specimen: Specimen) -> tuple[list[Tensor], Tensor, dict[str, Tensor], list[Tensor | None]]:
    """The same network run by hand, and its gradients from torch.autograd.grad."""
    network, inputs = specimen.build()
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    torch.manual_seed(1)
    with torch.compiler.set_stance("force_eager"):
        output = network(*(x.clone() for x in leaves))
        loss = specimen.loss(output)
    parameters = dict(network.named_parameters())
    sources = [*parameters.values(), *(x for x in leaves if x.requires_grad)]
    gradients = torch.autograd.grad(loss, sources, allow_unused=True)
    of_parameters = {n: g for n, g in zip(parameters, gradients, strict=False) if g is not None}
    return tensors_in(output), loss, of_parameters, list(gradients[len(parameters) :])


def recorded(specimen: Specimen) -> Pass:
    network, inputs = specimen.build()
    torch.manual_seed(1)
    return record(network, inputs, specimen.loss)


def same(a: Tensor | None, b: Tensor | None) -> bool:
    return a is b is None or (a is not None and b is not None and torch.equal(a, b))


def test_outputs_and_gradients_are_bit_equal_to_a_plain_run(specimen):
    output, loss, of_parameters, of_inputs = plain_run(specimen)
    seen = recorded(specimen)
    assert all(map(torch.equal, tensors_in(seen.output), output))
    assert torch.equal(seen.loss, loss)
    assert seen.parameter_gradients.keys() == of_parameters.keys()
    assert all(torch.equal(seen.parameter_gradients[name], of_parameters[name]) for name in of_parameters)
    assert all(map(same, seen.input_gradients, of_inputs))


def test_the_shares_on_the_edges_add_up_to_the_gradient(specimen):
    assert_shares_add_up(recorded(specimen))


def test_every_tensor_of_the_forward_pass_is_kept(specimen):
    seen = recorded(specimen)
    for node in seen.graph.nodes:
        names = [node.id, *(f"{node.id}:{output}" for output in range(1, len(node.shapes)))]
        assert [tuple(seen.activations[name].shape) for name in names[: len(node.shapes)]] == node.shapes
    kept = [*seen.activations.values(), *seen.gradients.values(), *seen.edge_gradients.values(), seen.loss]
    assert not any(tensor.requires_grad for tensor in kept)
    assert all(seen.gradients[name].shape == seen.activations[name].shape for name in seen.gradients)


def test_the_backward_order_respects_the_graph(specimen):
    seen = recorded(specimen)
    place = {node: number for number, node in enumerate(seen.backward_order)}
    assert len(place) == len(seen.backward_order)
    assert place.keys() == {name.split(":")[0] for name in seen.gradients}
    for edge in seen.graph.edges:
        if edge.id in seen.edge_gradients and edge.target in place:
            assert place[edge.target] < place[edge.source]


# Against formulas.


class TwoPaths(nn.Module):
    """y = W₂ tanh(h) + 2h with h = W₁x."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        h = self.first(x)
        return self.second(torch.tanh(h)) + h * 2


def test_a_residual_connection_against_the_formula():
    network, x = TwoPaths().double(), torch.randn(3, 4).double()
    seen = record(network, [x], lambda y: y.pow(2).sum())
    y, h = seen.activations["add"], seen.activations["first"]
    direct = 4 * y  # ∂L/∂y = 2y, times the factor 2
    through_tanh = (2 * y) @ network.second.weight.detach() * (1 - torch.tanh(h) ** 2)
    torch.testing.assert_close(seen.edge_gradients["first->mul"], direct, rtol=1e-14, atol=1e-14)
    torch.testing.assert_close(seen.edge_gradients["first->tanh"], through_tanh, rtol=1e-14, atol=1e-14)
    torch.testing.assert_close(seen.gradients["first"], direct + through_tanh, rtol=1e-14, atol=1e-14)


def test_a_tensor_used_twice_by_one_operation_is_one_edge_with_both_uses():
    class Square(nn.Module):
        def forward(self, x):
            return x * x

    seen = record(Square(), [torch.tensor([3.0])], torch.sum)
    assert seen.edge_gradients == {"input->mul": torch.tensor([6.0]), "mul->loss/sum": torch.tensor([1.0])}


def test_several_outputs_and_their_gradients_have_their_own_names():
    class Parts(nn.Module):
        def forward(self, x):
            first, second = x.chunk(2)
            return first * 2 + second * 3

    seen = record(Parts(), [torch.tensor([1.0, 5.0])], torch.sum)
    assert seen.activations["chunk:1"] == 5 and seen.gradients["chunk"] == 2 and seen.gradients["chunk:1"] == 3
    assert seen.edge_gradients["chunk:1->mul.2"] == 3


# Writing in place.


class WithRelu(nn.Module):
    def __init__(self, in_place: bool) -> None:
        super().__init__()
        self.conv, self.fc, self.in_place = nn.Conv2d(1, 2, 3), nn.Linear(8, 3), in_place

    def forward(self, x):
        x = torch.flatten(self.conv(x), 1)
        return self.fc(functional.relu(x, inplace=self.in_place))


def test_writing_in_place_changes_no_value_and_no_gradient():
    torch.manual_seed(0)
    network, x = WithRelu(in_place=False), torch.randn(2, 1, 4, 4)
    copy = WithRelu(in_place=True)
    copy.load_state_dict(network.state_dict())
    plain, written = record(network, [x], torch.sum), record(copy, [x], torch.sum)
    assert written.graph.node["relu"].in_place and not plain.graph.node["relu"].in_place
    for of_plain, of_written in (
        (plain.activations, written.activations),
        (plain.gradients, written.gradients),
        (plain.edge_gradients, written.edge_gradients),
    ):
        assert of_plain.keys() == of_written.keys()
        assert all(torch.equal(of_plain[name], of_written[name]) for name in of_plain)
    assert plain.backward_order == written.backward_order


def test_a_part_that_is_written_into_and_the_rest_share_the_gradient():
    class PartTripled(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            h = self.fc(x)
            h[:, 1:3].mul_(3)
            return h

    weights = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
    seen = record(PartTripled(), [torch.randn(1, 4)], lambda h: (h * weights).sum())
    assert torch.equal(seen.gradients["fc"], torch.tensor([[1.0, 6.0, 9.0, 4.0]]))
    assert torch.equal(seen.edge_gradients["fc->getitem"], torch.tensor([[0.0, 6.0, 9.0, 0.0]]))
    assert torch.equal(seen.edge_gradients["fc->mul"], torch.tensor([[1.0, 0.0, 0.0, 4.0]]))
    assert torch.equal(seen.gradients["getitem"], torch.tensor([[6.0, 9.0]]))
    assert_shares_add_up(seen)


def test_two_parts_written_one_after_the_other_are_both_on_the_way():
    class TwoParts(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            h = self.fc(x)
            first, second = h[:, :2], h[:, 2:]
            first.mul_(2)
            second.mul_(3)
            return h

    seen = record(TwoParts(), [torch.ones(1, 4)], torch.sum)
    assert torch.equal(seen.gradients["fc"], torch.tensor([[2.0, 2.0, 3.0, 3.0]]))
    graph = seen.graph
    (end,) = (name.split(":")[0] for name in graph.outputs)
    assert "mul" in {edge.source for edge in graph.incoming[end]} and end == "mul.2"
    assert torch.equal(seen.activations[graph.outputs[0]], seen.output)
    assert_shares_add_up(seen)


def test_activations_keep_the_value_they_had():
    torch.manual_seed(0)
    network, (x,) = ZOO["in-place residual"].build()
    network.eval()
    seen = record(network, [x], torch.sum)
    with torch.no_grad():
        rectified = x.clamp(min=0)
        normalised = network.bn(network.conv(rectified))
    assert torch.equal(seen.activations["input"], x)
    assert torch.equal(seen.activations["bn"], normalised)
    assert torch.equal(seen.activations["add"], normalised + rectified)
    assert torch.equal(seen.activations["relu#2"], (normalised + rectified).clamp(min=0))


def test_values_do_not_move_with_the_network():
    class Transposed(nn.Linear):
        def forward(self, x):
            return x @ self.weight.t()

    network = Transposed(2, 2, bias=False)
    seen = record(network, [torch.ones(1, 2)], torch.sum)
    before = network.weight.detach().clone()
    with torch.no_grad():
        network.weight.add_(1)
    assert torch.equal(seen.activations["t"], before.t())


def test_a_recording_that_is_dropped_gives_its_memory_back_at_once(specimen):
    gc.collect()
    gc.disable()
    try:
        seen = recorded(specimen)
        kept = [weakref.ref(tensor) for tensor in (*seen.activations.values(), *seen.gradients.values())]
        del seen
        assert not any(reference() is not None for reference in kept)
    finally:
        gc.enable()
