"""Titles, ranges and defaults of all that can be chosen. Forms, menus, commands and contract tests follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from visualizer.core.entries import DatasetEntry as DatasetEntry
from visualizer.core.entries import LossEntry as LossEntry
from visualizer.core.entries import NetworkEntry as NetworkEntry
from visualizer.core.entries import OptimizerEntry as OptimizerEntry
from visualizer.core.entries import Task as Task
from visualizer.core.errors import unknown

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
END = "."
"""The sign with which a name begins and ends."""
CHARACTERS = (END, *"abcdefghijklmnopqrstuvwxyz")

NETWORKS = (
    NetworkEntry(
        id="mlp",
        title="MLP 8–8",
        summary="A feedforward network with two hidden layers of eight tanh neurons.",
        source="Rumelhart, Hinton and Williams 1986",
        input_shape=(2,),
        dataset="moons",
        datasets=("moons", "blobs", "wave", "hills"),
        learning_rate=0.02,
    ),
    NetworkEntry(
        id="lenet",
        title="LeNet-5",
        summary="Two convolutions, two poolings, three linear layers.",
        source="LeCun et al. 1998, section II.B",
        input_shape=(1, 28, 28),
        dataset="fashion-mnist",
        datasets=("fashion-mnist", "mnist"),
        pretrained_on="fashion-mnist",
    ),
    NetworkEntry(
        id="resnet20",
        title="ResNet-20",
        summary="Nine residual blocks in three stages.",
        source="He et al. 2015, section 4.2",
        input_shape=(1, 28, 28),
        dataset="fashion-mnist",
        datasets=("fashion-mnist", "mnist"),
        pretrained_on="fashion-mnist",
    ),
    NetworkEntry(
        id="gan-2d",
        title="GAN in the plane",
        summary="A generator moves noise onto points, a discriminator tells them from real ones.",
        source="Goodfellow et al. 2014",
        input_shape=(2,),
        dataset="ring",
        datasets=("ring", "gaussians-grid", "spiral", "drawn"),
        loss="non-saturating",
        optimizer="adam-0.5",
        learning_rate=0.003,
        batch_size=64,
    ),
    NetworkEntry(
        id="gan-images",
        title="GAN for pictures",
        summary="Transposed convolutions make pictures, convolutions judge them.",
        source="Radford, Metz and Chintala 2016",
        input_shape=(1, 28, 28),
        dataset="fashion-mnist-unlabelled",
        datasets=("fashion-mnist-unlabelled", "mnist-unlabelled"),
        loss="non-saturating",
        pretrained_on="fashion-mnist-unlabelled",
        optimizer="adam-0.5",
        learning_rate=0.0002,
        batch_size=64,
    ),
    NetworkEntry(
        id="rnn",
        title="RNN",
        summary="A recurrent layer of 24 tanh units and a linear head.",
        source="Elman 1990",
        input_shape=(12, 27),
        dataset="names",
        datasets=("names", "sunspots", "recall"),
        learning_rate=0.01,
        batch_size=64,
    ),
    NetworkEntry(
        id="lstm",
        title="LSTM",
        summary="A layer of 24 memory cells with input, forget and output gates, and a linear head.",
        source="Hochreiter and Schmidhuber 1997; Gers et al. 2000",
        input_shape=(12, 27),
        dataset="names",
        datasets=("names", "sunspots", "recall"),
        pretrained_on="names",
        learning_rate=0.01,
        batch_size=64,
    ),
    NetworkEntry(
        id="gru",
        title="GRU",
        summary="A layer of 24 units with reset and update gates, and a linear head.",
        source="Cho et al. 2014",
        input_shape=(12, 27),
        dataset="names",
        datasets=("names", "sunspots", "recall"),
        learning_rate=0.01,
        batch_size=64,
    ),
)

DATASETS = (
    DatasetEntry(
        id="moons",
        title="Two moons",
        summary="Two interleaving half circles in the plane, with noise.",
        source="scikit-learn, make_moons",
        licence="BSD-3-Clause",
        input_shape=(2,),
        classes=("upper", "lower"),
    ),
    DatasetEntry(
        id="blobs",
        title="Four blobs",
        summary="Points of the plane in four round clouds that overlap a little, one class each.",
        source="scikit-learn, make_blobs",
        licence="BSD-3-Clause",
        input_shape=(2,),
        classes=("south-west", "south-east", "north-east", "north-west"),
    ),
    DatasetEntry(
        id="wave",
        title="Noisy wave",
        summary="Points on a sine wave with noise: a number to be predicted from a number.",
        source="ours, y = sin(2x) + noise",
        licence="CC0",
        input_shape=(1,),
        task="regression",
        numbers=1,
    ),
    DatasetEntry(
        id="hills",
        title="Hills",
        summary="Places in the plane with their heights: two hills and a hollow, a number to be predicted.",
        source="ours, three Gaussian bumps + noise",
        licence="CC0",
        input_shape=(2,),
        task="regression",
        numbers=1,
    ),
    DatasetEntry(
        id="fashion-mnist",
        title="Fashion-MNIST",
        summary="Grey pictures of clothes in ten classes, 28×28; a subset with a split of our own.",
        source="Xiao, Rasul and Vollgraf 2017",
        licence="MIT",
        input_shape=(1, 28, 28),
        classes=CLOTHES,
    ),
    DatasetEntry(
        id="mnist",
        title="Digits 0–9",
        summary="Handwritten digits of MNIST, 28×28; a subset.",
        source="LeCun, Cortes and Burges 1998",
        licence="CC BY-SA 3.0",
        input_shape=(1, 28, 28),
        classes=DIGITS,
    ),
    DatasetEntry(
        id="ring",
        title="Ring of Gaussians",
        summary="Eight small Gaussians on a circle: eight modes to be found.",
        source="ours, after Metz et al. 2017, section 3.1",
        licence="CC0",
        input_shape=(2,),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="gaussians-grid",
        title="Grid of Gaussians",
        summary="Twenty-five small Gaussians, five by five.",
        source="ours, after Srivastava et al. 2017, section 4.1",
        licence="CC0",
        input_shape=(2,),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="spiral",
        title="Spiral",
        summary="One and a half turns of a spiral, with noise.",
        source="ours, Archimedean, r = 2.5 s, angle = 3π s",
        licence="CC0",
        input_shape=(2,),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="drawn",
        title="Your drawing",
        summary="Points that you draw, each with a little noise; a smile to begin with.",
        source="drawn by hand",
        licence="CC0",
        input_shape=(2,),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="fashion-mnist-unlabelled",
        title="Fashion-MNIST without classes",
        summary="The pictures of Fashion-MNIST alone, 28×28, to make more of the kind.",
        source="Xiao, Rasul and Vollgraf 2017",
        licence="MIT",
        input_shape=(1, 28, 28),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="mnist-unlabelled",
        title="Digits without classes",
        summary="The pictures of MNIST alone, 28×28, to make more of the kind.",
        source="LeCun, Cortes and Burges 1998",
        licence="CC BY-SA 3.0",
        input_shape=(1, 28, 28),
        task="generation",
        numbers=1,
    ),
    DatasetEntry(
        id="sunspots",
        title="Sunspots",
        summary="Yearly sunspot numbers since 1700, in hundreds: 24 years forecast the next.",
        source="US National Geophysical Data Center",
        licence="public domain",
        input_shape=(24, 1),
        task="regression",
        numbers=1,
    ),
    DatasetEntry(
        id="names",
        title="First names",
        summary="5,163 first names: what is the next character?",
        source="US Census Bureau 1990",
        licence="public domain",
        input_shape=(12, 27),
        task="labelling",
        classes=CHARACTERS,
    ),
    DatasetEntry(
        id="recall",
        title="Recall",
        summary="Fifty symbols in a row: which was the first?",
        source="after Hochreiter and Schmidhuber 1997",
        licence="made by this program",
        input_shape=(50, 9),
        classes=tuple("ABCDEFGH"),
    ),
)

OPTIMIZERS = (
    OptimizerEntry(
        id="sgd",
        title="SGD",
        summary="Step against the gradient of one mini-batch.",
        source="Robbins and Monro 1951",
        update=r"\theta \leftarrow \theta - \eta \, g",
        learning_rate=0.1,
    ),
    OptimizerEntry(
        id="adam",
        title="Adam",
        summary="Steps scaled by running means of the gradient and of its square.",
        source="Kingma and Ba 2015, algorithm 1",
        update=r"\theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)",
        learning_rate=0.001,
    ),
    OptimizerEntry(
        id="adam-0.5",
        title="Adam, β₁ = 0.5",
        summary="Adam with a shorter memory of the gradient, for two networks that answer each other.",
        source="Radford, Metz and Chintala 2016, section 3",
        update=r"\theta \leftarrow \theta - \eta \, \hat m / (\sqrt{\hat v} + \epsilon)",
        learning_rate=0.001,
    ),
)

LOSSES = (
    LossEntry(
        id="cross-entropy",
        title="Cross-entropy",
        summary="Minus the logarithm of the probability given to the right class.",
        formula=r"L = -\log p_y",
        tasks=("classification", "labelling"),
    ),
    LossEntry(
        id="mean-squared-error",
        title="Mean squared error",
        summary="The mean of the squared distances between output and target.",
        formula=r"L = \frac{1}{n} \sum_i (y_i - t_i)^2",
        tasks=("regression",),
    ),
    LossEntry(
        id="non-saturating",
        title="Non-saturating",
        summary="The discriminator tells real from fake; the generator raises the logarithm of being judged real.",
        formula=r"L_D = -\log D(x) - \log(1 - D(G(z))), \quad L_G = -\log D(G(z))",
        tasks=("generation",),
    ),
    LossEntry(
        id="minimax",
        title="Standard (minimax)",
        summary="One game with one sum: the generator lowers the logarithm of being judged fake.",
        formula=r"L_D = -\log D(x) - \log(1 - D(G(z))), \quad L_G = \log(1 - D(G(z)))",
        tasks=("generation",),
    ),
    LossEntry(
        id="least-squares",
        title="Least squares",
        summary="The discriminator draws real to 1 and fake to 0; the generator draws its samples to 1.",
        formula=r"L_D = \frac{1}{2} (D(x) - 1)^2 + \frac{1}{2} D(G(z))^2, \quad L_G = \frac{1}{2} (D(G(z)) - 1)^2",
        tasks=("generation",),
    ),
)

Entry = TypeVar("Entry", NetworkEntry, DatasetEntry, OptimizerEntry, LossEntry)


def network(name: str) -> NetworkEntry:
    """Return a network's entry; raise UserError with the nearest match for an unknown id."""
    return _find("network", name, NETWORKS)


