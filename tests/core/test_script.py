"""The lines beside the animation: what they say, that they compute what autograd does, and when they are lit."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.engine.plain_networks import Composed, build
from visualizer.core import catalogue, script
from visualizer.core.experiment import Experiment
from visualizer.core.timeline import Timeline
from visualizer.engine.networks.lenet import LeNet
from visualizer.engine.recording import Pass, record
from visualizer.engine.session import TrainingSession


def recorded(network: nn.Module, inputs) -> Pass:
    return record(
        network, [inputs], loss=lambda z: functional.cross_entropy(z, torch.tensor([1])), input_gradient=False
    )


def mlp_pass() -> Pass:
    torch.manual_seed(0)
    return recorded(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)), torch.randn(1, 2))


def test_the_mirror_of_a_small_network():
    seen = mlp_pass()
    lines = script.mirror(seen.graph, seen.backward_order, seen.parameter_gradients, optimizer="sgd", learning_rate=0.3)
    assert [line.text for line in lines] == [
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.3)",
        "layer0 = F.linear(x, layer0_weight, layer0_bias)",
        "layer1 = torch.tanh(layer0)",
        "layer2 = F.linear(layer1, layer2_weight, layer2_bias)",
        "loss = F.cross_entropy(layer2, y)",
        "optimizer.zero_grad()",
        "loss.backward()",
        "d_layer2 = torch.softmax(layer2, 1) - F.one_hot(y, layer2.shape[1])",
        "layer2_weight.grad = d_layer2.T @ layer1; layer2_bias.grad = d_layer2.sum(0); "
        "d_layer1 = d_layer2 @ layer2_weight",
        "d_layer0 = d_layer1 * (1 - layer1 ** 2)",
        "layer0_weight.grad = d_layer0.T @ x; layer0_bias.grad = d_layer0.sum(0)",
        "optimizer.step()",
    ]


def check_computes(graph, lines, seen, state) -> None:
    """Run the lines of a mirror: every gradient of a parameter has to be the recorded one, and no other is told."""
    names = script.Names(graph)
    variables = {"torch": torch, "F": functional}
    variables |= {names[node.id]: seen.activations[node.id] for node in script.given_nodes(graph)}
    for name in script.weight_names(graph):
        variables[names[name]] = state[name].detach().clone().requires_grad_(name in seen.parameter_gradients)
    for line in lines:
        if line.phase in ("forward", "loss") or line.inner:
            exec(line.text, variables)
    for name in script.weight_names(graph):
        got, wanted = variables[names[name]].grad, seen.parameter_gradients.get(name)
        assert (got is None) == (wanted is None), name
        assert wanted is None or torch.allclose(got, wanted, rtol=1e-4, atol=1e-6), name


@pytest.mark.parametrize("entry", catalogue.NETWORKS, ids=lambda entry: entry.id)
def test_the_lines_of_every_network_compute_what_autograd_does(entry):
    session = TrainingSession()
    frozen = {"mlp": ("hidden1",), "lenet": ("conv1", "linear2")}.get(entry.id, ())
    changes = {"loss": entry.loss, "optimizer": entry.optimizer, "weights": "initial", "frozen": frozen}
    session.configure(Experiment(network=entry.id, dataset=entry.dataset, batch_size=2, **changes))
    session.record(1)
    seen, state = session.recorded.seen, session.recorded.state
    timeline = Timeline(seen.graph, seen.forward_order, seen.backward_order, seen.parameter_gradients)
    given = {"optimizer": entry.optimizer, "learning_rate": 0.1}
    lines = script.mirror(seen.graph, seen.backward_order, seen.parameter_gradients, **given)
    check_computes(seen.graph, lines, seen, state)
    shown = set()
    for station in timeline.stations:
        count = max(len(station.nodes), 1)
        for place in range(count):
            shown |= set(
                script.lit(lines, timeline.at(station.start + (place + 0.5) * (station.end - station.start) / count))
            )
    never = [line.text for place, line in enumerate(lines) if place not in shown]
    assert never == [lines[0].text, "optimizer.zero_grad()"]
    for line in script.short_mirror(seen.graph, loss=entry.loss, **given):
        compile(line.text, "short", "exec")


@pytest.mark.parametrize("name", ["vgg", "depthwise", "rnn, two ways", "scaled dot product", "tokens", "attention"])
def test_the_lines_of_plain_networks_compute_what_autograd_does(name):
    network, inputs = build(name)
    seen = recorded(network, inputs)
    given = {"optimizer": "sgd", "learning_rate": 0.1}
    lines = script.mirror(seen.graph, seen.backward_order, seen.parameter_gradients, **given)
    check_computes(seen.graph, lines, seen, {**dict(network.named_parameters()), **dict(network.named_buffers())})


def test_branches_that_share_a_tensor_are_added_up():
    torch.manual_seed(0)
    network = Composed(lambda own, x: (own.a(x) + (own.b(x) - own.b(x + own.a(x)))) * own.a(x),
                       a=nn.Linear(3, 3), b=nn.Linear(3, 3))  # fmt: skip
    seen = recorded(network, torch.randn(1, 3))
    given = {"optimizer": "sgd", "learning_rate": 0.1}
    lines = script.mirror(seen.graph, seen.backward_order, seen.parameter_gradients, **given)
    check_computes(seen.graph, lines, seen, dict(network.named_parameters()))


def test_every_loss_and_optimizer_of_the_catalogue_has_its_line():
    graph = mlp_pass().graph
    for loss in catalogue.LOSSES:
        for optimizer in catalogue.OPTIMIZERS:
            lines = script.short_mirror(graph, loss=loss.id, optimizer=optimizer.id, learning_rate=0.1)
            compile("\n".join(line.text for line in lines), "short", "exec")


def test_lines_are_lit_with_the_pass():
    seen = mlp_pass()
    timeline = Timeline(seen.graph, seen.forward_order, seen.backward_order, seen.parameter_gradients)
    lines = script.mirror(seen.graph, seen.backward_order, seen.parameter_gradients, optimizer="sgd", learning_rate=0.3)
    short = script.short_mirror(seen.graph, loss="cross-entropy", optimizer="sgd", learning_rate=0.3)
    shown = {}
    for station in timeline.stations:
        scene = timeline.at(station.start)
        lit = [lines[place].text for place in script.lit(lines, scene)]
        shown.setdefault(station.phase, []).extend(lit)
        brief = [short[place].text for place in script.lit(short, scene)]
        expected = {"input": 0, "forward": 1, "loss": 1, "backward": 1, "update": 1}[station.phase]
        assert len(brief) == expected
    assert shown["input"] == []
    assert shown["loss"] == ["loss = F.cross_entropy(layer2, y)"]
    assert shown["update"] == ["optimizer.step()"]
    assert "loss.backward()" in shown["backward"]
    assert any(text.startswith("layer0 = F.linear") for text in shown["forward"])


def test_the_short_mirror_calls_the_parts_of_a_network():
    seen = recorded(LeNet(), torch.randn(1, 1, 28, 28))
    texts = [
        line.text
        for line in script.short_mirror(seen.graph, loss="cross-entropy", optimizer="adam", learning_rate=0.001)
    ]
    assert texts == [
        "optimizer = torch.optim.Adam(net.parameters(), lr=0.001)",
        "logits = net(x)",
        "loss = F.cross_entropy(logits, y)",
        "optimizer.zero_grad()",
        "loss.backward()",
        "optimizer.step()",
    ]
    staged = nn.Sequential()
    staged.add_module("stem", nn.Sequential(nn.Linear(2, 3), nn.ReLU()))
    staged.add_module("head", nn.Sequential(nn.Linear(3, 2), nn.Tanh()))
    seen = recorded(staged, torch.randn(1, 2))
    texts = [
        line.text for line in script.short_mirror(seen.graph, loss="cross-entropy", optimizer="sgd", learning_rate=1)
    ]
    assert texts[1:3] == ["x = net.stem(x)", "logits = net.head(x)"]
