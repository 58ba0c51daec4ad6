"""Every number of every parameter of small networks: product of the factors, autograd, and difference of losses."""

from __future__ import annotations

import copy
import itertools

import pytest
import torch
from torch.nn import functional

from visualizer.engine.adversarial.losses import NON_SATURATING
from visualizer.engine.chain_rule.chain import paths
from visualizer.engine.chain_rule.exact import ExactNetwork
from visualizer.engine.chain_rule.proof import forward_accumulated
from visualizer.engine.chain_rule.scene import Scene
from visualizer.engine.networks.gan_2d import PointGAN
from visualizer.engine.networks.mlp import MLP
from visualizer.engine.networks.recurrent import Recurrent
from visualizer.engine.recording import record

H = 1e-6


def class_one(logits):
    return functional.cross_entropy(logits, torch.tensor([1]))


def each_step(logits):
    return functional.cross_entropy(logits.flatten(0, 1), torch.tensor([1, 0, 1, 1]))


def as_real(logits):
    return NON_SATURATING(logits, torch.ones(1, 1))


def recurrent(kind, every_step=False):
    return Recurrent(kind, 2, 2, steps=4, every_step=every_step, units=2)


NETWORKS = {
    "mlp": (MLP, (1, 2), class_one),
    "rnn": (lambda: recurrent("rnn"), (1, 4, 2), class_one),
    "lstm": (lambda: recurrent("lstm"), (1, 4, 2), class_one),
    "gru, every step": (lambda: recurrent("gru", every_step=True), (1, 4, 2), each_step),
    "gan-2d": (lambda: PointGAN(width=5), (1, 2), as_real),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_three_ways_to_every_number_of_every_parameter(name):
    make, shape, loss = NETWORKS[name]
    torch.manual_seed(2)
    network, inputs = make().eval(), torch.randn(shape)
    seen = record(network, [inputs], loss=loss, input_gradient=False)
    scene = Scene(network, seen)
    exact = ExactNetwork(copy.deepcopy(network), seen, loss)
    exact_seen = exact.recorded()
    exact_scene = Scene(exact.network, exact_seen)
    assert set(seen.parameter_gradients) == {parameter for parameter, _ in network.named_parameters()}
    for parameter, gradient in seen.parameter_gradients.items():
        scale = float(gradient.abs().max())
        for index in itertools.product(*map(range, gradient.shape)):
            found = paths(scene, parameter, index)
            product = sum(path.value for path in found)
            assert product == pytest.approx(float(gradient[index]), rel=1e-6, abs=1e-6 * scale), (parameter, index)
            truth = float(exact_seen.parameter_gradients[parameter][index])
            assert forward_accumulated(exact_scene, parameter, index) == pytest.approx(truth, rel=1e-10, abs=1e-15)
            value = float(exact_scene.parameters[parameter][index])
            above, below = (exact.loss_at(parameter, index, value + step) for step in (H, -H))
            assert (above - below) / (2 * H) == pytest.approx(truth, rel=1e-6, abs=1e-8), (parameter, index)