def dataset(name: str) -> DatasetEntry:
    """Return a data set's entry; raise UserError with the nearest match for an unknown id."""
    return _find("dataset", name, DATASETS)


def optimizer(name: str) -> OptimizerEntry:
    """Return an optimizer's entry; raise UserError with the nearest match for an unknown id."""
    return _find("optimizer", name, OPTIMIZERS)


def loss(name: str) -> LossEntry:
    """Return a loss's entry; raise UserError with the nearest match for an unknown id."""
    return _find("loss", name, LOSSES)


def loss_for(network_name: str, dataset_name: str) -> str:
    """Return the id of the loss that a network is usually trained with on a data set; raises UserError."""
    task = dataset(dataset_name).task
    own = "" if is_network_file(network_name) else network(network_name).loss
    fitting = [entry.id for entry in LOSSES if task in entry.tasks]
    return own if own in fitting else fitting[0]


def pretrained_fits(network_name: str, dataset_name: str) -> bool:
    """Return whether a network has pretrained weights that suit inputs and outputs of a data set; raises UserError."""
    learned = "" if is_network_file(network_name) else network(network_name).pretrained_on
    if not learned:
        return False
    known, given = dataset(learned), dataset(dataset_name)
    return (known.input_shape, known.outputs) == (given.input_shape, given.outputs)


def is_network_file(name: str) -> bool:
    """Return whether a network is given as `path.py:Name` and not as a catalogue id."""
    path, _, attribute = name.rpartition(":")
    return bool(attribute) and path.endswith(".py")


def _find(kind: str, name: str, entries: Sequence[Entry]) -> Entry:
    for entry in entries:
        if entry.id == name:
            return entry
    raise unknown(kind, name, [entry.id for entry in entries])
