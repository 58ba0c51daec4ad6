"""Where watching reaches its limits: what cannot be watched still gives its numbers, what fails a sentence."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.engine.shares import assert_shares_add_up
from visualizer.core.errors import UserError
from visualizer.engine.recording import record
from visualizer.engine.tracing import trace

pytestmark = [
    pytest.mark.filterwarnings(r"ignore:`torch.jit\.\w+` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:Using `torch.compile\(module\)` when there are global hooks:UserWarning"),
]


class NoViews(Tensor):
    """A tensor that does not allow views of it."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is Tensor.__getitem__:
            raise NotImplementedError("no views")
        return super().__torch_function__(func, types, args, kwargs or {})


def test_without_views_the_pass_has_no_shares_but_all_gradients():
    network, x = nn.Linear(3, 2), torch.randn(2, 3)
    seen = record(network, [x.as_subclass(NoViews)], torch.sum)
    torch.testing.assert_close(seen.gradients["input"].as_subclass(Tensor), torch.ones(2, 2) @ network.weight)
    assert not seen.edge_gradients and torch.equal(seen.parameter_gradients["bias"], torch.full((2,), 2.0))


def test_a_network_that_cannot_bear_to_be_watched_still_gives_its_numbers():
    class Shy(nn.Linear):
        def forward(self, x):
            if torch.overrides._get_current_function_mode() is not None:
                raise RuntimeError("somebody is watching")
            return super().forward(x)

    network = Shy(3, 2)
    seen = record(network, [torch.ones(1, 3)], torch.sum)
    assert [node.kind for node in seen.graph.nodes] == ["input", "opaque", "opaque"]
    assert torch.equal(seen.edge_gradients["input->Shy"], network.weight.detach().sum(0, keepdim=True))
    assert_shares_add_up(seen)


def test_a_repeated_pass_draws_the_same_random_numbers():
    class ShyAfterDropout(nn.Module):
        def forward(self, x):
            x = functional.dropout(x)
            if torch.overrides._get_current_function_mode() is not None:
                raise RuntimeError("somebody is watching")
            return x

    torch.manual_seed(5)
    expected = functional.dropout(torch.ones(40))
    torch.manual_seed(5)
    assert torch.equal(record(ShyAfterDropout(), [torch.ones(40)], torch.sum).output, expected)
    torch.manual_seed(5)
    assert trace(ShyAfterDropout(), [torch.ones(40)]).nodes
    after = torch.rand(1)
    torch.manual_seed(5)
    functional.dropout(torch.ones(40))
    assert torch.equal(torch.rand(1), after)


def test_a_network_that_differentiates_itself_is_recorded():
    class Slope(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, x):
            (slope,) = torch.autograd.grad(torch.tanh(self.fc(x)).sum(), x, create_graph=True)
            return slope

    network, x = Slope(), torch.randn(2, 3)
    seen = record(network, [x], lambda slope: slope.pow(2).sum())
    leaf = x.clone().requires_grad_()
    h = torch.tanh(network.fc(leaf))
    (slope,) = torch.autograd.grad(h.sum(), leaf, create_graph=True)
    expected = torch.autograd.grad(slope.pow(2).sum(), [network.fc.weight, leaf, h])
    assert torch.equal(seen.parameter_gradients["fc.weight"], expected[0])
    assert torch.equal(seen.input_gradients[0], expected[1])
    assert torch.equal(seen.gradients["tanh"], expected[2])
    torch.testing.assert_close(seen.edge_gradients["fc->tanh"], seen.gradients["fc"])


def test_without_a_loss_there_are_values_but_no_gradients():
    seen = record(nn.Linear(2, 2), [torch.ones(1, 2)])
    assert torch.equal(seen.output, seen.activations["linear"])
    assert seen.loss is None and not (seen.gradients or seen.edge_gradients or seen.parameter_gradients)


def test_a_frozen_network_has_no_parameter_gradients():
    network = nn.Linear(2, 2).requires_grad_(False)
    assert not record(network, [torch.ones(1, 2)], torch.sum, input_gradient=False).gradients
    seen = record(network, [torch.ones(1, 2)], torch.sum)
    assert not seen.parameter_gradients and torch.equal(seen.input_gradients[0], network.weight.sum(0, keepdim=True))


def test_a_loss_has_to_be_one_number():
    with pytest.raises(UserError, match=r"The loss has the shape \(1, 2\), but it has to be one number"):
        record(nn.Linear(2, 2), [torch.ones(1, 2)], lambda y: y)


def test_a_failing_layer_is_named():
    with pytest.raises(UserError, match=r"Layer '1' \(Linear\) failed in linear with an input of shape 1×3"):
        record(nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 3)), [torch.ones(1, 2)], torch.sum)


def test_a_part_of_a_batch_of_one_is_written_in_place():
    class WritesPart(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 6)

        def forward(self, x):
            h = self.layer(x).clone()
            h[:, :3] += h.sum()
            return h

    network, x = WritesPart(), torch.randn(1, 6)
    recorded = record(network, [x], loss=lambda logits: logits.square().sum())
    plain = torch.autograd.grad(network(x).square().sum(), list(network.parameters()))
    assert all(map(torch.equal, recorded.parameter_gradients.values(), plain))
    for edge in recorded.graph.edges:
        assert edge.id in recorded.edge_gradients


class OwnEnd(BaseException):
    pass


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, OwnEnd])
def test_a_network_that_ends_the_program_is_stopped(kind):
    class Leaves(nn.Module):
        def forward(self, x):
            raise kind(0)

    with pytest.raises(UserError, match=rf"stopped with {kind.__name__} at an input of shape 1×2: 0\.$"):
        record(Leaves(), [torch.ones(1, 2)])


def test_ctrl_c_in_a_network_is_no_failure_of_it():
    class Interrupted(nn.Module):
        def forward(self, x):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(Interrupted(), [torch.ones(1, 2)])


def test_a_backward_pass_that_fails_is_one_sentence():
    class Overwrites(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            return self.layer(x).sigmoid().mul_(2).exp().mul_(2)

    with pytest.raises(UserError, match=r"^The backward pass stopped with RuntimeError: .*[^\n]\.$"):
        record(Overwrites(), [torch.ones(1, 2)], loss=torch.sum)
