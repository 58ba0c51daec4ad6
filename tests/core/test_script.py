"""The lines beside the animation: what they say, that they compute what autograd does, and when they are lit."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from visualizer.core import script
from visualizer.core.timeline import Timeline
from visualizer.engine.networks.lenet import LeNet
from visualizer.engine.recording import Pass, record


def recorded(network: nn.Module, inputs) -> Pass:
    return record(
        network, [inputs], loss=lambda z: functional.cross_entropy(z, torch.tensor([1])), input_gradient=False
    )


def mlp_pass() -> Pass:
    torch.manual_seed(0)
    return recorded(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)), torch.randn(1, 2))


def test_the_mirror_of_a_small_network():
    seen = mlp_pass()
    lines = script.mirror(seen.graph, seen.backward_order, optimizer="sgd", learning_rate=0.3)
    assert [line.text for line in lines] == [
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.3)",
        "layer0 = F.linear(x, layer0_weight, layer0_bias)",
        "layer1 = torch.tanh(layer0)",
        "layer2 = F.linear(layer1, layer2_weight, layer2_bias)",
        "loss = F.cross_entropy(layer2, y)",
        "optimizer.zero_grad()",
        "loss.backward()",
        "d_layer2 = (torch.softmax(layer2, 1) - F.one_hot(y, layer2.shape[1])) / len(layer2)",
        "layer2_weight.grad = d_layer2.T @ layer1; layer2_bias.grad = d_layer2.sum(0); "
        "d_layer1 = d_layer2 @ layer2_weight",
        "d_layer0 = d_layer1 * (1 - layer1 ** 2)",
        "layer0_weight.grad = d_layer0.T @ x; layer0_bias.grad = d_layer0.sum(0)",
        "optimizer.step()",
    ]


def test_the_backward_lines_compute_what_autograd_does():
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 4), nn.Sigmoid(), nn.Linear(4, 2)
    )
    seen = recorded(network, torch.randn(1, 1, 6, 6))
    lines = script.mirror(seen.graph, seen.backward_order, optimizer="sgd", learning_rate=0.1)
    variables = {"torch": torch, "F": functional, "x": seen.activations["input"], "y": torch.tensor([1])}
    parameters = {f"layer{name.replace('.', '_')}": parameter for name, parameter in network.named_parameters()}
    variables |= {name: parameter.detach().requires_grad_() for name, parameter in parameters.items()}
    for line in lines:
        if line.phase in ("forward", "loss") or line.inner:
            exec(line.text, variables)
    for name, tensor in seen.parameter_gradients.items():
        got = variables[f"layer{name.replace('.', '_')}"].grad
        assert torch.allclose(got, tensor, rtol=1e-5, atol=1e-7), name


def test_lines_are_lit_with_the_pass():
    seen = mlp_pass()
    timeline = Timeline(seen.graph, seen.forward_order, seen.backward_order, seen.parameter_gradients)
    lines = script.mirror(seen.graph, seen.backward_order, optimizer="sgd", learning_rate=0.3)
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
