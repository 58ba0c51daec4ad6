"""Open the window."""

from __future__ import annotations

import argparse

from visualizer.commands.arguments import add_network_options, size
from visualizer.commands.experiments import to_be_seen
from visualizer.commands.output import picture


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the window can be opened with."""
    add_network_options(parser)
    parser.add_argument(
        "--theme", choices=("dark", "light"), metavar="theme", help="dark or light; default: as last time"
    )
    parser.add_argument("--size", type=size, metavar="WxH", help="size of the window in pixels, as in 1600x900")
    parser.add_argument("--screenshot", type=picture, metavar="FILE.png", help="write a picture of the window and end")


def run(arguments: argparse.Namespace) -> int:
    """Open the window and return its exit code."""
    experiment = to_be_seen(arguments)
    from visualizer.ui.application import run as open_window

    return open_window(experiment, arguments.theme, arguments.size, arguments.screenshot)
