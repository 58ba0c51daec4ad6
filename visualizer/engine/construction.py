"""From an experiment to something that can be trained: network, weights, data, graph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.graph import NetworkGraph
from visualizer.engine import datasets, losses, networks, weights
from visualizer.engine.adversarial.pair import pair_obstacle, with_noise
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.datasets import Dataset
from visualizer.engine.learning_obstacles import missing_gradient
from visualizer.engine.networks.recurrent import Recurrent
from visualizer.engine.tracing import trace
from visualizer.engine.training import Training


@dataclass(frozen=True)
class Construction:
    """A network at step 0, its data and its graph.

    `obstacle` says in a sentence why it cannot run on these data, `unlearnable` why it runs but cannot be trained.
    """

    network: nn.Module
    data: Dataset
    graph: NetworkGraph
    obstacle: str
    unlearnable: str = ""
    training_kind: type[Training] = Training


def construct(experiment: Experiment) -> Construction:
    """Build what an experiment names; raises UserError where a part does not exist or cannot be loaded.

    A network that does not fit the data is no error but an obstacle: its graph shows how far it got.
    """
    data = datasets.load(experiment.dataset, experiment.drawing)
    network = networks.build(
        experiment.network, experiment.seed, dataset=experiment.dataset, trusted=experiment.trusted
    )
    if isinstance(network, Recurrent):
        network.truncation = experiment.truncation
    if next(network.parameters(), None) is None:
        raise UserError(f"{experiment.network} has no parameters, so there is nothing to train.")
    _load_weights(network, experiment)
    network.eval()
    entry = catalogue.dataset(experiment.dataset)
    adversarial = entry.task == "generation"
    unfit = pair_obstacle(experiment.network, network, entry) if adversarial else ""
    if adversarial and not unfit:
        data = with_noise(data, network)
    sample, target = data.validation_inputs[:1], data.validation_targets[:1]
    loss = losses.loss(experiment.loss)
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    unlearnable = ""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        graph = trace(network, (sample,))
        obstacle = unfit or graph.error or _output_obstacle(experiment, network, sample, target)
        if not obstacle:
            graph = trace(network, (sample,), loss=lambda logits: loss(logits, target))
            if catalogue.is_network_file(experiment.network):
                unlearnable = missing_gradient(experiment.network, network, sample, loss, target)
        for name, buffer in network.named_buffers():  # one may count how often the network has run
            if name in buffers and buffers[name].shape == buffer.shape:
                buffer.copy_(buffers[name])
    kind = AdversarialTraining if adversarial and not obstacle else Training
    return Construction(network, data, graph, obstacle, unlearnable, kind)


def _load_weights(network: nn.Module, experiment: Experiment) -> None:
    if experiment.weights == "pretrained":
        weights.load_into(network, weights.pretrained_path(experiment.network))
    elif experiment.weights != "initial":
        weights.load_into(network, Path(experiment.weights))
    for name, tensor in (*network.named_parameters(), *network.named_buffers()):
        if is_lazy(tensor) or tensor.is_meta:
            lacks = "a size: give the layer its sizes" if is_lazy(tensor) else "values: build the network on the CPU"
            raise UserError(f"'{name}' of {experiment.network} has not got {lacks}.")
        if not torch.isfinite(tensor).all():
            raise UserError(f"The initial value of '{name}' is not finite throughout, as it has to be.")


def _output_obstacle(experiment: Experiment, network: nn.Module, sample: Tensor, target: Tensor) -> str:
    with torch.no_grad():
        output = network(sample)
    entry = catalogue.dataset(experiment.dataset)
    needed = tuple(target.shape) if target.is_floating_point() else (*target.shape, len(entry.classes))
    if isinstance(output, Tensor) and tuple(output.shape) == needed:
        return ""
    given = f"shape {_shape(output)}" if isinstance(output, Tensor) else f"type {type(output).__name__}"
    what, of = ("logits", f"with its {len(entry.classes)} classes ") if entry.classes else ("numbers", "")
    return (
        f"The output of {experiment.network} has {given}: for {entry.title} {of}it has to be "
        f"one tensor of {what} of shape {'×'.join(map(str, needed))}."
    )


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "()"
