"""Options of training that only some networks and data have: recurrent ones, pairs, what was drawn."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from visualizer.commands.arguments import count
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.files import is_file
from visualizer.core.plane import Point

_RECURRENT = ("rnn", "lstm", "gru")


def add_own_options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--truncation",
        type=count,
        metavar="N",
        help="of rnn, lstm and gru: how many time steps the gradient goes back; default: 0, all of them",
    )
    for player in ("discriminator", "generator"):
        words = f"of a GAN: updates of the {player} in a step; default: 1"
        parser.add_argument(f"--{player}-steps", type=count, metavar="K", help=words)
    parser.add_argument(
        "--drawing", type=points, metavar="FILE.csv", help="the points of the data set drawn, a line x,y each"
    )


def own_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of the experiment that were given; raise UserError where nothing would follow them."""
    given = {
        name: getattr(arguments, name)
        for name in ("truncation", "discriminator_steps", "generator_steps", "drawing")
        if getattr(arguments, name) is not None
    }
    network = getattr(arguments, "network", "")
    if "truncation" in given and network not in _RECURRENT:
        raise UserError(f"--truncation is for the networks {', '.join(_RECURRENT[:-1])} and {_RECURRENT[-1]}.")
    dataset = getattr(arguments, "dataset", "")
    if not dataset and network and not catalogue.is_network_file(network):
        dataset = catalogue.network(network).dataset
    for player in ("discriminator", "generator"):
        if f"{player}_steps" in given and (not dataset or catalogue.dataset(dataset).task != "generation"):
            raise UserError(f"--{player}-steps is for networks that generate, as gan-2d does.")
    if "drawing" in given and dataset != "drawn":
        raise UserError("--drawing is for the data set drawn: choose it with --dataset drawn.")
    return given


def points(text: str) -> tuple[Point, ...]:
    """Return the points in a file of lines x,y; raise UserError where it cannot be read or holds something else."""
    if not is_file(Path(text)):
        raise UserError(f"There is no file {text} to read points from.")
    try:
        lines = Path(text).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{text} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not lines:
        raise UserError(f"{text} holds no point: it takes lines of two numbers, as in 0.5,-1.")
    return tuple(_point(text, number, line) for number, line in enumerate(lines, start=1))


def _point(file: str, number: int, line: str) -> Point:
    try:
        x, y = map(float, line.split(","))
    except ValueError:
        raise UserError(f"{file}: '{line}' in line {number} is no point, which is two numbers as in 0.5,-1.") from None
    return x, y
