"""What can be chosen for an experiment: the fields, their options, and what else a choice brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.ui.widgets.combo import Option


@dataclass(frozen=True)
class Field:
    """One field of the experiment; `changes` turns what was picked into a patch or raises UserError."""

    name: str
    label: str
    options: Callable[[Experiment], list[Option]]
    changes: Callable[[Experiment, str], dict[str, Any]]
    open_values: bool = False

    def value(self, experiment: Experiment) -> str:
        """Return the field's value as text."""
        return shown(self.name, getattr(experiment, self.name))

    def act(self, experiment: Experiment, value: str) -> str:
        """Return how the choice is called in the undo stack."""
        titles = {option.value: option.title for option in self.options(experiment)}
        return f"{self.label} {titles.get(value, value)}"


def shown(name: str, value: Any) -> str:
    """Return the value of a field as a person writes it."""
    if name == "batch_size" and value == 0:
        return "full"
    if name == "truncation" and value == 0:
        return "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def network_title(network: str) -> str:
    """Return how a network is called: its title, or the name behind the colon for one from a file."""
    return network.rpartition(":")[2] if catalogue.is_network_file(network) else catalogue.network(network).title


def _networks(experiment: Experiment) -> list[Option]:
    options = [Option(entry.id, entry.title, f"{entry.summary} {entry.source}") for entry in catalogue.NETWORKS]
    if catalogue.is_network_file(experiment.network):
        options.append(Option(experiment.network, network_title(experiment.network), experiment.network))
    return options


def _choose_network(experiment: Experiment, network: str) -> dict[str, Any]:
    if catalogue.is_network_file(network):
        return {"network": network}
    entry = catalogue.network(network)
    dataset = experiment.dataset if experiment.dataset in entry.datasets else entry.dataset
    return {
        "network": network,
        "dataset": dataset,
        "loss": catalogue.loss_for(network, dataset),
        "weights": "pretrained" if catalogue.pretrained_fits(network, dataset) else "initial",
        "optimizer": entry.optimizer,
        "learning_rate": entry.learning_rate,
        "batch_size": entry.batch_size,
        "frozen": (),
        "trusted": False,
    }


def _datasets(experiment: Experiment) -> list[Option]:
    fitting = None
    if not catalogue.is_network_file(experiment.network):
        fitting = catalogue.network(experiment.network).datasets
    entries = [entry for entry in catalogue.DATASETS if fitting is None or entry.id in fitting]
    return [Option(entry.id, entry.title, f"{entry.summary} {entry.licence}") for entry in entries]


def _optimizers(_: Experiment) -> list[Option]:
    return [Option(entry.id, entry.title, f"{entry.summary} {entry.source}") for entry in catalogue.OPTIMIZERS]


def _choose_optimizer(_: Experiment, optimizer: str) -> dict[str, Any]:
    return {"optimizer": optimizer, "learning_rate": catalogue.optimizer(optimizer).learning_rate}


def _weights(experiment: Experiment) -> list[Option]:
    options = [Option("initial", "initial", "Drawn from the seed")]
    if catalogue.pretrained_fits(experiment.network, experiment.dataset):
        source = catalogue.dataset(catalogue.network(experiment.network).pretrained_on).title
        options.insert(0, Option("pretrained", "pretrained", f"Trained on {source} and shipped"))
    if experiment.weights not in ("initial", "pretrained"):
        options.append(Option(experiment.weights, Path(experiment.weights).name, experiment.weights))
    return options


def _choose_dataset(experiment: Experiment, dataset: str) -> dict[str, Any]:
    fits = catalogue.dataset(dataset).task in catalogue.loss(experiment.loss).tasks
    changes = {"dataset": dataset, "loss": experiment.loss if fits else catalogue.loss_for(experiment.network, dataset)}
    lost = experiment.weights == "pretrained" and not catalogue.pretrained_fits(experiment.network, dataset)
    return {**changes, "weights": "initial"} if lost else changes


def _losses(experiment: Experiment) -> list[Option]:
    task = catalogue.dataset(experiment.dataset).task
    return [Option(entry.id, entry.title, entry.summary) for entry in catalogue.LOSSES if task in entry.tasks]


def _same(name: str) -> Callable[[Experiment, str], dict[str, Any]]:
    return lambda _, value: {name: value}


def _suggestions(*values: str) -> Callable[[Experiment], list[Option]]:
    return lambda _: [Option(value, value) for value in values]


def _number(text: str) -> float:
    return float(text.strip().replace("−", "-").replace(",", "."))


def _learning_rate(_: Experiment, text: str) -> dict[str, Any]:
    try:
        return {"learning_rate": _number(text)}
    except ValueError:
        raise UserError(
            f"The learning rate '{text}' cannot be used: a number above 0 and at most 100, such as 0.001."
        ) from None


def _batch_size(_: Experiment, text: str) -> dict[str, Any]:
    if text.strip().lower() == "full":
        return {"batch_size": 0}
    if not text.strip().isdecimal() or int(text) == 0:
        raise UserError(f"The batch size '{text}' cannot be used: 1 to 65536, or 'full' for all training data.")
    return {"batch_size": int(text)}


def _seed(_: Experiment, text: str) -> dict[str, Any]:
    if not text.strip().isdecimal():
        raise UserError(f"The seed '{text}' cannot be used: a whole number from 0 to {2**31 - 1}.")
    return {"seed": int(text)}


def _truncation(_: Experiment, steps: str) -> dict[str, Any]:
    return {"truncation": 0 if steps == "off" else int(steps)}


NETWORK = Field("network", "Network", _networks, _choose_network)
DATASET = Field("dataset", "Data", _datasets, _choose_dataset)
OPTIMIZER = Field("optimizer", "Optimizer", _optimizers, _choose_optimizer)
LEARNING_RATE = Field(
    "learning_rate", "LR", _suggestions("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1"),
    _learning_rate, open_values=True,
)  # fmt: skip
BATCH_SIZE = Field(
    "batch_size", "Batch", _suggestions("1", "8", "16", "32", "64", "128", "256", "full"), _batch_size, open_values=True
)
SEED = Field("seed", "Seed", _suggestions("0", "1", "2", "3", "4"), _seed, open_values=True)
TRUNCATION = Field("truncation", "BPTT window", _suggestions("off", "2", "4", "8", "16", "32"), _truncation)
WEIGHTS = Field("weights", "Weights", _weights, _same("weights"))
LOSS = Field("loss", "Loss", _losses, _same("loss"))

FIELDS = (NETWORK, DATASET, WEIGHTS, LOSS, OPTIMIZER, LEARNING_RATE, BATCH_SIZE, SEED)
