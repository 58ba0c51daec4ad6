"""Arguments that several commands share, and how they are written."""

from __future__ import annotations

import argparse
import re

from visualizer.core import catalogue
from visualizer.core.errors import UserError

LARGEST = 1 << 28  # numbers in an input


def add_network_options(parser: argparse.ArgumentParser) -> None:
    """Declare --network, --dataset and --trust."""
    ids = ", ".join(entry.id for entry in catalogue.NETWORKS)
    parser.add_argument("--network", metavar="ID", default=argparse.SUPPRESS, help=f"{ids}, or path.py:Name")
    ids = ", ".join(entry.id for entry in catalogue.DATASETS)
    parser.add_argument("--dataset", metavar="ID", default=argparse.SUPPRESS, help=f"{ids}; default: the network's own")
    add_trust(parser)


def add_network(parser: argparse.ArgumentParser) -> None:
    """Declare NETWORK and --trust."""
    ids = ", ".join(entry.id for entry in catalogue.NETWORKS)
    parser.add_argument("network", metavar="NETWORK", help=f"{ids}, or path.py:Name")
    add_trust(parser)


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Declare --trust."""
    parser.add_argument(
        "--trust",
        action="store_true",
        default=argparse.SUPPRESS,
        help="run the file of path.py:Name, which is code with your rights",
    )


def is_trusted(arguments: argparse.Namespace) -> bool:
    """Return whether --trust was given."""
    return bool(getattr(arguments, "trust", False))


def seed(text: str) -> int:
    """Return a seed; raise UserError unless it is a whole number from 0 to 2**31 - 1."""
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) >= 2**31:
        raise UserError(f"The seed '{text}' cannot be used: a whole number from 0 to {2**31 - 1}.")
    return int(text)


def count(text: str) -> int:
    """Return a whole number of 0 or more; raise UserError for anything else."""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise UserError(f"'{text}' is no whole number of 0 or more.")
    return int(text)


def size(text: str) -> tuple[int, int]:
    """Return width and height of `1600x900`; raise UserError for anything else."""
    found = re.fullmatch(r"([0-9]{2,4})x([0-9]{2,4})", text)
    if found is None:
        raise UserError(f"The size '{text}' cannot be used: width x height in pixels, as in 1600x900, up to 9999.")
    return int(found[1]), int(found[2])


def shape(text: str) -> tuple[int, ...]:
    """Return the sizes of `1x3x32x32`; raise UserError for anything else."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}(x[1-9][0-9]{0,8})*", text):
        raise UserError(f"The input shape '{text}' cannot be used: sizes of 1 or more with x between, as in 1x3x32x32.")
    sizes = tuple(map(int, text.split("x")))
    total = 1
    for length in sizes:
        total *= length
    if total > LARGEST:
        raise UserError(f"The input shape '{text}' cannot be used: it holds more than {LARGEST} numbers.")
    return sizes
