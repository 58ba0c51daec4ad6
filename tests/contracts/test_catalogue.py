"""Everything that can be chosen works: each network with each of its data sets, optimizers and losses."""

from __future__ import annotations

import math

import pytest
import torch

from visualizer.core import catalogue, wire
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured
from visualizer.engine.datasets import DATASETS
from visualizer.engine.losses import LOSSES
from visualizer.engine.networks import NETWORKS
from visualizer.engine.optimizers import OPTIMIZERS
from visualizer.engine.session import TrainingSession

LOWERED = [loss for loss in catalogue.LOSSES if "generation" not in loss.tasks]  # in a game nobody has to win
PAIRS = [(network, dataset) for network in catalogue.NETWORKS for dataset in network.datasets]


@pytest.mark.parametrize(
    ("entries", "built"),
    [
        (catalogue.NETWORKS, NETWORKS),
        (catalogue.DATASETS, DATASETS),
        (catalogue.OPTIMIZERS, OPTIMIZERS),
        (catalogue.LOSSES, LOSSES),
    ],
)
def test_each_entry_of_the_catalogue_has_its_code_and_the_other_way_round(entries: tuple, built: tuple) -> None:
    assert [entry.id for entry in entries] == [name for name, _ in built]


@pytest.mark.parametrize(("network", "dataset"), PAIRS, ids=lambda value: getattr(value, "id", value))
def test_a_network_trains_and_records_on_its_data_and_leaves_nothing_behind(
    network: catalogue.NetworkEntry, dataset: str
) -> None:
    session = TrainingSession()
    weights = "pretrained" if network.pretrained_on == dataset else "initial"
    frames = session.configure(
        Experiment(
            network=network.id,
            dataset=dataset,
            weights=weights,
            loss=catalogue.loss_for(network.id, dataset),
            optimizer=network.optimizer,
            learning_rate=network.learning_rate,
            batch_size=8,
        )
    )
    configured = frames[0]
    assert isinstance(configured, Configured) and len(frames) == 2
    assert configured.graph.nodes and not configured.graph.error
    entry = catalogue.dataset(dataset)
    takes = (session.network.noise_size,) if entry.task == "generation" else entry.input_shape
    assert configured.input_shape == takes
    assert configured.classes == entry.classes and len(set(entry.classes)) == len(entry.classes)
    assert bool(entry.classes) == (entry.task in ("classification", "labelling"))
    assert configured.trainable_count == configured.parameter_count > 0

    results = [session.step() for _ in range(2)]
    assert all(math.isfinite(result.loss) for result in results)
    assert all(len(result.gradient_norms) == len(session.layers) for result in results)

    recording = session.record(0)
    assert {node.id for node in configured.graph.nodes} == {node.id for node in recording.graph.nodes}
    moved = {name for name in recording.parameters if entry.task != "generation" or name.startswith("generator.")}
    assert recording.parameter_gradients.keys() == recording.parameters.keys() and recording.updates.keys() == moved
    assert not any(module._forward_hooks or module._backward_hooks for module in session.network.modules())
    assert torch.is_grad_enabled() and all(module.training for module in session.network.modules())
    for frame in (*frames, recording, session.metrics(), session.browse(0, 2)):
        assert len(wire.frame_decoder().feed(wire.encode(frame))) == 1


@pytest.mark.parametrize("optimizer", catalogue.OPTIMIZERS, ids=lambda entry: entry.id)
@pytest.mark.parametrize("loss", LOWERED, ids=lambda entry: entry.id)
def test_each_optimizer_lowers_each_loss(optimizer: catalogue.OptimizerEntry, loss: catalogue.LossEntry) -> None:
    session = TrainingSession()
    dataset = next(entry for entry in catalogue.DATASETS if entry.task in loss.tasks)
    network = next(entry for entry in catalogue.NETWORKS if dataset.id in entry.datasets)
    session.configure(
        Experiment(
            network=network.id,
            dataset=dataset.id,
            weights="initial",
            loss=loss.id,
            optimizer=optimizer.id,
            learning_rate=optimizer.learning_rate,
            batch_size=0,
        )
    )
    losses = [session.step().loss for _ in range(100)]
    assert losses[-1] < losses[0]
