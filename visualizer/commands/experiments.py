"""From --network, --dataset and --trust to an experiment."""

from __future__ import annotations

import argparse

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, check


def to_be_seen(arguments: argparse.Namespace) -> Experiment:
    """Return the experiment that the window opens on: what it usually opens on, as far as it suits the network."""
    usual = Experiment()
    network = getattr(arguments, "network", usual.network)
    dataset = getattr(arguments, "dataset", None)
    if dataset is None and (catalogue.is_network_file(network) or usual.dataset in catalogue.network(network).datasets):
        dataset = usual.dataset
    return _checked(network, dataset, arguments)


def to_be_trained(arguments: argparse.Namespace) -> Experiment:
    """Return the experiment with the network's own data, where it has some, and everything else its own choice."""
    network = getattr(arguments, "network", Experiment().network)
    dataset = getattr(arguments, "dataset", None)
    if dataset is None and catalogue.is_network_file(network):
        raise UserError(f"What {network} is to learn is missing: give it with --dataset.")
    return _checked(network, dataset, arguments)


def _checked(network: str, dataset: str | None, arguments: argparse.Namespace) -> Experiment:
    trusted = getattr(arguments, "trust", False)
    if catalogue.is_network_file(network):
        loss = catalogue.loss_for(network, dataset) if dataset else Experiment().loss
        experiment = Experiment(network=network, dataset=dataset or "", weights="initial", loss=loss, trusted=trusted)
    else:
        entry = catalogue.network(network)
        experiment = Experiment(
            network=entry.id,
            dataset=dataset or entry.dataset,
            weights="pretrained" if catalogue.pretrained_fits(entry.id, dataset or entry.dataset) else "initial",
            loss=catalogue.loss_for(entry.id, dataset or entry.dataset),
            optimizer=entry.optimizer,
            learning_rate=entry.learning_rate,
            batch_size=entry.batch_size,
            trusted=trusted,
        )
    check(experiment)
    return experiment
